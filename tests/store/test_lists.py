"""How lists are read: what that costs, and whom it holds up."""

import asyncio
import time
from types import SimpleNamespace

import pytest

from nb_persistent_stream.errors import StoreError
from nb_persistent_stream.store import Query, lists
from nb_persistent_stream.store.lists import Lists

from ..waiting import eventually
from .acts import begin, say


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(lists, "_PAUSE", 0.01)


async def version():
    return 0, 1


async def catch_up():
    return True


async def test_of_a_window_only_what_has_changed_is_read_again(open_store, quick):
    store, statements = await open_store(), []
    leases = [await begin(store, f"s{n}") for n in range(5)]
    windows = store.windows(Query(), 0, 5)
    await anext(windows)
    await store._database.lists.look(lambda db: db.set_trace_callback(statements.append))
    await say(store, leases[2], "text")
    assert (await anext(windows)).streams[2].length == 4
    await windows.aclose()
    assert [sql for sql in statements if "excerpt" in sql and "WHERE id IN ('s2')" in sql]
    assert not [sql for sql in statements if "'s1'" in sql]


async def test_reads_that_were_cancelled_do_not_pile_up():
    running, most, go = 0, 0, asyncio.Event()

    async def read(sql, params):
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            await go.wait()
        finally:
            running -= 1
        return [{"total": 0, "id": None}]

    reader = Lists(SimpleNamespace(browse=read, version=version), catch_up)
    for first in range(20):
        asked = asyncio.create_task(reader.window(Query(), first, 5))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked.cancel()
    last = asyncio.create_task(reader.window(Query(), 20, 5))
    await eventually(lambda: running == 1)
    go.set()
    assert (await last).first == 20
    assert most == 1


async def test_a_slow_list_is_looked_at_less_often(monkeypatch):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        raise asyncio.CancelledError

    async def read(sql, params):
        if "matching" in sql:
            await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.2)
        return [{"total": 0, "id": None}]

    windows = Lists(SimpleNamespace(browse=read, version=version), catch_up).windows(Query(), 0, 5)
    await anext(windows)
    monkeypatch.setattr(lists.asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        await anext(windows)
    assert 2 <= slept[0] < 10


async def test_closing_the_store_ends_who_watches(open_store, quick):
    store = await open_store()
    windows = store.windows(Query(), 0, 5)
    await anext(windows)
    await store.close()
    with pytest.raises(StoreError, match="is closed"):
        await asyncio.wait_for(anext(windows), 10)
