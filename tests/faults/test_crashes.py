"""kill -9 of the kernel, the server or both, again and again, while streams run and are watched."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing

import pytest

from nb_persistent_stream.protocol import Status, size, text_of

from ..server.process import TOKEN, JupyterServer
from ..store.acts import body
from ..waiting import until
from . import actors

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("NB_SOAK_KILLS", "20"))
SECONDS = float(os.environ.get("NB_SOAK_SECONDS", "45"))
SEED = int(os.environ.get("NB_SOAK_SEED", "0")) or random.randrange(1, 10**9)
LEASE, MAX_DELAY = 2.0, 0.3
# How much later than it should a busy machine does something, in seconds.
SLACK = 20.0
STREAMS = 4
KINDS = ["kernel", "server", "both"]
# However slow the machine is, so many kills are tried.
LEAST = 5


class Driver:
    """A kernel that drives some streams."""

    def __init__(self, server, folder, number):
        self.log = folder / f"driver-{number}.log"
        self.names = [f"d{number}s{n}" for n in range(STREAMS)]
        self._process = actor(server, "drive", self.log, *self.names, stdout=subprocess.PIPE)
        self.ids = {}
        self.took = 0.0

    def ready(self):
        """Wait until its streams are in the store."""
        started = json.loads(self._process.stdout.readline())
        self.ids, self.took = started["ids"], started["took"]
        until(lambda: self.log.exists() and self.log.read_text().count("\n") > STREAMS * 5)

    def kill(self):
        self._process.kill()
        self._process.communicate()

    def unsaved(self, name, length):
        """For how long, in seconds, the first of what is not stored had been said."""
        lines = [line.split() for line in self.log.read_text().splitlines()]
        last = max(float(at) for at, *_ in lines)
        missing = [float(at) for at, of, end in lines if of == name and int(end) > length]
        return last - min(missing) if missing else 0.0


def actor(server, *args, **more):
    env = server.env | {"NB_STREAM_MAX_DELAY": str(MAX_DELAY)}
    command = [sys.executable, "-m", actors.__name__, *map(str, args)]
    return subprocess.Popen(command, env=env, text=True, **more)


@pytest.fixture
def server(tmp_path):
    options = ["--StreamExtension.sweep_interval=0.2"]
    server = JupyterServer(tmp_path, tmp_path / "streams.db", LEASE, options=options)
    yield server
    server.stop()


@pytest.fixture
def watcher(server, tmp_path):
    """A page that logs what it was shown; gives a function that says how far each stream was."""
    log = tmp_path / "watcher.log"
    process = actor(server, "watch", log, server.url, TOKEN)

    def seen():
        lines = log.read_text().splitlines() if log.exists() else []
        return {stream_id: int(end) for stream_id, end in map(str.split, lines)}

    yield seen
    assert process.poll() is None
    process.kill()
    process.wait()


class Tally:
    """What was broken, and what came of it."""

    def __init__(self):
        self.kills, self.streams, self.bytes, self.shown = Counter(), 0, 0, 0
        self.unsaved, self.expiry, self.start = [0.0], [0.0], [0.0]

    def __str__(self):
        kills = ", ".join(f"{self.kills[kind]} of the {kind}" for kind in sorted(self.kills))
        return (
            f"{self.kills.total()} kills ({kills}; seed {SEED}): {self.streams} streams ended, "
            f"{self.bytes} bytes stored, {self.shown} of them shown to a watcher before, 0 lost; "
            f"unsaved for at most {max(self.unsaved):.2f} s (max_delay {MAX_DELAY} s), timeout "
            f"after at most {max(self.expiry):.2f} s (lease {LEASE} s), the next {STREAMS} streams "
            f"made in at most {max(self.start):.2f} s"
        )


def is_sound(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def check(driver, there, path, seen, tally, killed):
    """See that a killed driver's streams ended as they must."""

    async def states(store):
        return {name: await store.info(driver.ids[name]) for name in driver.names}

    async def bodies(store):
        return {name: await body(store, driver.ids[name]) for name in driver.names}

    infos = until(
        lambda: (
            (infos := there(states, path))
            and all(info.status is Status.TIMEOUT for info in infos.values())
            and infos
        )
    )
    tally.expiry.append(max(info.finished_at for info in infos.values()) - killed)
    for name, deltas in there(bodies, path).items():
        text = text_of(deltas)
        assert actors.whole(name, size(text)).startswith(text), name
        assert infos[name].length == size(text)
        shown = seen.get(driver.ids[name], 0)
        assert shown <= size(text), name
        tally.unsaved.append(driver.unsaved(name, size(text)))
        tally.streams += 1
        tally.bytes += size(text)
        tally.shown += shown


def test_no_kill_loses_what_was_seen(server, watcher, tmp_path, there):
    print(f"seed {SEED}")
    dice, tally, path = random.Random(SEED), Tally(), server.store
    driver, number, served = Driver(server, tmp_path, 0), 0, 0.0
    end = time.monotonic() + SECONDS
    try:
        driver.ready()
        # Each kind once, then at random.
        while tally.kills.total() < LEAST or (
            tally.kills.total() < KILLS and time.monotonic() < end
        ):
            time.sleep(dice.random())
            once = KINDS[tally.kills.total() :][:1]
            kind = dice.choice(once or ["kernel", "kernel", *KINDS])
            if kind != "kernel":
                server.kill()
            if kind != "server":
                driver.kill()
            tally.kills[kind] += 1
            assert is_sound(path)
            killed, before = time.time(), driver
            if kind != "server":
                number += 1
                driver = Driver(server, tmp_path, number)
            if kind != "kernel":
                server.start()
                served = time.time()  # the watch over leases begins here
            if kind == "server":
                shown = watcher()
                until(lambda shown=shown: watcher() != shown)  # it comes again, and goes on
            else:
                driver.ready()
                tally.start.append(driver.took)
                check(before, there, path, watcher(), tally, max(killed, served))
    finally:
        driver.kill()
    print(tally)
    assert max(tally.unsaved) < MAX_DELAY + SLACK
    assert max(tally.expiry) < LEASE + SLACK
    assert max(tally.start) < SLACK
    assert tally.kills.total() >= LEAST
    assert tally.kills.keys() == set(KINDS)
    assert tally.shown > 0
