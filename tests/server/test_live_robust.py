"""The live socket among pages that are broken, slow, many, or gone."""

import asyncio
import gc
import json
import logging
import socket
import weakref

import psutil
import pytest
from tornado.iostream import IOStream

from nb_persistent_stream.protocol import Report, Status
from nb_persistent_stream.server import live, subscriptions

from ..waiting import eventually
from .conftest import say
from .page import said

MALFORMED = [
    "no json",
    "[]",
    "5",
    "null",
    '"text"',
    "{}",
    '{"type": "subscribe"}',
    '{"sub": 1}',
    '{"type": "subscribe", "sub": "1"}',
    '{"type": "subscribe", "sub": null}',
    '{"type": "sing", "sub": 1}',
    '{"type": ["subscribe"], "sub": 1}',
    "[" * 60_000,
    "\x00",
    b"\xff\xfe",
    b"\x00",
]


def following():
    """The tasks that serve subscriptions now."""
    return [task for task in asyncio.all_tasks() if "LiveHandler._serve" in repr(task.get_coro())]


def interests(shelf):
    """What the store's poller looks for on behalf of readers."""
    return dict(shelf._store._tail._poller._interests)


async def nobody_follows(shelf):
    await eventually(lambda: not following() and not interests(shelf) and not feeds(shelf))


def feeds(shelf):
    return shelf._store._tail._feeds


async def test_what_is_no_request_closes_its_socket_and_no_other(connect, begin, store):
    lease = await begin("one", "before ")
    other = await connect()
    other.subscribe(1, "one")
    for frame in MALFORMED:
        broken = await connect()
        broken.subscribe(1, "one")
        broken.socket.write_message(frame, binary=isinstance(frame, bytes))
        while not broken.closed:
            await broken.next()
        assert broken.socket.close_code == 1003, frame
        assert broken.socket.close_reason == "not a request of this protocol"
    await say(store, lease, "after")
    assert said(await other.until(lambda message: "after" in said([message]))) == "before after"


PART, COUNT = "x" * 64 * 1024, 256  # 16 MiB: more than the buffers of a socket take in


@pytest.fixture
async def stuck(connect):
    """A page that will not read."""
    page = await connect()
    connection = page.socket.protocol.stream.socket
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    return page


async def test_a_page_that_never_reads_holds_up_no_other(stuck, connect, begin, store):
    lease, other = await begin(), await connect()
    stuck.subscribe(1, "one")
    other.subscribe(1, "one")
    for _ in range(COUNT):
        await say(store, lease, PART)
    await store.finish(lease, Status.DONE, Report())
    assert len(said(await other.end(1))) == len(PART) * COUNT
    await eventually(lambda: len(following()) == 1)  # the page that does not read still waits


async def test_what_a_page_does_not_read_is_not_kept_in_memory(
    stuck, connect, begin, store, monkeypatch
):
    written, write = [], IOStream.write

    def counting(self, data):
        written.append(len(data))
        return write(self, data)

    lease = await begin()
    stuck.subscribe(1, "one")
    await stuck.next()
    monkeypatch.setattr(IOStream, "write", counting)
    for _ in range(COUNT):
        await say(store, lease, PART)
    await (await connect()).quiet()
    assert len(PART) < sum(written) < len(PART) * COUNT * 3 / 4


async def test_a_closed_socket_leaves_nothing_behind(connect, begin, shelf):
    for number in range(3):
        await begin(f"s{number}", "text")
    page = await connect()
    for number in range(3):
        page.subscribe(number, f"s{number}")
    await page.quiet()
    await eventually(lambda: len(following()) == len(interests(shelf)) == 3)
    await page.close()
    await nobody_follows(shelf)


async def test_who_unsubscribes_leaves_nothing_behind(connect, begin, shelf):
    await begin("one", "text")
    page = await connect()
    page.subscribe(1, "one")
    await page.quiet()
    page.unsubscribe(1)
    await nobody_follows(shelf)


async def test_a_stream_that_ends_leaves_nothing_behind(connect, begin, store, shelf):
    lease = await begin("one", "text")
    page = await connect()
    page.subscribe(1, "one")
    await store.finish(lease, Status.DONE, Report())
    await page.end(1)
    await nobody_follows(shelf)


@pytest.fixture
def unlogged():
    """Without logs: pytest keeps each of them, and a connection makes some."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("pages", [100, pytest.param(5000, marks=pytest.mark.soak)])
async def test_pages_that_come_and_go_leave_nothing_behind(
    connect, begin, shelf, monkeypatch, unlogged, pages
):
    own = psutil.Process()
    handlers, open_ = weakref.WeakSet(), live.LiveHandler.open

    def counting(self, *args, **kwargs):
        handlers.add(self)
        return open_(self, *args, **kwargs)

    monkeypatch.setattr(live.LiveHandler, "open", counting)
    await begin("one", "text")
    for number in range(pages):
        page = await connect()
        page.subscribe(1, "one")
        await page.next()
        await page.close()
        connect.pages.clear()
        if number == 9:
            tasks, files, memory = len(asyncio.all_tasks()), own.num_fds(), own.memory_info().rss
    await nobody_follows(shelf)
    await eventually(lambda: gc.collect() is not None and len(handlers) < 5)
    await eventually(lambda: len(asyncio.all_tasks()) <= tasks)
    assert own.num_fds() <= files + 2
    grown = (own.memory_info().rss - memory) / 2**20
    print(f"{pages} pages: {grown:.1f} MiB more")
    assert grown < 16


async def test_a_lost_connection_leaves_nothing_behind(connect, begin, shelf):
    await begin("one", "text")
    page = await connect()
    page.subscribe(1, "one")
    await page.next()
    page.socket.protocol.stream.close()
    await nobody_follows(shelf)


async def test_one_subscription_too_many_is_refused_and_harms_no_other(
    connect, begin, store, monkeypatch
):
    monkeypatch.setattr(subscriptions, "_MOST", 3)
    lease = await begin("one", "text ")
    page = await connect()
    for sub in range(5):
        page.subscribe(sub, "one")
    refused = [message for message in await page.quiet() if message["type"] == "error"]
    assert [message["sub"] for message in refused] == [3, 4]
    assert "One socket takes 3" in refused[0]["error"]["message"]
    page.unsubscribe(0)
    await eventually(lambda: len(following()) == 2)
    page.subscribe(5, "one")
    await say(store, lease, "more")
    heard = await page.until(lambda message: said([message], 5).endswith("more"))
    assert said(heard, 5) == "text more"


async def test_a_page_that_asks_for_all_at_once_gets_all(connect, begin, store):
    await store.finish(await begin("one", "text"), Status.DONE, Report())
    page = await connect()
    for sub in range(200):
        page.send(json.dumps({"type": "subscribe", "sub": sub, "stream_id": "one"}))
    heard = await page.quiet(marker=1000)
    for sub in range(200):
        heard += [] if said(heard, sub) else await page.end(sub)
        assert said(heard, sub) == "text"
