"""Readers that read nothing, or a byte at a time: they lag alone, and take no memory."""

import asyncio
import json
import socket
import struct
from contextlib import closing

import psutil
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from nb_persistent_stream.protocol import Report, Status
from nb_persistent_stream.store import NewStream, SqliteStore

from .conftest import say
from .page import Page, said
from .process import TOKEN, JupyterServer

pytestmark = pytest.mark.slow

ROOT = "/nb-persistent-stream/v1"
PART, MIB = "x" * 64 * 1024, 1024 * 1024


@pytest.fixture
def process(tmp_path):
    server = JupyterServer(tmp_path, tmp_path / "streams.db", lease=3000)
    yield server
    server.stop()


def memory(process):
    """The resident memory of a server, in bytes."""
    return psutil.Process(process._process.pid).memory_info().rss


def connection(process, path, *headers):
    """A connection that takes in little, and has asked."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, port = process.url.removeprefix("http://").split(":")
    raw.connect((host, int(port)))
    lines = (f"GET {ROOT}{path} HTTP/1.1", f"Host: {host}", f"Authorization: token {TOKEN}")
    raw.sendall("\r\n".join([*lines, *headers, "", ""]).encode())
    return raw


def event_stream(process):
    return connection(process, "/stream/one?offset=-1&live=sse")


def live_socket(process):
    key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
    upgrade = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", key)
    raw = connection(process, "/live", *upgrade)
    while b"\r\n\r\n" not in (head := raw.recv(4096, socket.MSG_PEEK)):
        pass
    assert b" 101 " in raw.recv(head.index(b"\r\n\r\n") + 4)
    request = json.dumps({"type": "subscribe", "sub": 1, "stream_id": "one"}).encode()
    # A text frame whose mask is zero: https://www.rfc-editor.org/rfc/rfc6455#section-5.2
    raw.sendall(struct.pack("!BB4x", 0x81, 0x80 | len(request)) + request)
    return raw


async def quick_reader(process):
    url = f"{process.url.replace('http', 'ws')}{ROOT}/live"
    headers = {"Authorization": f"token {TOKEN}"}
    page = Page(await websocket_connect(HTTPRequest(url, headers=headers)))
    page.subscribe(1, "one")
    return page


@pytest.mark.parametrize("mebibytes", [16, pytest.param(128, marks=pytest.mark.soak)])
async def test_they_slow_nobody_and_take_no_memory(process, store_path, mebibytes):
    store = await SqliteStore.open(process.store)
    parts = mebibytes * MIB // len(PART)
    try:
        lease = await store.create(NewStream("one", "driver"))
        await store.start(lease)
        await say(store, lease, PART)
        warm = await quick_reader(process)
        await warm.until(lambda message: said([message]))
        before = memory(process)
        with (
            closing(live_socket(process)) as mute_socket,
            closing(event_stream(process)) as mute_events,
            closing(live_socket(process)) as slow_socket,
            closing(event_stream(process)) as slow_events,
        ):
            mute, slow = (mute_socket, mute_events), (slow_socket, slow_events)
            reading = asyncio.create_task(warm.end(1))
            for _ in range(parts):
                await say(store, lease, PART)  # done when it is stored, whoever reads
                for raw in slow:
                    assert len(raw.recv(1)) == 1
            await store.finish(lease, Status.DONE, Report())
            assert len(said(await reading)) == parts * len(PART)
            took = memory(process) - before
            assert all(raw.recv(1, socket.MSG_PEEK) for raw in mute)
        await warm.close()
    finally:
        await store.close()
    print(f"{mebibytes} MiB, 4 slow readers: {took / MIB:.1f} MiB")
    assert took < 12 * MIB + mebibytes * MIB / 8
