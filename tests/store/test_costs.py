"""What a store asks of SQLite, counted: no test of time can be trusted to see it grow."""

import asyncio

import pytest

from nb_persistent_stream.protocol import Delta
from nb_persistent_stream.store import Lease, commits
from nb_persistent_stream.store.poller import Poller
from nb_persistent_stream.store.tail import Feed

from ..waiting import eventually
from .acts import begin, say

DELTAS = 1000


@pytest.fixture
async def store(open_store):
    return await open_store()


@pytest.fixture
async def written(store):
    """The statements of the connection that writes; each is a transaction."""
    return await traced(store._database.writer)


async def traced(db):
    statements = []
    await db.set_trace_callback(statements.append)
    return statements


async def test_a_delta_is_one_statement(store, written):
    lease, offset = await begin(store), 0
    read, written[:] = await traced(store._database.reader), []
    for _ in range(DELTAS):
        offset = await say(store, lease, "word ", offset=offset)
    assert (len(written), read) == (DELTAS, [])


async def test_streams_that_write_at_once_share_commits(store, written):
    leases = [await begin(store, f"s{n}") for n in range(50)]
    written.clear()
    for offset in range(0, 5 * DELTAS // 50, 5):
        await asyncio.gather(*(store.append(lease, [Delta(offset, "word ")]) for lease in leases))
    assert len(written) <= 2 * DELTAS // 50


async def test_a_body_is_read_in_few_statements(store):
    lease = await begin(store)
    await store.append(lease, [Delta(50 * n, "x" * 50) for n in range(20 * DELTAS)])
    read, offset = await traced(store._database.reader), 0
    while deltas := await store.joined("one", offset):
        offset = deltas[-1].end
    assert offset == 50 * 20 * DELTAS
    assert len(read) <= 6


async def test_a_sweep_of_a_store_where_nothing_lives_is_one_statement(store, written):
    read = await traced(store._database.reader)
    written.clear()
    assert not (await store.resources.sweep()).is_driven
    assert (len(read), written) == (1, [])


async def test_who_follows_a_state_is_not_told_of_text(store, monkeypatch):
    """Each driver does, of its own stream."""
    told, looks = [], []
    apply, look = Feed.apply, Poller._look
    monkeypatch.setattr(Feed, "apply", lambda feed, news: told.append(news) or apply(feed, news))
    monkeypatch.setattr(Poller, "_look", lambda poller, db: looks.append(look(poller, db)))
    lease, offset = await begin(store), 0
    states = store.states("one")
    await anext(states)
    for number in range(1, 6):
        offset = await say(store, lease, "word ", offset=offset)
        await eventually(lambda number=number: len(looks) > number)
    assert [news.info is not None for news in told] == [True]
    await states.aclose()


async def test_commits_of_many_streams_wait_for_more_of_each(monkeypatch):
    pauses, batches, loop = [], [], asyncio.get_running_loop()

    async def insert(batch):
        batches.append(len(batch))
        return {append.lease.stream_id for append in batch}

    async def sleep(seconds):
        pauses.append(seconds)

    monkeypatch.setattr(loop, "time", lambda: 0.0)
    monkeypatch.setattr(commits.asyncio, "sleep", sleep)
    queue = commits.CommitQueue(insert)
    leases = [Lease(f"s{n}", "d", 1) for n in range(64)]
    for some in (leases, leases, leases[:1], leases[:1]):
        await asyncio.gather(*(queue.put(lease, [Delta(0, "word ")]) for lease in some))
    assert batches == [64, 64, 1, 1]
    assert pauses == [pytest.approx(0.021), pytest.approx(0.021)]
