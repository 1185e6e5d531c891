"""The power fails: at any write, with any part of what was not synced on the disk."""

import os
import pickle
import random
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from nb_persistent_stream.protocol import size, text_of
from nb_persistent_stream.store import SqliteStore

from ..store.acts import body
from . import power, workload

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not power.available(), reason="Python's SQLite can't be recorded here"),
]
FAILURES = int(os.environ.get("NB_SOAK_POWER", "40"))
SEED = int(os.environ.get("NB_SOAK_SEED", "0")) or random.randrange(1, 10**9)
CHANCES = {
    "nothing": lambda _: False,
    "everything": lambda _: True,
    "any part": lambda dice: dice.random() < 0.5,
}


def recorded(folder, how):
    out = folder / "log"
    command = [sys.executable, "-m", workload.__name__, str(folder), how, str(out)]
    subprocess.run(command, check=True, timeout=120)
    return pickle.loads(out.read_bytes())


def whole(stream):
    return "".join(workload.said(int(stream[1:]), turn) for turn in range(workload.TURNS))


class Moments:
    """The disk at moments of a log, and what had been seen by then."""

    def __init__(self, log, dice):
        self._log = log
        self._moments = sorted(dice.sample(range(len(log)), min(FAILURES, len(log))))

    def __iter__(self):
        disk, seen, position = power.Disk(), {}, 0
        for moment in self._moments:
            for position in range(position, moment):  # noqa: B020
                kind, name, *rest = event = self._log[position]
                if kind == "seen":
                    seen[name] = rest[0]
                elif kind == "ended":
                    seen[name] = size(whole(name))
                else:
                    disk.step(position, event)
            position = moment
            yield disk, dict(seen)


async def lost_bytes(folder, files, seen):
    """Bytes that were seen and are not there; the rest must be sound, and an exact prefix."""
    for name, content in files.items():
        (folder / os.path.basename(name)).write_bytes(content)
    path = folder / "streams.db"
    store = await SqliteStore.open(path, "normal")
    try:
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        lost = 0
        for stream, end in seen.items():
            text = text_of(await body(store, stream))
            assert whole(stream).startswith(text)
            lost += max(0, end - size(text))
        return lost
    finally:
        await store.close()


async def lost_by(how, tmp_path, chance):
    """How often something that was seen is lost, and how often the power failed."""
    log = recorded(tmp_path, how)
    assert sum(event[0] == "seen" for event in log) > 10
    assert sum(event[0] == "ended" for event in log) == workload.STREAMS
    dice, losses, failures = random.Random(SEED), 0, 0
    for number, (disk, seen) in enumerate(Moments(log, dice)):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        files = disk.after_power_loss(lambda: CHANCES[chance](dice))
        try:
            losses += await lost_bytes(folder, files, seen) > 0
        except Exception as error:
            raise AssertionError(f"seed {SEED}, {how}, {chance}, {number}: {error!r}") from error
        failures += 1
    print(f"{how}: {failures} power failures that kept {chance}: {losses} losses (seed {SEED})")
    return losses, failures


@pytest.mark.parametrize("chance", CHANCES)
@pytest.mark.parametrize("how", ["full", "journal"])
async def test_all_that_was_seen_survives(how, chance, tmp_path):
    losses, failures = await lost_by(how, tmp_path, chance)
    assert (losses, failures) == (0, FAILURES)


async def test_normal_durability_shows_that_the_simulation_can_lose(tmp_path):
    losses, _ = await lost_by("normal", tmp_path, "nothing")
    assert losses > 0
