"""What people's iterables cost the loop that they are handed over to, counted."""

import asyncio
import threading

from nb_persistent_stream.protocol import Piece, Report
from nb_persistent_stream.sources import iterable_source
from nb_persistent_stream.sources.handoff import Handoff

ITEMS = 100  # that have room, and as many again


async def test_all_that_waits_is_handed_over_at_one_wake_up(monkeypatch):
    loop, wakes = asyncio.get_running_loop(), []
    wake = loop.call_soon_threadsafe
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *a: wakes.append(a) or wake(*a))
    handoff = Handoff()
    taken = aiter(handoff)
    for part in (1, 2):
        thread = threading.Thread(target=lambda: [handoff.put(n) for n in range(ITEMS)])
        thread.start()
        thread.join()
        assert len(wakes) == part
        assert [await anext(taken) for _ in range(ITEMS)] == list(range(ITEMS))
    await taken.aclose()


async def test_of_many_that_speak_at_once_not_each_wakes_the_loop(monkeypatch):
    loop, wakes = asyncio.get_running_loop(), []
    wake = loop.call_soon_threadsafe
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *a: wakes.append(a) or wake(*a))
    handoffs = [Handoff() for _ in range(ITEMS)]
    taken = [aiter(handoff) for handoff in handoffs]
    for n in range(10):
        thread = threading.Thread(target=lambda n=n: [handoff.put(n) for handoff in handoffs])
        thread.start()
        assert [await anext(each) for each in taken] == [n] * ITEMS
        thread.join()
    assert len(wakes) <= 20
    for each in taken:
        await each.aclose()


async def test_what_waits_together_is_one_piece_of_each_part():
    all_said = threading.Event()

    def talk():
        yield from ("one ", "two ", "three ")
        yield Piece("hm", "reasoning")
        yield Report(model="m")
        yield from ("four ", "five ")
        all_said.set()

    events = iterable_source(talk()).open()
    first = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)  # it listens now
    all_said.wait()  # and this loop does nothing else meanwhile
    assert [await first] + [event async for event in events] == [
        Piece("one two three "),
        Piece("hm", "reasoning"),
        Report(model="m"),
        Piece("four five "),
    ]
