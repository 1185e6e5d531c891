"""What the server does for its watchers, counted: no test of time can be trusted to see it grow."""

import asyncio
import json
from collections import Counter

import pytest

from nb_persistent_stream.protocol import Report, Status
from nb_persistent_stream.server.sweeper import Sweeper
from nb_persistent_stream.store import contract, poller

from ..waiting import DEADLINE, eventually
from .conftest import say
from .page import said
from .test_live_robust import following

WORD = "the quick brown fox jumps over the lazy dogs now. "
WATCHERS, COMMITS, SWEEPS = 20, 10, 20


@pytest.fixture
def encoded(monkeypatch):
    """The deltas that were encoded for live watchers, a list a message."""
    messages, make = [], contract.deltas_message

    def counting(deltas):
        messages.append([delta.text for delta in deltas])
        return make(deltas)

    monkeypatch.setattr(contract, "deltas_message", counting)
    return messages


@pytest.fixture
def polled(monkeypatch):
    """The statements of the poller, counted by their first two words."""
    counted, connect = Counter(), poller.Poller._connect

    def traced(self):
        db = connect(self)
        db.set_trace_callback(lambda sql: counted.update([" ".join(sql.split()[:2])]))
        return db

    monkeypatch.setattr(poller.Poller, "_connect", traced)
    return counted


@pytest.fixture
async def read(shelf):
    """The statements by which the server reads from the store."""
    statements, store = [], await shelf.store()
    await store._database.reader.set_trace_callback(statements.append)
    return statements


async def test_a_commit_is_read_and_encoded_once_for_all_its_watchers(
    connect, begin, store, encoded, polled, read
):
    lease = await begin()
    pages = [await connect() for _ in range(WATCHERS)]
    for page in pages:
        page.subscribe(1, "one")
        await page.next()
    for page in pages:
        await page.quiet()
    polled.clear()
    read.clear()
    for n in range(COMMITS):
        await say(store, lease, f"{n} ")
        for page in pages:
            assert said([await page.next()]) == f"{n} "
    assert encoded == [[f"{n} "] for n in range(COMMITS)]
    assert polled["SELECT id,"] == polled["SELECT offset,"] == COMMITS
    assert [sql for sql in read if "'one'" in sql] == []


async def test_a_thousand_live_deltas_are_not_three_times_their_text(connect, begin, store):
    lease = await begin()
    page = await connect()
    page.subscribe(1, "one")
    await page.next()
    for _ in range(10):
        await say(store, lease, *[WORD] * 100)
    size, text = 0, ""
    while len(text) < 1000 * len(WORD):
        message = await page.next()
        size += len(json.dumps(message, separators=(",", ":")))
        text += said([message])
    assert size <= 2.5 * len(text)


async def test_a_thousand_stored_deltas_are_little_more_than_their_text(connect, begin, store):
    await store.finish(await begin("one", *[WORD] * 1000), Status.DONE, Report())
    page = await connect()
    page.subscribe(1, "one")
    messages = await page.end(1)
    assert len(json.dumps(messages)) <= 1.02 * 1000 * len(WORD)


async def test_an_idle_server_wakes_up_for_its_sweeps_alone(
    connect, begin, store, read, shelf, monkeypatch
):
    await store.finish(await begin("one", "text"), Status.DONE, Report())
    for _ in range(WATCHERS):
        page = await connect()
        page.subscribe(1, "one")
        await page.end(1)
    await eventually(lambda: not following())
    swept, timers, counts, enough = 0, [], None, asyncio.Event()
    loop = asyncio.get_running_loop()
    call_at, sweep = loop.call_at, Sweeper._sweep

    async def counting(self):
        nonlocal swept, counts
        swept += 1
        await sweep(self)
        if swept == SWEEPS:
            counts = len(read), len(timers)
            enough.set()

    monkeypatch.setattr(Sweeper, "_sweep", counting)
    monkeypatch.setattr(
        loop, "call_at", lambda *args, **how: timers.append(args) or call_at(*args, **how)
    )
    read.clear()
    await asyncio.wait_for(enough.wait(), DEADLINE)
    # A sweep may have been under way when the count began.
    assert SWEEPS <= counts[0] <= SWEEPS + 1
    assert counts[1] <= SWEEPS + 2
    assert (await shelf.store())._tail._poller._thread is None
