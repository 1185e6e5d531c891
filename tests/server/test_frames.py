"""What is said live is framed here: as tornado frames the rest."""

import json
import socket

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from nb_persistent_stream.server.live import LiveHandler

from .conftest import ROOT, say
from .page import Page, said


def length_of(text):
    """The bytes of the message that brings a text."""
    delta = {"offset": 6, "kind": "text", "text": text}
    message = {"type": "deltas", "deltas": [delta], "sub": 1}
    return len(json.dumps(message, separators=(",", ":")))


@pytest.mark.parametrize("length", [0, 125, 126, 127, 65_535, 65_536, 200_000])
async def test_a_live_delta_of_any_length_is_one_frame(connect, begin, store, length):
    lease = await begin("one", "before")
    page = await connect()
    page.subscribe(1, "one", offset=6)
    await page.next()
    text = "x" * max(1, length - length_of(""))
    await say(store, lease, text)
    message = await page.next()
    assert said([message]) == text
    assert length == 0 or length_of(text) == length


@pytest.fixture
async def compressing(server, http_server, jp_http_port, jp_base_url, jp_auth_header, monkeypatch):
    """A page of a server whose sockets compress."""
    monkeypatch.setitem(server.web_app.settings, "websocket_compression_options", {})
    url = f"ws://localhost:{jp_http_port}{jp_base_url}{'/'.join(ROOT)}/live"
    request = HTTPRequest(url, headers=jp_auth_header)
    page = Page(await websocket_connect(request, compression_options={}))
    assert "permessage-deflate" in page.socket.headers["Sec-WebSocket-Extensions"]
    yield page
    await page.close()


async def test_a_page_may_compress_as_jupyter_s_own_sockets_do(compressing, begin, store):
    lease = await begin("one", *["stored "] * 1000)
    compressing.subscribe(1, "one")
    messages = await compressing.until(lambda message: message["type"] == "deltas")
    assert compressing.socket.protocol._wire_bytes_in < 2000
    for n in range(10):
        await say(store, lease, f"{n} ")
        messages += await compressing.until(lambda message, n=n: said([message]) == f"{n} ")
    assert said(messages) == "stored " * 1000 + "0 1 2 3 4 5 6 7 8 9 "


async def test_a_page_need_not_compress(connect):
    page = await connect()
    assert "Sec-WebSocket-Extensions" not in page.socket.headers


async def test_no_delta_waits_for_the_acknowledgement_of_the_one_before(connect, monkeypatch):
    opened, begin = [], LiveHandler.open
    monkeypatch.setattr(LiveHandler, "open", lambda self: (opened.append(self), begin(self))[1])
    await connect()
    [handler] = opened
    connection = handler.ws_connection.stream.socket
    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
