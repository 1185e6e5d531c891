"""What people's iterables cost the loop that they are handed over to, counted."""

import asyncio
import threading

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
