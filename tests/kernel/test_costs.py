"""What a stream costs its kernel and sends to its page, counted."""

import asyncio
import json

from nb_persistent_stream import create
from nb_persistent_stream.kernel import pace
from nb_persistent_stream.kernel.display import bundle
from nb_persistent_stream.kernel.limits import Limits, limited
from nb_persistent_stream.kernel.widget import StreamWidget
from nb_persistent_stream.protocol import Piece, place

from .test_pace import Page

WORD = "the quick brown fox jumps over the lazy dogs now. "


async def test_a_thousand_deltas_that_wait_are_one_message_of_little_more_than_their_text():
    page = Page()
    await pace.send(page, place([Piece(WORD)] * 1000, 0))
    (message,) = page.messages
    assert len(json.dumps(message)) <= 1.02 * 1000 * len(WORD)


def test_the_widget_and_its_output_are_small():
    with create(show=False) as said:
        widget = StreamWidget(said.id, "driver", print, print, reused=False, remote=False)
        output = bundle(said.info, "", widget)
    sent = json.dumps(widget.get_state()) + json.dumps(output)
    assert len(sent) <= 4500


async def test_a_thousand_waits_for_a_source_set_two_timers_at_most(monkeypatch):
    async def source():
        for _ in range(1000):
            yield Piece(WORD)

    loop, timers = asyncio.get_running_loop(), []
    call_at = loop.call_at
    monkeypatch.setattr(loop, "call_at", lambda *args: timers.append(args) or call_at(*args))
    said = [piece async for piece in limited(source(), Limits(None, 300, 60))]
    assert len(said) == 1000
    assert len(timers) <= 2
