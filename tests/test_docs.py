"""The examples of docs/reuse.md run, in order, as one reader would run them."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.slow
def test_the_examples_of_reuse_run(monkeypatch, tmp_path):
    monkeypatch.setenv("NB_STREAM_STORE", str(tmp_path / "streams.db"))
    monkeypatch.setenv("NB_STREAM_MODEL", "demo")
    first, second = re.findall(r"```python\n(.*?)```", (DOCS / "reuse.md").read_text(), re.DOTALL)
    namespace = {}
    exec(first, namespace)
    exec(second, namespace)
    s, r, other = (namespace[name] for name in ("s", "r", "other"))
    assert s.result(60) == other.result(60)
    assert r.info.link.stream_id == other.info.link.stream_id == s.id
    exec(first, namespace)
    assert (namespace["s"].id, namespace["s"].reused) == (s.id, True)


def test_every_option_of_the_magic_is_an_argument_of_stream():
    """What docs/magics.md says of them; tests/kernel/test_magics.py runs its examples."""
    from inspect import signature

    from nb_persistent_stream import stream
    from nb_persistent_stream.kernel.magics import _OURS, StreamMagics

    options = {action.dest for action in StreamMagics.stream.parser._actions} - set(_OURS)
    arguments = set(signature(stream).parameters) - {"source", "options"}
    # A link is not for people to give; what is not shown needs no cell; a schema is an object.
    assert options == arguments - {"link", "show", "schema"}
