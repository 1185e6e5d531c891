"""The index of words: what it costs, and what stays in it."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from nb_persistent_stream.errors import StoreError
from nb_persistent_stream.protocol import LIVE, Report, Status
from nb_persistent_stream.store import Fork, NewResource, Query, queries

from ..waiting import eventually
from .acts import begin, say

ENDLESS = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT max(x) FROM n"


def fill(path, count):
    """Streams that have ended, not indexed: each says a word of its own, and a common one."""
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany(
            "INSERT INTO streams (id, status, epoch, tags, options, kernel_id, created_at) "
            "VALUES (?, 'done', 1, '[]', '{}', ?, ?)",
            ((f"s{n}", f"k{n}", float(n)) for n in range(count)),
        )
        db.executemany(
            "INSERT INTO deltas (stream_id, offset, size, kind, text, created_at) "
            "VALUES (?, 0, ?, 'text', ?, 0.0)",
            ((f"s{n}", len(said), said) for n in range(count) for said in [f"common word{n:05}"]),
        )


async def steps(store, ask):
    """The steps of SQLite's machine that a look at a list takes."""
    count = 0

    def step():
        nonlocal count
        count += 1

    await store._database.lists.look(lambda db: db.set_progress_handler(step, 1))
    await ask
    await store._database.lists.look(lambda db: db.set_progress_handler(None, 1))
    return count


async def test_ten_times_the_streams_are_no_more_work(tmp_path, open_store):
    queries = [
        Query(),
        Query(kernel="k5"),
        Query(statuses=LIVE),
        Query(statuses=(Status.ERROR,)),
        Query(search="word00005"),
        Query(search="nothing"),
        Query(search="s5 word00005", statuses=LIVE),
    ]
    costs = []
    for count in (300, 3000):
        store = await open_store(tmp_path / f"{count}.db")
        fill(tmp_path / f"{count}.db", count)
        assert await store.indexing.catch_up(60)
        costs.append(
            [
                *[await steps(store, store.find(query)) for query in queries],
                *[await steps(store, store.window(query, 0, 50)) for query in queries[1:]],
            ]
        )
    for few, many in zip(*costs, strict=True):
        assert many <= 2 * few + 1000, costs


@pytest.mark.parametrize("many", [0, 1000])
async def test_few_and_many_are_found_in_the_order_of_the_list(path, open_store, monkeypatch, many):
    monkeypatch.setattr(queries, "_MANY", many)
    store = await open_store()
    fill(path, 300)
    assert await store.indexing.catch_up(60)
    newest_first = [f"s{n}" for n in reversed(range(300))]
    query, paged = Query(search="common", limit=70), []
    while query:
        page = await store.find(query)
        paged += [info.id for info in page.streams]
        query = page.next and replace(query, after=page.next)
    assert paged == newest_first
    window = await store.window(Query(search="common"), 100, 3)
    assert (window.total, [info.id for info in window.streams]) == (300, newest_first[100:103])
    window = await store.window(Query(search="common", kernel="k7", statuses=(Status.DONE,)), 0, 3)
    assert (window.total, [info.id for info in window.streams]) == (1, ["s7"])


async def test_who_streams_writes_nothing_of_the_index(path, open_store):
    store, statements = await open_store(), []
    await store._database.writer.set_trace_callback(statements.append)
    lease = await begin(store)
    await say(store, lease, "text")
    await store.finish(lease, Status.DONE, Report())
    assert len(set(statements)) == 4  # one with a trigger is told twice
    assert not [sql for sql in statements if "words" in sql]


async def test_a_search_goes_on_in_the_file_that_took_the_place_of_the_first(path, open_store):
    store = await open_store()
    await begin(store, title="salmon")
    windows = store.windows(Query(search="salmon"), 0, 9)
    assert (await anext(windows)).total == 1
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink()
    await begin(store, "new", title="salmon perch")
    assert [info.id for info in (await anext(windows)).streams] == ["new"]
    await windows.aclose()
    assert (await store.window(Query(search="perch"), 0, 9)).total == 1


async def test_closing_breaks_off_a_list_and_the_indexing_and_leaves_no_connection(
    path, open_store
):
    before = threading.active_count()
    store = await open_store()
    fill(path, 3000)
    assert not await store.indexing.catch_up(0)
    reading = asyncio.create_task(store._lists._in_turn(ENDLESS, []))
    await eventually(lambda: store._database.lists._looking)
    await store.close()
    with pytest.raises(StoreError):
        await reading
    # A connection's thread gives its last answer just before it ends.
    await eventually(lambda: threading.active_count() <= before)
    assert not path.with_name(path.name + "-wal").exists()  # gone with the last connection


async def test_an_old_store_opens_at_once_and_is_indexed_meanwhile(path, open_store):
    await open_store()
    fill(path, 300)
    store = await open_store()
    assert not await store.indexing.catch_up(0)
    # Until then a search looks at the labels of each, as it did before.
    assert (await store.window(Query(search="s17"), 0, 500)).total >= 11
    await eventually(store.indexing.catch_up)
    assert (await store.window(Query(search="word0001"), 0, 500)).total == 10
    assert (await store.window(Query(search="common"), 0, 500)).total == 300


WORKER = """
import asyncio, pathlib, sys
from nb_persistent_stream.store import SqliteStore
async def main():
    store = await SqliteStore.open(pathlib.Path(sys.argv[1]))
    await store.indexing.catch_up(60)
    await store.close()
asyncio.run(main())
"""


def start(command):
    return subprocess.Popen(command)


async def test_processes_that_index_at_once_and_are_killed_leave_each_word_once(path, open_store):
    store = await open_store()
    fill(path, 1000)
    command = [sys.executable, "-c", WORKER, str(path)]
    workers = [start(command) for _ in range(3)]
    await eventually(lambda: index_count(path) > 0)
    workers[0].kill()
    assert await store.indexing.catch_up(60)
    assert [worker.wait(60) for worker in workers][1:] == [0, 0]
    assert index_count(path) == 1000
    with closing(sqlite3.connect(path)) as db:
        docs = "SELECT count(*), count(DISTINCT rowid) FROM words WHERE words MATCH 'bcommon'"
        assert db.execute(docs).fetchone() == (1000, 1000)


def index_count(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT count(*) FROM streams WHERE whole").fetchone()[0]


async def test_a_search_goes_on_where_nobody_may_write(path, open_store):
    store = await open_store()
    await begin(store, title="heron")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        found = await store.window(Query(search="heron"), 0, 9)
    assert found.total == 1


async def test_a_search_that_is_left_is_broken_off_and_delays_no_other_read(path, open_store):
    store = await open_store()
    await begin(store)
    running = asyncio.create_task(store._lists._in_turn(ENDLESS, []))
    await eventually(lambda: store._database.lists._looking)
    assert (await store.info("one")).id == "one"
    assert await store.read("one") == []
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await store.window(Query(), 0, 9)).total == 1


async def test_a_programs_stream_is_found_by_what_it_says_and_so_is_its_fork(open_store):
    store = await open_store()
    said = NewResource("said", "text/plain", [b"her", b"on "], closed=True)
    await store.resources.create(said)
    await store.resources.create(NewResource("raw", "image/png", [b"heron"], closed=True))
    lines = [b'{"said": "a\\nstilt"}', b"7", b"8"]
    await store.resources.create(NewResource("json", "application/json", lines, closed=True))
    fork = NewResource("fork", None, [b"stork"], closed=True, fork=Fork("said"))
    await store.resources.create(fork)
    found_by = {"heron": {"said", "fork"}, "stork": {"fork"}, "stilt 7 8": {"json"}, "78": set()}
    for search, found in found_by.items():
        window = await store.window(Query(search=search), 0, 9)
        assert {info.id for info in window.streams} == found
    await store.delete("said")
    window = await store.window(Query(search="heron"), 0, 9)
    assert [info.id for info in window.streams] == ["fork"]
