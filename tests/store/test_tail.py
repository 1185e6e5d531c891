import asyncio
import threading
from collections import Counter

import pytest

from nb_persistent_stream.errors import StoreError, StreamNotFound
from nb_persistent_stream.protocol import Delta, Report, Status, StreamInfo, text_of
from nb_persistent_stream.store import poller, tail
from nb_persistent_stream.store.poller import News
from nb_persistent_stream.store.tail import Feed

from ..waiting import eventually
from .acts import begin, say


class Reader:
    """Follows a stream in the background and keeps what it hears."""

    def __init__(self, store, stream_id="one", offset=0):
        self.text, self.last, self.failure = "", None, None
        self.task = asyncio.create_task(self._read(store.follow(stream_id, offset)))

    async def _read(self, batches):
        try:
            async for batch in batches:
                self.text += text_of(batch.deltas)
                self.last = batch.info or self.last
        except Exception as error:
            self.failure = error


@pytest.fixture
def statements(monkeypatch):
    """The statements of every poller, counted by their first two words."""
    counted = Counter()
    connect = poller.Poller._connect

    def traced(self):
        db = connect(self)
        db.set_trace_callback(lambda sql: counted.update([" ".join(sql.split()[:2])]))
        return db

    monkeypatch.setattr(poller.Poller, "_connect", traced)
    return counted


class TestNews:
    async def test_what_another_connection_commits_is_heard(self, open_store):
        here, there = await open_store(), await open_store()
        lease = await begin(there)
        reader, offset = Reader(here), 0
        for text in ("one ", "two ", "three"):
            offset = await say(there, lease, text, offset=offset)
            await eventually(lambda text=text: reader.text.endswith(text))
        await there.finish(lease, Status.DONE, Report())
        await asyncio.wait_for(reader.task, 10)
        assert (reader.text, reader.last.status) == ("one two three", Status.DONE)

    async def test_a_claim_by_another_connection_is_a_change_of_state(self, open_store):
        here, there = await open_store(), await open_store()
        await begin(here)
        states = here.states("one")
        assert (await anext(states)).epoch == 1
        await there.claim("one", "other", epoch=1)
        assert (await anext(states)).epoch == 2
        await states.aclose()

    async def test_a_beat_is_not_news(self, open_store):
        here, there = await open_store(), await open_store()
        await begin(there)
        states = here.states("one")
        await anext(states)
        await there.beat("driver")
        await there.request_cancel("one")
        assert (await anext(states)).cancel_requested  # and nothing before it
        await states.aclose()


class TestCost:
    async def test_many_readers_of_a_stream_cost_one_read_a_commit(self, open_store, statements):
        here, there = await open_store(), await open_store()
        from_store = []
        await here._database.reader.set_trace_callback(from_store.append)
        lease, offset = await begin(there), 0
        readers = [Reader(here) for _ in range(20)]
        await eventually(lambda: all(reader.last for reader in readers))
        for n in range(10):
            offset = await say(there, lease, f"{n} ", offset=offset)
            await eventually(lambda n=n: all(r.text.endswith(f"{n} ") for r in readers))
        await there.finish(lease, Status.DONE, Report())
        await asyncio.gather(*(reader.task for reader in readers))
        assert statements["SELECT offset,"] == 10
        assert from_store == []

    async def test_the_poller_sleeps_without_a_timer_while_nobody_reads(self, open_store):
        waits = []

        class Condition(threading.Condition):
            def wait(self, timeout=None):
                waits.append(timeout)
                return super().wait(timeout)

        store = await open_store()
        store._tail._poller._wake = Condition()
        await begin(store)
        states = store.states("one")
        await anext(states)
        await eventually(lambda: waits)
        assert waits[-1] is not None
        await states.aclose()
        await eventually(lambda: waits[-1] is None)
        states = store.states("one")  # and it wakes again
        assert (await anext(states)).id == "one"
        await states.aclose()

    async def test_no_thread_is_started_before_somebody_reads(self, open_store):
        store = await open_store()
        await begin(store)
        assert store._tail._poller._thread is None

    async def test_what_is_held_for_slow_readers_is_bounded(self, open_store, monkeypatch):
        monkeypatch.setattr(tail, "_WINDOW_BYTES", 1000)
        store = await open_store()
        lease, offset = await begin(store), 0
        slow, quick = store.follow("one"), Reader(store)
        await anext(slow)
        for _ in range(100):
            offset = await say(store, lease, "x" * 100, offset=offset)
            await eventually(lambda end=offset: len(quick.text) == end)
            window = store._tail._feeds["one", True]._window
            assert window[-1].end - window[0].offset <= 2200
        await store.finish(lease, Status.DONE, Report())
        late = [delta async for batch in slow for delta in batch.deltas]
        assert len(text_of(late)) == len(quick.text) == 10_000


class TestEnds:
    async def test_closing_ends_each_reader_with_an_error(self, open_store):
        store = await open_store()
        await begin(store)
        reader, states = Reader(store), store.states("one")
        await anext(states)
        await eventually(lambda: reader.last)
        await store.close()
        await asyncio.wait_for(reader.task, 10)
        assert isinstance(reader.failure, StoreError)
        with pytest.raises(StoreError, match="was closed"):
            await anext(states)

    async def test_what_the_poller_says_during_the_close_does_not_undo_it(
        self, open_store, monkeypatch
    ):
        store = await open_store()
        await begin(store)
        reader = Reader(store)
        await eventually(lambda: reader.last)
        tail_, news = store._tail, [News("one", info=await store.info("one"))]
        close = tail_._poller.close
        monkeypatch.setattr(tail_._poller, "close", lambda: (tail_._from_poller(news), close()))
        await store.close()
        await asyncio.wait_for(reader.task, 10)
        assert isinstance(reader.failure, StoreError)

    async def test_reading_after_the_close_is_an_error_and_not_a_wait(self, open_store):
        store = await open_store()
        await begin(store)
        await store.close()
        for reading in (store.follow("one"), store.states("one")):
            with pytest.raises(StoreError, match="was closed"):
                await asyncio.wait_for(anext(reading), 10)

    async def test_a_stream_that_is_deleted_ends_its_readers(self, open_store):
        store = await open_store()
        await begin(store)
        reader = Reader(store)
        await eventually(lambda: reader.last)
        await store._database.writer.execute("DELETE FROM streams")
        await asyncio.wait_for(reader.task, 10)
        assert isinstance(reader.failure, StreamNotFound)
        await begin(store)  # the same id again can be followed again
        again = Reader(store)
        await eventually(lambda: again.last)
        again.task.cancel()
        await asyncio.wait([again.task])

    async def test_a_reader_that_leaves_is_forgotten(self, open_store):
        store = await open_store()
        await begin(store)
        readers = [Reader(store) for _ in range(3)]
        await eventually(lambda: all(reader.last for reader in readers))
        for reader in readers:
            reader.task.cancel()
        await asyncio.wait([reader.task for reader in readers])
        assert (store._tail._feeds, store._tail._poller._interests) == ({}, {})


class TestFeed:
    def test_news_for_readers_that_have_gone_leave_no_gap(self):
        feed = Feed()
        info = StreamInfo("one", Status.STREAMING, 0.0)
        feed.apply(News("one", length=9, deltas=(Delta(5, "late"),)))  # asked for by others, before
        feed.apply(News("one", info=info, length=12))
        assert feed.since(9) is None  # the store knows
        feed.apply(News("one", length=15, deltas=(Delta(12, "new"),)))
        assert feed.since(9) is None
        assert feed.since(5) is None
        assert feed.since(12).deltas == (Delta(12, "new"),)

    def test_who_stands_at_one_offset_gets_one_batch_until_there_is_more(self):
        feed = Feed()
        feed.apply(News("one", length=8, deltas=(Delta(0, "one "), Delta(4, "two "))))
        batch = feed.since(4)
        assert feed.since(4) is batch
        assert feed.since(0).message != batch.message
        feed.apply(News("one", length=14, deltas=(Delta(8, "three "),)))
        assert [delta.text for delta in feed.since(4).deltas] == ["two ", "three "]

    def test_what_is_shared_is_bounded(self):
        feed = Feed()
        feed.apply(News("one", length=100, deltas=tuple(Delta(n, "x") for n in range(100))))
        for offset in range(100):
            assert feed.since(offset).deltas[0].offset == offset
            assert len(feed._batches) <= tail._SHARED

    def test_what_is_beyond_the_window_is_not_in_it(self):
        feed = Feed()
        feed.apply(News("one", length=8, deltas=(Delta(4, "text"),)))
        assert feed.since(6).deltas == (Delta(6, "xt"),)
        assert feed.since(8) is None
