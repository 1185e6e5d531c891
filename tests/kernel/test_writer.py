import asyncio
import tracemalloc
from itertools import repeat

import pytest

from nb_persistent_stream.errors import StoreUnavailable, StreamFenced
from nb_persistent_stream.kernel import keeper, writer
from nb_persistent_stream.kernel.body import Body
from nb_persistent_stream.kernel.keeper import Keeper
from nb_persistent_stream.kernel.writer import Writer
from nb_persistent_stream.protocol import Piece, Status, place
from nb_persistent_stream.store import Lease

from ..waiting import eventually


class FakeStore:
    """Keeps each commit; fails as it is told, and waits while its gate is closed."""

    def __init__(self):
        self.commits, self.failures = [], []
        self.began, self.gate = 0, asyncio.Event()
        self.gate.set()

    async def append(self, lease, deltas):
        self.began += 1
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.commits.append(list(deltas))

    @property
    def texts(self):
        return ["".join(delta.text for delta in commit) for commit in self.commits]


@pytest.fixture
def notices():
    return []


@pytest.fixture
async def make(notices):
    """A writer on a fake store; it is closed at the end."""
    made = []

    def make(chunk_by="word", max_delay=3600.0):
        store = FakeStore()
        keeper = Keeper(store, Lease("one", "d", 1), Body(), lambda: None, notices.append)
        made.append(Writer(keeper.append, chunk_by, max_delay))
        made[-1].keeper = keeper
        return made[-1], store

    yield make
    for one in made:
        await asyncio.gather(one.close(), return_exceptions=True)


async def say(writer, *texts):
    for text in texts:
        await writer.put(Piece(text))


async def test_text_is_written_at_a_boundary(make):
    writer, store = make()
    await say(writer, "one ", "tw")
    await eventually(lambda: store.texts == ["one "])
    await say(writer, "o ")
    await eventually(lambda: store.texts == ["one ", "two "])


async def test_text_without_a_boundary_waits_no_longer_than_max_delay(make):
    writer, store = make("paragraph", max_delay=0.01)
    await say(writer, "no", " boundary")
    await eventually(lambda: store.texts == ["no boundary"])
    await say(writer, "and again")
    await eventually(lambda: store.texts == ["no boundary", "and again"])


async def test_what_queues_during_a_commit_goes_into_one_commit(make):
    writer, store = make()
    store.gate.clear()
    await say(writer, "one ")
    await eventually(lambda: store.began)
    await say(writer, "two ", "three ", "four ")
    await writer.put(Piece("why ", "reasoning"))
    store.gate.set()
    await writer.close()
    assert store.texts == ["one ", "two three four why "]
    pieces = [Piece("two three four "), Piece("why ", "reasoning")]
    assert store.commits[1] == list(place(pieces, 4))


async def test_the_tail_is_written_at_the_close(make):
    writer, store = make("paragraph")
    await say(writer, "no boundary")
    await writer.close()
    assert store.texts == ["no boundary"]


async def test_a_store_out_of_reach_is_tried_again_and_said(make, notices, monkeypatch):
    monkeypatch.setattr(keeper, "pauses", lambda patience: repeat(0.001))
    one, store = make()
    store.failures = [StoreUnavailable("Full."), StoreUnavailable("Still full.")]
    await say(one, "kept ")
    await one.close()
    assert store.texts == ["kept "]
    assert notices == ["Not saved yet. Full.", "Not saved yet. Still full.", None]


async def test_a_store_that_stays_out_of_reach_is_an_error_some_time_after_the_end(
    make, notices, monkeypatch
):
    monkeypatch.setattr(keeper, "pauses", lambda patience: repeat(0.001))
    one, store = make()
    store.failures = [StoreUnavailable("Full.")] * 100_000
    await say(one, "lost ")
    await eventually(lambda: store.began > 50)
    assert not one._task.done()
    monkeypatch.setattr(keeper, "_PATIENCE", {Status.DONE: 3600.0, Status.CANCELLED: 0.01})
    one.keeper.hurry(Status.DONE)
    one.keeper.hurry(Status.CANCELLED)
    one.keeper.hurry(Status.DONE)
    with pytest.raises(StoreUnavailable, match="Full"):
        await one.close()
    assert notices[-1] == "Not saved. Full."


async def test_a_driver_that_is_fenced_hears_it_at_the_next_text(make):
    writer, store = make()
    store.failures = [StreamFenced("one")]
    await say(writer, "refused ")
    await eventually(writer._task.done)
    with pytest.raises(StreamFenced):
        await say(writer, "more ")
    with pytest.raises(StreamFenced):
        await writer.close()
    assert store.commits == []


async def test_a_source_is_not_read_far_ahead_of_the_store(make, monkeypatch):
    monkeypatch.setattr(writer, "_MOST_UNSAVED", 100)
    one, store = make()
    store.gate.clear()
    await say(one, "x" * 99 + " ")
    ahead = asyncio.create_task(say(one, "y "))
    await eventually(lambda: store.began)
    assert not ahead.done()
    store.gate.set()
    await asyncio.wait_for(ahead, 10)
    await one.close()
    assert "".join(store.texts) == "x" * 99 + " y "


async def test_what_waits_for_the_store_takes_little_beside_its_text(make):
    one, store = make()
    store.gate.clear()
    await say(one, "first ")
    await eventually(lambda: store.began)
    tracemalloc.start()
    texts = [f"{number} and " for number in range(50_000)]
    await say(one, *texts)
    said = "".join(texts)
    del texts
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    store.gate.set()
    await one.close()
    assert "".join(store.texts) == f"first {said}"
    assert held < 3 * len(said)  # `said` is one of the three


async def test_a_failure_wakes_who_waits_for_room(make, monkeypatch):
    monkeypatch.setattr(writer, "_MOST_UNSAVED", 100)
    one, store = make()
    store.gate.clear()
    store.failures = [StreamFenced("one")]
    ahead = asyncio.create_task(say(one, "x" * 200 + " "))
    await eventually(lambda: store.began)
    store.gate.set()
    with pytest.raises(StreamFenced):
        await asyncio.wait_for(ahead, 10)


async def test_a_chunk_larger_than_what_may_be_unsaved_does_not_stop_the_source(make, monkeypatch):
    monkeypatch.setattr(writer, "_MOST_UNSAVED", 100)
    one, store = make(chunk_by=10**9)
    await asyncio.wait_for(say(one, "x" * 99, "y" * 99, "z" * 99), 10)
    await one.close()
    assert "".join(store.texts) == "x" * 99 + "y" * 99 + "z" * 99
