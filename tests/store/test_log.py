"""The log as a whole: one valid writer at any time, and nothing lost when it is killed."""

import asyncio
import random
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from nb_persistent_stream.errors import StreamFenced
from nb_persistent_stream.protocol import Piece, Report, Status, place, size, text_of
from nb_persistent_stream.store import SqliteStore

from .acts import begin, body

DRIVERS = st.integers(0, 2)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), DRIVERS, st.lists(st.text("ab字😀", min_size=1), min_size=1)),
        st.tuples(st.just("repeat"), DRIVERS, st.none()),
        st.tuples(st.just("misplace"), DRIVERS, st.integers(0, 30)),
        st.tuples(st.just("claim"), DRIVERS, st.none()),
        st.tuples(st.just("finish"), DRIVERS, st.none()),
    ),
    max_size=25,
)


class Model:
    """What the log must be, told without a database."""

    def __init__(self, lease):
        self.text, self.epoch, self.ended = "", 1, False
        self.leases = [lease, *(replace(lease, driver=f"d{n}", epoch=0) for n in (1, 2))]
        self.last = [None, None, None]  # each driver's last append

    def valid(self, driver):
        return self.leases[driver].epoch == self.epoch

    async def act(self, store, act, driver, what):
        lease = self.leases[driver]
        if act == "append":
            deltas = list(place([Piece(text) for text in what], size(self.text)))
            allowed = self.valid(driver) and not self.ended
            await self.expect(store.append(lease, deltas), allowed)
            if allowed:
                self.text += text_of(deltas)
                self.last[driver] = deltas
        elif act == "repeat" and self.last[driver]:
            await self.expect(store.append(lease, self.last[driver]), self.valid(driver))
        elif act == "misplace" and what != size(self.text):
            await self.expect(store.append(lease, list(place([Piece("Z")], what))), False)
        elif act == "claim":
            await self.expect(store.claim("one", f"d{driver}", self.epoch), not self.ended)
            if not self.ended:
                self.epoch += 1
                self.leases[driver] = replace(lease, epoch=self.epoch)
        elif act == "finish":
            # Once more is harmless: the driver may not have heard the answer.
            await self.expect(store.finish(lease, Status.DONE, Report()), self.valid(driver))
            self.ended = self.ended or self.valid(driver)

    async def expect(self, call, allowed):
        try:
            await call
        except StreamFenced:
            assert not allowed
        else:
            assert allowed


@given(ACTS)
def test_whatever_drivers_do_the_body_is_what_the_valid_one_said(acts):
    async def run(folder):
        store = await SqliteStore.open(Path(folder) / "streams.db", durability="normal")
        try:
            model = Model(await begin(store))
            for act in acts:
                await model.act(store, *act)
            deltas = await body(store)
            assert text_of(deltas) == model.text
            assert deltas == list(place([Piece(delta.text) for delta in deltas], 0))
            info = await store.info("one")
            assert (info.length, info.status.final) == (size(model.text), model.ended)
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(folder))


WRITER = """
import asyncio, pathlib, sys
from itertools import count
from nb_persistent_stream.protocol import Piece, place
from nb_persistent_stream.store import NewStream, SqliteStore

async def main():
    store = await SqliteStore.open(pathlib.Path(sys.argv[1]))
    lease = await store.create(NewStream(sys.argv[2], "d"))
    await store.start(lease)
    offset = 0
    for n in count():
        deltas = list(place([Piece(f"{n * 10 + m} ö ") for m in range(n % 10 + 1)], offset))
        await store.append(lease, deltas)
        offset = deltas[-1].end
        print(offset, flush=True)

asyncio.run(main())
"""


def said_by_the_writer(length):
    """So much of what a writer says, in bytes, and a bit."""
    text, n = "", 0
    while size(text) <= length:
        text += "".join(f"{n * 10 + m} ö " for m in range(n % 10 + 1))
        n += 1
    return text


async def test_a_writer_that_is_killed_leaves_all_that_it_reported(path, open_store):
    for run in range(4):
        command = [sys.executable, "-c", WRITER, str(path), f"s{run}"]
        with subprocess.Popen(  # noqa: ASYNC220  (it is alone)
            command, stdout=subprocess.PIPE, text=True
        ) as writer:
            for _ in range(random.randint(1, 200)):
                reported = writer.stdout.readline()
            writer.kill()
            rest = writer.stdout.read().splitlines(keepends=True)
        reported = [line for line in [reported, *rest] if line.endswith("\n")][-1]
        store = await open_store()
        deltas = await body(store, f"s{run}")
        assert deltas == list(place([Piece(delta.text) for delta in deltas], 0))
        assert deltas[-1].end >= int(reported)
        assert said_by_the_writer(deltas[-1].end).startswith(text_of(deltas))
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        await store.close()
