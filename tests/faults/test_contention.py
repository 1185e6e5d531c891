"""Many kernels write, many servers serve and many pages watch, all on one SQLite file."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from nb_persistent_stream.protocol import Status

from ..server.process import TOKEN, JupyterServer
from ..waiting import until
from . import crowd

pytestmark = pytest.mark.slow

KERNELS, STREAMS, SERVERS, PAGES, SECONDS = map(
    int, os.environ.get("NB_SOAK_CROWD", "4,8,2,20,5").split(",")
)
# For whoever has to wait for a machine with more to do than this.
PATIENCE = 300 + 10 * SECONDS


@pytest.fixture
def servers(tmp_path):
    started = []
    for n in range(SERVERS):
        folder = tmp_path / f"server-{n}"
        folder.mkdir()
        started.append(JupyterServer(folder, tmp_path / "streams.db", lease=60))
    yield started
    for server in started:
        server.stop()


@pytest.fixture
def run(servers):
    """Start an actor; it is killed at the end if it still runs."""
    runs = []

    def run(*args):
        command = [sys.executable, "-m", crowd.__name__, *map(str, args)]
        runs.append(
            subprocess.Popen(command, env=servers[0].env, stdout=subprocess.PIPE, text=True)
        )
        return runs[-1]

    yield run
    for process in runs:
        process.kill()
        process.communicate()


def told(process):
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    return json.loads(out)


def test_nobody_errs_loses_or_starves(servers, run, there, tmp_path):
    path, over = tmp_path / "streams.db", tmp_path / "over"
    kernels = [run("write", f"k{n}", STREAMS // KERNELS, over) for n in range(KERNELS)]

    async def begun(store):
        return [info.id for info in await store.live() if info.length]

    ids = until(
        lambda: len(ids := (path.exists() and there(begun, path)) or []) == STREAMS and ids, 120
    )
    pages = [run("watch", server.url, TOKEN, PAGES // SERVERS, *ids) for server in servers]
    for page in pages:
        page.stdout.readline()
    time.sleep(SECONDS)  # all write and watch for so long
    over.touch()
    written = {id_: length for kernel in kernels for id_, length in told(kernel).items()}
    seen = [told(page) for page in pages]

    assert written.keys() == set(ids)
    for info in [there(lambda store, id_=id_: store.info(id_), path) for id_ in ids]:
        assert (info.status, info.length) == (Status.DONE, written[info.id])
    for page in seen:
        assert (page["errors"], page["statuses"]) == ([], ["done"])
        assert all(written[id_] == end for ends in page["ends"] for id_, end in ends.items())
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    print(
        f"{KERNELS} kernels, {STREAMS} streams of {sum(written.values())} bytes, {SERVERS} "
        f"servers, {PAGES} pages, {SECONDS} s: {sum(page['deltas'] for page in seen)} deltas seen, "
        "0 errors, 0 lost; from said to seen: "
        f"median {max(page['median'] for page in seen) * 1000:.0f} ms, "
        f"99% {max(page['99%'] for page in seen) * 1000:.0f} ms, "
        f"worst {max(page['worst'] for page in seen) * 1000:.0f} ms"
    )
