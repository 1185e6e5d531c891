"""From a driver's word to a watcher's socket, in three processes; and many watchers at once."""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import which

from ..processes import (
    PEERS,
    TOKEN,
    command,
    cpu_seconds,
    jupyter,
    memory,
    node,
    request,
    running,
    serving,
)
from ..stamps import Readers, events, live_socket, stamped, web_socket
from ..table import Row, percentile

RATE = 100
SECONDS, ROUNDS = 4, 3
CROWD_SECONDS = 8
COLLABORATION = PEERS / ".venv" / "bin" / "python"
LIVE = "/nb-persistent-stream/v1/live"


def rows() -> Iterator[Row]:
    """The lag for 1, 10 and 100 watchers of one stream, then 1,000 watchers of 20 streams.

    The limit is the disk's: a bare commit as often. What is durable is told no sooner.
    """
    for watchers, most in ((1, 6), (10, 6), (100, 10)):
        contestants: dict[str, Callable[[], list[float]]] = {
            "ours": partial(_ours, watchers),
            "durable-streams, in memory": partial(_durable, watchers, kept=False),
            "durable-streams, in files": partial(_durable, watchers, kept=True),
        }
        if COLLABORATION.exists():
            contestants["jupyter-collaboration"] = partial(_collaboration, watchers)
        if which("redis-server"):
            contestants["resumable-stream on Redis"] = partial(_resumable, watchers)
        contestants["a bare commit"] = _commits
        rounds = [{name: measure() for name, measure in contestants.items()} for _ in range(ROUNDS)]
        for name, share, goal in (("p50", 0.5, most), ("p99", 0.99, 40)):
            others = {
                who: statistics.median(percentile(lags[who], share) for lags in rounds)
                for who in contestants
            }
            lag, limit = others.pop("ours"), others.pop("a bare commit")
            durable = [value for peer, value in others.items() if "durable" in peer]
            yield Row(
                what=f"driver to watcher's socket, durable, {watchers} watchers, {name}",
                unit="ms",
                ours=lag,
                peers=others,
                limit=limit,
                goal=f"≤ {goal}, better than durable-streams",
                met=lag <= goal and all(lag <= value for value in durable),
            )
    yield from _crowd(watchers=1000, streams=20, rate=50)


def _ours(watchers: int) -> list[float]:
    with _serving() as (port, _, store), _driving(store, RATE * SECONDS, RATE, 1) as (ids, driver):
        readers = Readers(port, [live_socket(port, LIVE, TOKEN, ids[0])] * watchers)
        _go(driver)
        return _collect(readers, RATE * SECONDS * watchers)


def _durable(watchers: int, *, kept: bool) -> list[float]:
    with (
        tempfile.TemporaryDirectory() as folder,
        node("durable.mjs", *([folder] if kept else [])) as port,
    ):
        request(port, "/s", "PUT", b"", Content_Type="text/plain")
        readers = Readers(port, [events(port, "/s?offset=-1&live=sse")] * watchers)
        with running(command("post", port, "/s", RATE * SECONDS, RATE)) as driver:
            _go(driver)
            return _collect(readers, RATE * SECONDS * watchers)


def _collaboration(watchers: int) -> list[float]:
    """A document of jupyter-collaboration: the driver types, and the watchers have it open."""
    peer = [str(COLLABORATION), str(PEERS / "collaboration.py")]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "s.txt").touch()
        Path(folder, "data").mkdir()  # where it keeps the files' numbers
        with serving([*peer, "serve", folder], Path(folder), TOKEN=TOKEN) as (port, _):
            room = _room(port, "s.txt")
            readers = Readers(port, [web_socket(port, room, TOKEN)] * watchers)
            say = [*peer, "say", *map(str, (port, room, RATE * SECONDS, RATE))]
            with running(say, {"TOKEN": TOKEN}) as driver:
                assert driver.stdout is not None
                driver.stdout.readline()  # it is in the room
                _go(driver)
                return _collect(readers, RATE * SECONDS * watchers)


def _room(port: int, file: str) -> str:
    asked = json.dumps({"format": "text", "type": "file"}).encode()
    told = json.loads(request(port, f"/api/collaboration/session/{file}", "PUT", asked))
    number, session = told["fileId"], told["sessionId"]
    return f"/api/collaboration/room/text:file:{number}?sessionId={session}"


def _resumable(watchers: int) -> list[float]:
    with _redis() as url, node("resumable.mjs", url) as port:
        path = f"/?id=s&count={RATE * SECONDS}&rate={RATE}"
        driver = Readers(port, [(events(port, path)[0].replace(b"GET", b"POST", 1), b"")])
        readers = Readers(port, [events(port, "/?id=s")] * watchers)
        while driver.read(0) or len(readers.lags) < 0.95 * RATE * SECONDS * watchers:
            if not readers.read(2):
                break
        lags = readers.lags
        readers.close()
        driver.close()
        return lags


def _commits() -> list[float]:
    """How long the disk takes for a row, as often as the driver has one."""
    lags = []
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(f"{folder}/bare.db", isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE deltas (text TEXT)")
        for _ in range(RATE * SECONDS):
            start = time.perf_counter()
            db.execute("INSERT INTO deltas VALUES (?)", (stamped(),))
            lags.append(1000 * (time.perf_counter() - start))
            time.sleep(1 / RATE)
        db.close()
    return lags


def _crowd(watchers: int, streams: int, rate: int) -> Iterator[Row]:
    few, _ = _watched(streams, streams, rate)
    many, lags = _watched(watchers, streams, rate)
    held = (many.memory - few.memory) / (watchers - streams) / 1000
    what = f"{watchers:,} watchers, {streams} live streams at {rate} deltas/s"
    lag = percentile(lags, 0.99)
    yield Row(f"{what}: deltas dropped", "", many.missing, goal="0", met=many.missing == 0)
    yield Row(f"{what}: p99 lag", "ms", lag, goal="≤ 500", met=lag <= 500)
    yield Row(
        f"{what}: memory a watcher", "KB", held, limit=_bare(watchers), goal="≤ 30", met=held <= 30
    )
    yield Row(f"{what}: server's CPU", "of a core", many.cpu / CROWD_SECONDS, goal="reported")


@dataclass(frozen=True, slots=True)
class _Costs:
    """What a crowd costs a server: bytes, seconds of a core, and the deltas that never came."""

    memory: int
    cpu: float
    missing: int


def _watched(watchers: int, streams: int, rate: int) -> tuple[_Costs, list[float]]:
    with (
        _serving() as (port, server, store),
        _driving(store, rate * CROWD_SECONDS, rate, streams) as (ids, driver),
    ):
        before = memory(server.pid)
        asked = [live_socket(port, LIVE, TOKEN, ids[n % streams]) for n in range(watchers)]
        readers = Readers(port, asked)
        cpu = cpu_seconds(server.pid)
        _go(driver)
        lags = _collect(readers, rate * CROWD_SECONDS * watchers)
        missing = sum(rate * CROWD_SECONDS - count for count in readers.counts)
        held, cpu = memory(server.pid) - before, cpu_seconds(server.pid) - cpu
    return _Costs(held, cpu, missing), lags


def _bare(watchers: int) -> float:
    """The KB that each socket takes of a Jupyter server on which nothing is said."""
    with _serving() as (port, server, _):
        before = memory(server.pid)
        readers = Readers(port, [(live_socket(port, "/bare", TOKEN, "")[0], b"")] * watchers)
        held = (memory(server.pid) - before) / watchers / 1000
        readers.close()
    return held


def _collect(readers: Readers, expected: int) -> list[float]:
    """Every lag; ends when all has come, or nothing has for five seconds."""
    while len(readers.lags) < expected and readers.read(5):
        pass
    readers.close()
    return readers.lags


def _go(driver: subprocess.Popen[str]) -> None:
    assert driver.stdin is not None
    driver.stdin.write("\n")
    driver.stdin.flush()


@contextmanager
def _serving() -> Iterator[tuple[int, subprocess.Popen[str], Path]]:
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "streams.db"
        with jupyter(Path(folder), store) as (port, server):
            yield port, server, store


@contextmanager
def _driving(
    store: Path, count: int, rate: float, streams: int
) -> Iterator[tuple[list[str], subprocess.Popen[str]]]:
    with running(command("say", count, rate, streams), {"NB_STREAM_STORE": str(store)}) as driver:
        assert driver.stdout is not None
        yield json.loads(driver.stdout.readline()), driver


@contextmanager
def _redis() -> Iterator[str]:
    """A Redis server on a socket of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/redis.sock"
        asked = ["redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--dir", folder]
        with running(asked) as process:
            assert process.stdout is not None
            for text in process.stdout:
                if "ready to accept" in text.lower():
                    break
            yield path
