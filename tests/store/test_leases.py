import sqlite3
from contextlib import closing

import pytest

from nb_persistent_stream.errors import StoreUnavailable
from nb_persistent_stream.protocol import Report, Status
from nb_persistent_stream.store import LeaseWatch, NewStream

from .acts import begin, body, say


class Clock:
    """A clock that goes when it is told."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def store(open_store, clock):
    # The store's own clock is the wall's: it runs apart, and backwards.
    times = iter(range(10_000, 0, -1))
    return await open_store(clock=lambda: float(next(times)))


@pytest.fixture
def watch(store, clock):
    return LeaseWatch(store, lease=10.0, clock=clock)


async def sweep(watch, clock, seconds, **more):
    clock.now += seconds
    return await watch.sweep(**more)


async def test_a_beat_that_stands_still_for_a_lease_ends_the_stream(store, watch, clock):
    lease = await begin(store)
    await say(store, lease, "kept")
    swept = [await sweep(watch, clock, 2) for _ in range(6)]
    assert swept == [[]] * 6
    assert await sweep(watch, clock, 2) == ["one"]
    info = await store.info("one")
    assert (info.status, info.error["type"]) == (Status.TIMEOUT, "timeout")
    assert "What was said until then is kept" in info.error["message"]
    assert len(await body(store)) == 1
    assert await sweep(watch, clock, 2) == []


async def test_a_beat_that_moves_is_never_ended(store, watch, clock):
    await begin(store)
    for _ in range(30):
        await store.beat("driver")
        assert await sweep(watch, clock, 8) == []
    assert (await store.info("one")).status is Status.STREAMING


async def test_a_pending_stream_has_a_lease_too(store, watch, clock):
    await store.create(NewStream("one", "driver"))
    assert [await sweep(watch, clock, 6) for _ in range(3)] == [[], [], ["one"]]


async def test_a_new_driver_has_a_whole_new_lease(store, watch, clock):
    await begin(store)
    await sweep(watch, clock, 0)
    await sweep(watch, clock, 9)
    await store.claim("one", "other", epoch=1)
    assert await sweep(watch, clock, 9) == []
    assert await sweep(watch, clock, 9) == []
    assert await sweep(watch, clock, 9) == ["one"]


async def test_a_watch_that_slept_gives_a_whole_new_lease(store, watch, clock):
    await begin(store)
    await sweep(watch, clock, 0)
    assert await sweep(watch, clock, 3600) == []
    assert await sweep(watch, clock, 9) == []
    assert await sweep(watch, clock, 2) == ["one"]


async def test_time_in_which_nobody_could_write_counts_for_nobody(
    store, watch, clock, path, monkeypatch
):
    await begin(store)
    await sweep(watch, clock, 0)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        await store._database.writer.execute("PRAGMA busy_timeout = 10")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            await sweep(watch, clock, 9)
    # The lock is gone, and the driver has not yet had the time to say so.
    assert await sweep(watch, clock, 2) == []
    assert await sweep(watch, clock, 9) == []
    assert await sweep(watch, clock, 2) == ["one"]


async def test_nor_does_time_in_which_it_had_to_wait_for_long(store, watch, clock, monkeypatch):
    await begin(store)
    await sweep(watch, clock, 0)
    beat = store.beat

    async def slow(driver):
        clock.now += 4
        await beat(driver)

    monkeypatch.setattr(store, "beat", slow)
    with pytest.raises(StoreUnavailable, match="locked"):
        await sweep(watch, clock, 9)
    monkeypatch.undo()
    assert await sweep(watch, clock, 2) == []


async def test_what_was_just_begun_is_not_as_old_as_the_watch(store, watch, clock):
    await sweep(watch, clock, 9)
    await begin(store)
    assert await sweep(watch, clock, 9) == []
    assert await sweep(watch, clock, 9) == []


async def test_a_driver_that_is_known_to_be_gone_is_ended_at_once(store, watch, clock):
    for name in ("one", "two"):
        await begin(store, name)
    asked = []

    def gone(streams):
        asked.append(sorted(info.id for info in streams))
        return {"two", "never heard of"}

    assert await sweep(watch, clock, 0, gone=gone) == ["two"]
    assert asked == [["one", "two"]]


async def test_of_two_watches_one_ends_the_stream(store, watch, clock):
    await begin(store)
    other = LeaseWatch(store, lease=10.0, clock=clock)
    await watch.sweep()
    await other.sweep()
    clock.now += 9
    await watch.sweep()
    await other.sweep()
    clock.now += 9
    assert [await watch.sweep(), await other.sweep()] == [["one"], []]


async def test_a_stream_that_ended_is_left_alone(store, watch, clock):
    lease = await begin(store)
    await sweep(watch, clock, 9)
    await store.finish(lease, Status.DONE, Report())
    assert await sweep(watch, clock, 9) == []
    assert (await store.info("one")).status is Status.DONE


async def test_a_store_that_was_out_of_reach_is_watched_anew(store, watch, clock, monkeypatch):
    async def away():
        raise StoreUnavailable("Away.")

    await begin(store)
    assert await sweep(watch, clock, 2) == []
    with monkeypatch.context() as patch:
        patch.setattr(store, "live", away)
        for _ in range(10):  # its driver did not reach it either
            with pytest.raises(StoreUnavailable):
                await sweep(watch, clock, 2)
    assert await sweep(watch, clock, 2) == []
    await store.beat("driver")
    assert await sweep(watch, clock, 8) == []
