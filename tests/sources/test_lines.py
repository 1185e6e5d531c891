"""Line iterators of HTTP clients: newlines come back, server-sent events are read as such."""

import asyncio
import json

import httpx
import pytest
import requests

from nb_persistent_stream.protocol import Piece, Report
from nb_persistent_stream.sources import iterable_source
from nb_persistent_stream.sources.read import LineReader

from .reading import events_of, read, text
from .serving import begin, send, serving

PLAIN = "# Title\n\nGrüße, 世界!\n  data: indented\nlast\n"


def event(**delta):
    choices = [{"index": 0, "delta": delta}]
    return f"data: {json.dumps({'id': 'r', 'model': 'm', 'choices': choices})}\n\n"


SSE = [
    ": hello\n\n",
    "event: message\nid: 1\nretry: 5\n",
    event(content="Hi "),
    event(content="ü\n"),
]


@pytest.fixture
def server():
    def answer(handler):
        if handler.path == "/plain":
            begin(handler, "text/plain; charset=utf-8")
            send(handler, PLAIN)
        else:
            begin(handler)
            send(handler, *SSE, "data: [DONE]\n\n")

    with serving(answer) as url:
        yield url


async def by_httpx_async(url):
    async with httpx.AsyncClient() as client, client.stream("GET", url) as response:
        return await read(response.aiter_lines())


async def by_httpx_async_on_another_loop(url):
    async with httpx.AsyncClient() as client, client.stream("GET", url) as response:
        source = iterable_source(response.aiter_lines())
        return await asyncio.to_thread(asyncio.run, events_of(source))


async def by_httpx(url):
    with httpx.Client() as client, client.stream("GET", url) as response:  # noqa: ASYNC212
        return await read(response.iter_lines())


async def by_requests(url):
    with requests.get(url, stream=True, timeout=10) as response:  # noqa: ASYNC210
        return await read(response.iter_lines())


CLIENTS = [by_httpx_async, by_httpx_async_on_another_loop, by_httpx, by_requests]


@pytest.mark.parametrize("get", CLIENTS)
async def test_lines_of_text_keep_their_newlines(server, get):
    assert "".join(piece.text for piece in await get(f"{server}/plain")) == PLAIN


@pytest.mark.parametrize("get", CLIENTS)
async def test_server_sent_events_are_read_as_chunks(server, get):
    report = Report(model="m", response_id="r")
    assert await get(f"{server}/sse") == [Piece("Hi "), report, Piece("ü\n"), report]


async def test_text_and_bytes_of_httpx_need_no_newlines(server):
    async with httpx.AsyncClient() as client:
        async with client.stream("GET", f"{server}/plain") as response:
            assert await text(response.aiter_text()) == PLAIN
        async with client.stream("GET", f"{server}/plain") as response:
            assert await text(response.aiter_bytes()) == PLAIN


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (['data: "quoted"', "", "data: [DONE]"], "quoted"),
        (["data: just words", "data:unspaced"], "just wordsunspaced"),
        (["data: 5", "data: [1]"], "5[1]"),
        (["", "data: x"], "\nx"),
        (["a line", "data: x"], "a line\ndata: x\n"),
        ([b"bytes", b"\xc3\xbc"], "bytes\nü\n"),
        ([None, "a"], "a\n"),
    ],
)
def test_a_line_is_read_as_the_first_one_says(lines, expected):
    reader = LineReader()
    pieces = [piece for line in lines for piece in reader.read(line)]
    assert "".join(piece.text for piece in [*pieces, *reader.end()]) == expected


async def test_ordinary_text_that_looks_like_an_event_stays_text():
    assert await text(["data: x\n", "event: y\n"]) == "data: x\nevent: y\n"
