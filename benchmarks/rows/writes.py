"""Durable writing: as fast as it goes through one stream, and many streams at a model's pace."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx

from ..processes import command, measured, node, running
from ..table import Row, in_turn

COUNT = 100_000
PEER_COUNT = 20_000
BATCHES = (100, 1000)
WORD = "the quick brown fox jumps over the lazy dogs now. "
STREAMS, RATE, SECONDS = 64, 100, 10


def rows() -> Iterator[Row]:
    """Deltas a second with FULL durability; the CPU of 64 streams at 100 deltas/s each."""
    commits: list[int] = []

    def ours() -> float:
        with tempfile.TemporaryDirectory() as folder:
            told = measured("write", COUNT, env={"NB_STREAM_STORE": f"{folder}/s.db"})
        commits.append(told["commits"])
        return float(told["rate"])

    contestants = {
        "ours": ours,
        "bare sqlite3, same commits": lambda: _bare(commits[-1]),
        **{f"durable-streams, in files, batches of {n}": _peer(n) for n in BATCHES},
    }
    rates = in_turn(3, contestants)
    limit = rates.pop("bare sqlite3, same commits")
    mine = rates.pop("ours")
    yield Row(
        "durable deltas through one stream", "/s", mine, rates, limit,
        "≥ 10 × the peer's best, ≥ 50 % of the bare loop",
        mine >= 10 * max(rates.values()) and mine >= limit / 2,
    )  # fmt: skip
    for kind, of in (("model", "models' answers"), ("threads", "people's generators")):
        shares = in_turn(3, {"ours": partial(_many, kind), "bare": partial(_bare_many, kind)})
        share = shares["ours"]
        yield Row(
            f"{STREAMS} streams in one process at {RATE} deltas/s each, {of}", "of a core", share,
            limit=shares["bare"], goal="≤ 0.25, keeps up", met=share <= 0.25,
        )  # fmt: skip


def _bare(commits: int) -> float:
    """The same rows in as many commits, by nothing but sqlite3."""
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(f"{folder}/s.db", isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE deltas (id TEXT, offset INTEGER, text TEXT, at REAL,"
                   " PRIMARY KEY (id, offset)) WITHOUT ROWID")  # fmt: skip
        size, number = -(-COUNT // commits), 0
        start = time.perf_counter()
        while number < COUNT:
            db.execute("BEGIN IMMEDIATE")
            some = range(number, min(COUNT, number + size))
            values = (("s", 50 * n, WORD, 0.0) for n in some)
            db.executemany("INSERT INTO deltas VALUES (?, ?, ?, ?)", values)
            db.execute("COMMIT")
            number += size
        seconds = time.perf_counter() - start
        db.close()
    return COUNT / seconds


def _peer(batch: int) -> Callable[[], float]:
    """The reference server with files, fed in batches of JSON over one connection."""

    def measure() -> float:
        with tempfile.TemporaryDirectory() as folder, node("durable.mjs", folder) as port:
            kind = {"Content-Type": "application/json"}
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=kind) as client:
                client.put("/s").raise_for_status()
                body = json.dumps([WORD] * batch)
                start = time.perf_counter()
                for _ in range(PEER_COUNT // batch):
                    client.post("/s", content=body).raise_for_status()
                return PEER_COUNT / (time.perf_counter() - start)

    return measure


def _many(kind: str) -> float:
    """The share of a core that many streams at a model's pace take."""
    with tempfile.TemporaryDirectory() as folder:
        store = {"NB_STREAM_STORE": str(Path(folder) / "s.db")}
        with running(command("say", RATE * SECONDS, RATE, STREAMS, kind), store) as driver:
            assert driver.stdin is not None
            assert driver.stdout is not None
            driver.stdout.readline()
            driver.stdin.write("\n")
            driver.stdin.flush()
            told = json.loads(driver.stdout.readline())
    if told["wall"] > 1.1 * SECONDS:
        return float("inf")  # it did not keep up
    return float(told["cpu"]) / SECONDS


def _bare_many(kind: str) -> float:
    """The share of what says the text alone, in the same loop or threads."""
    return float(measured("idle_words", RATE * SECONDS, RATE, STREAMS, kind)["cpu"]) / SECONDS
