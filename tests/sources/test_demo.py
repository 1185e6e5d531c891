"""The demo model: the same answer each time, and never taken for a real one."""

import pytest

from nb_persistent_stream.errors import InvalidInput
from nb_persistent_stream.protocol import Piece, Report
from nb_persistent_stream.sources import Request
from nb_persistent_stream.sources.demo import compose, demo_source

from .reading import events_of

FAST = {"pace": 1e9}
PROMPTS = ["Explain WAL mode", "Grüße 🎉 {x} %s `code`", "two\nlines", "?", "long " * 500]


def ask(prompt):
    return demo_source(Request([{"role": "user", "content": prompt}], options=FAST))


async def said(prompt):
    events = await events_of(ask(prompt))
    return [event.text for event in events if isinstance(event, Piece)]


@pytest.mark.parametrize("prompt", PROMPTS, ids=range(len(PROMPTS)))
async def test_the_pieces_are_the_answer_each_time(prompt):
    first = await said(prompt)
    assert "".join(first) == compose(prompt)
    assert len(first) > 50
    assert await said(prompt) == first


async def test_it_says_what_it_is():
    assert "demo model" in compose("x")
    assert "asks nobody" in compose("x")
    source = ask("x")
    assert (source.provider, source.model) == ("demo", "demo")
    events = await events_of(source)
    assert events[0] == Report(model="demo")
    assert events[-1] == Report(finish_reason="stop")


def test_it_quotes_the_prompt_in_short():
    assert "“Explain WAL mode”" in compose("Explain WAL mode")
    assert len(compose("word " * 10_000)) < 3000


async def test_it_answers_the_last_words_of_the_user():
    messages = [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": "no"},
        {"role": "user", "content": "second"},
        {"role": "assistant", "content": "prefill"},
    ]
    events = await events_of(demo_source(Request(messages, options=FAST)))
    assert "".join(e.text for e in events if isinstance(e, Piece)) == compose("second")


@pytest.mark.parametrize("pace", [0, -1, "fast", None, True, float("nan")])
def test_a_pace_that_is_none_is_refused(pace):
    with pytest.raises(InvalidInput, match=r"pace is .* number above 0"):
        demo_source(Request([], options={"pace": pace}))


def test_an_unknown_option_is_named():
    with pytest.raises(InvalidInput, match=r"no option temperature; .* pace="):
        demo_source(Request([], options={"temperature": 0}))
