"""What a store asks of SQLite, counted: no test of time can be trusted to see it grow."""

import asyncio

import pytest

from nb_persistent_stream.protocol import Delta

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
