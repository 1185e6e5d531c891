"""Text that carries the time it was said at, and readers that find it in any protocol.

A stamp is `@<nanoseconds of CLOCK_MONOTONIC>@`: all processes of a machine share that clock. A
reader looks for stamps in the bytes that come, whatever frames they come in: it costs next to
nothing, and treats a WebSocket, server-sent events and a long poll alike.
"""

from __future__ import annotations

import asyncio
import re
import selectors
import socket
import time
from collections.abc import AsyncIterator

_STAMP = re.compile(rb"@(\d{10,})@")
_WORDS = "the quick brown fox jumps over "


def stamped() -> str:
    """Text of about 50 bytes that says when it was said."""
    return f"@{time.monotonic_ns()}@ {_WORDS}"


async def paced(count: int, rate: float) -> AsyncIterator[str]:
    """Say so much, so often a second."""
    start = time.monotonic()
    for number in range(count):
        if (pause := start + number / rate - time.monotonic()) > 0:
            await asyncio.sleep(pause)
        yield stamped()


async def prose(count: int, rate: float) -> AsyncIterator[str]:
    """The same in paragraphs of ten words each, as models write."""
    number = 0
    async for word in paced(count, rate):
        number += 1
        yield word if number % 10 else f"{word}\n\n"


class Readers:
    """Many connections, read by one process with one `select`."""

    def __init__(self, port: int, requests: list[tuple[bytes, bytes]]) -> None:
        """Open a connection for each (request, what is sent once it was answered)."""
        self.lags: list[float] = []
        self.counts = [0] * len(requests)
        self._rest = [b""] * len(requests)
        self._connections: list[socket.socket] = []
        self._selector = selectors.DefaultSelector()
        for number, (request, then) in enumerate(requests):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.sendall(request)
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(4096)
            assert b" 200 " in head[:20] or b" 101 " in head[:20], head
            connection.sendall(then)
            connection.setblocking(False)
            self._connections.append(connection)
            self._selector.register(connection, selectors.EVENT_READ, number)

    def read(self, seconds: float) -> bool:
        """Take in what comes within some seconds at most; whether anything came."""
        ready = self._selector.select(seconds)
        for key, _ in ready:
            data = self._connections[key.data].recv(1 << 20)
            now = time.monotonic_ns()
            if not data:
                self._selector.unregister(key.fileobj)
                continue
            number = key.data
            data = self._rest[number] + data
            end = 0
            for stamp in _STAMP.finditer(data):
                self.lags.append((now - int(stamp[1])) / 1e6)
                self.counts[number] += 1
                end = stamp.end()
            self._rest[number] = data[max(end, len(data) - 30) :]
        return bool(ready)

    def close(self) -> None:
        self._selector.close()
        for connection in self._connections:
            connection.close()


def live_socket(port: int, path: str, token: str, stream_id: str) -> tuple[bytes, bytes]:
    """The handshake of our live socket, and the frame that subscribes to a stream."""
    body = f'{{"type": "subscribe", "sub": 1, "stream_id": "{stream_id}", "offset": 0}}'.encode()
    # A client masks its frames (RFC 6455, 5.3); a mask of zeros leaves them readable.
    frame = bytes([0x81, 0x80 | len(body)]) + bytes(4) + body
    return web_socket(port, path, token)[0], frame


def web_socket(port: int, path: str, token: str) -> tuple[bytes, bytes]:
    """The handshake of a WebSocket of a Jupyter server's."""
    headers = (
        f"Authorization: token {token}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    )
    return events(port, path, headers)


def events(port: int, path: str, headers: str = "") -> tuple[bytes, bytes]:
    """A request for what comes as it comes, such as server-sent events."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n"
    return request.encode(), b""
