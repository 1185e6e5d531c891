"""How soon a reader that comes late has the whole body."""

from __future__ import annotations

import http.client
import json
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from ..processes import TOKEN, jupyter, measured, node
from ..stamps import live_socket
from ..table import Row, in_turn
from .latency import LIVE

# Deltas, bytes of each, and the goal in milliseconds.
BODIES = ((1000, 50, 3), (20_000, 50, 20), (10_000, 1000, 80))


def rows() -> Iterator[Row]:
    """From the request to the last byte, on loopback: our live socket, the peer's GET."""
    for deltas, size, goal in BODIES:
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder) / "s.db"
            stream_id = measured("finished", deltas, size, env={"NB_STREAM_STORE": str(store)})
            with (
                jupyter(Path(folder), store) as (port, _),
                node("durable.mjs") as memory,
                node("durable.mjs", f"{folder}/peer") as files,
            ):
                for peer in (memory, files):
                    _fill(peer, deltas, size)
                figures = in_turn(9, {
                    "ours": _live(port, stream_id),
                    "durable-streams, in memory": _get(memory),
                    "durable-streams, in files": _get(files),
                    "loopback": partial(_loopback, deltas * size),
                })  # fmt: skip
        ours, limit = figures.pop("ours"), figures.pop("loopback")
        yield Row(
            f"catch-up of {deltas:,} deltas of {size} bytes", "ms", ours, figures, limit,
            f"≤ {goal}, better than the peer", ours <= goal and ours <= min(figures.values()),
        )  # fmt: skip


def _live(port: int, stream_id: str) -> Callable[[], float]:
    def measure() -> float:
        request, subscribe = live_socket(port, LIVE, TOKEN, stream_id)
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(request)
            while b"\r\n\r\n" not in connection.recv(4096):
                pass
            start = time.perf_counter()
            connection.sendall(subscribe)
            rest = b""
            while b'"status":"done"' not in rest:
                rest = rest[-20:] + connection.recv(1 << 20)
            return 1000 * (time.perf_counter() - start)

    return measure


def _fill(port: int, deltas: int, size: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for method, body in (("PUT", "[]"), ("POST", json.dumps(["x" * size] * deltas))):
        connection.request(method, "/s", body, {"Content-Type": "application/json"})
        connection.getresponse().read()
    connection.close()


def _get(port: int) -> Callable[[], float]:
    def measure() -> float:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.connect()
        start, offset = time.perf_counter(), "-1"
        while True:
            connection.request("GET", f"/s?offset={offset}")
            answer = connection.getresponse()
            answer.read()
            offset = answer.headers["Stream-Next-Offset"]
            if answer.headers["Stream-Up-To-Date"]:
                connection.close()
                return 1000 * (time.perf_counter() - start)

    return measure


def _loopback(size: int) -> float:
    """The same bytes through a bare socket."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(bytes(size))

    thread = threading.Thread(target=serve)
    start = time.perf_counter()
    thread.start()
    with socket.create_connection(server.getsockname()) as connection:
        while connection.recv(1 << 20):
            pass
    thread.join()
    server.close()
    return 1000 * (time.perf_counter() - start)
