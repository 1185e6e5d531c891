"""What counts as the same question: the list in docs/reuse.md."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb_persistent_stream.config import Config
from nb_persistent_stream.kernel.key import key_of
from nb_persistent_stream.kernel.provenance import provenance
from nb_persistent_stream.protocol import Provenance
from nb_persistent_stream.sources import model_source

LOCAL = "http://localhost:11434/v1"


def key(
    prompt="p",
    system=None,
    *,
    model="m",
    base_url=LOCAL,
    set_model=None,
    api=None,
    schema=None,
    **options,
):
    """The key of what `stream()` would ask."""
    config = Config(store=Path("unused"), model=set_model)
    source = model_source(
        prompt,
        config,
        model=model,
        system=system,
        base_url=base_url,
        api=api,
        schema=schema,
        options=options,
    )
    return key_of(provenance(source, prompt=prompt, system=system))


def test_another_form_has_another_key():
    assert key(schema={"type": "object"}) != key(schema={"type": "array"})


def test_it_is_of_a_fixed_form():
    assert re.fullmatch(r"1:[0-9a-f]{64}", key())
    # Pinned: a key that changes unnoticed would have everybody pay again.
    asked = Provenance(prompt="p", system="s", model="m", provider="x", options={"t": 0.5})
    assert key_of(asked) == "1:121df99a98d754bd1d541d467237443bc1e5c4c10c3444ee157770cbd026cd9b"


@pytest.mark.parametrize(
    "other",
    [
        {"prompt": "p "},
        {"prompt": [{"role": "user", "content": "q"}]},
        {"system": "s"},
        {"model": "n"},
        {"base_url": "http://localhost:9/v1"},
        {"temperature": 0},
        {"model": "demo", "base_url": None},
        {"api": "responses"},
        {"api": "anthropic"},
        {"schema": {"type": "object"}},
    ],
)
def test_another_question_has_another_key(other):
    assert key(**other) != key()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"prompt": [{"role": "user", "content": "p"}]}),
        ({}, {"prompt": ({"content": "p", "role": "user"},)}),
        (
            {"system": "s"},
            {"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "p"}]},
        ),
        ({}, {"model": None, "set_model": "m"}),
        ({"temperature": 0}, {"temperature": 0.0}),
        ({"temperature": 1, "seed": 2}, {"seed": 2, "temperature": 1}),
        ({"stop": ["a"]}, {"stop": ("a",)}),
        ({}, {"api_key": "sk-dummy-1"}),
        ({}, {"base_url": "http://user:secret@localhost:11434/v1?key=secret"}),
        ({}, {"extra_headers": {"Authorization": "secret"}}),
    ],
)
def test_the_same_question_has_the_same_key(one, other):
    assert key(**one) == key(**other)


def test_the_environments_server_and_model_count_as_if_they_were_named(monkeypatch):
    named = key(base_url=LOCAL)
    monkeypatch.setenv("OPENAI_BASE_URL", LOCAL)
    assert key(base_url=None) == named
    monkeypatch.setenv("OPENAI_API_KEY", "sk-dummy")
    assert key(base_url=None) == named


def test_where_it_is_asked_does_not_count():
    asked = {"prompt": "p", "model": "m", "provider": "x"}
    places = {"notebook": "a", "cell_id": "c", "execution": "e", "kernel_id": "k", "user": "u"}
    assert key_of(Provenance(**asked)) == key_of(Provenance(**asked, **places))


def test_what_has_no_prompt_has_no_key():
    assert key_of(Provenance(model="m")) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), json_values))
def test_the_order_of_names_does_not_count_and_any_value_will_do(options):
    turned = dict(reversed(options.items()))
    one, other = (key_of(Provenance(prompt="p", options=given)) for given in (options, turned))
    assert one == other


@given(json_values, json_values)
def test_other_values_have_other_keys(one, other):
    def equal(a, b):
        # As JSON: true is not 1, though Python says so.
        if isinstance(a, bool) or isinstance(b, bool):
            return a is b
        if isinstance(a, list) and isinstance(b, list):
            return len(a) == len(b) and all(map(equal, a, b))
        if isinstance(a, dict) and isinstance(b, dict):
            return a.keys() == b.keys() and all(equal(a[name], b[name]) for name in a)
        return a == b

    keys = [key_of(Provenance(prompt="p", options={"o": value})) for value in (one, other)]
    assert (keys[0] == keys[1]) == equal(one, other)
