"""The disk is full or may only be read, or somebody keeps the store locked, while a stream runs."""

import asyncio
import os
import sqlite3
import subprocess
import threading
import time
from contextlib import closing, contextmanager, suppress

import pytest

from nb_persistent_stream import stream
from nb_persistent_stream.errors import StoreUnavailable, StreamCancelled, StreamFailed
from nb_persistent_stream.kernel import keeper, writer
from nb_persistent_stream.protocol import Status, text_of
from nb_persistent_stream.store import LeaseWatch, SqliteStore, database

from ..kernel.notebook import Notebook, comm_of
from ..store.acts import body
from ..waiting import until

pytestmark = pytest.mark.slow

# How long the store is kept locked, in seconds: longer than a lease, and than SQLite waits.
LOCKED = float(os.environ.get("NB_SOAK_LOCKED", "7"))
LONG = "x" * 1000 + " "


def stored(there, stream_id, path):
    info = there(lambda store: store.info(stream_id), path)
    return info.status, text_of(there(lambda store: body(store, stream_id), path))


@pytest.fixture
def on_disk(disk, monkeypatch):
    path = disk.folder / "streams.db"
    monkeypatch.setenv("NB_STREAM_STORE", str(path))
    return path


@contextmanager
def locked(path):
    """The store as it is while another program writes and writes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("COMMIT")


class TestFull:
    def test_the_text_waits_in_memory_and_is_written_when_there_is_room(
        self, disk, on_disk, script, there
    ):
        s = stream(script.say("begun "))
        until(lambda: stored(there, s.id, on_disk)[1] == "begun ")
        disk.fill()
        said = "begun " + LONG * 200
        script.say(*[LONG] * 200)
        until(lambda: s.text == said)
        until(lambda: s._driver.notice and "Not saved yet. The store" in s._driver.notice)
        assert s.status == "streaming"
        disk.make_room()
        until(lambda: s._driver.notice is None)
        script.say("more").end()
        assert s.result(30) == said + "more"
        assert stored(there, s.id, on_disk) == (Status.DONE, said + "more")

    def test_a_stream_that_ended_meanwhile_is_done_when_it_is_saved(
        self, disk, on_disk, script, there
    ):
        s = stream(script.say("begun "))
        until(lambda: stored(there, s.id, on_disk)[1] == "begun ")
        disk.fill()
        script.say(LONG * 300).end()
        until(lambda: s._driver.notice)
        with pytest.raises(TimeoutError, match="still streams"):
            s.result(0.5)
        disk.make_room()
        assert s.result(30) == "begun " + LONG * 300
        assert stored(there, s.id, on_disk) == (Status.DONE, "begun " + LONG * 300)

    def test_a_source_is_read_no_further_than_memory_may_hold(
        self, disk, on_disk, there, monkeypatch
    ):
        monkeypatch.setattr(writer, "_MOST_UNSAVED", 50_000)
        full, taken = threading.Event(), []

        def talk():
            yield "begun "
            full.wait()
            for _ in range(200):
                taken.append(LONG)
                yield LONG

        s = stream(talk)
        until(lambda: stored(there, s.id, on_disk)[1] == "begun ")
        disk.fill()
        full.set()
        until(lambda: s._driver.notice and len(taken) > 40)
        assert len(s.text) < 150_000
        disk.make_room()
        assert s.result(30) == "begun " + LONG * 200
        assert stored(there, s.id, on_disk) == (Status.DONE, "begun " + LONG * 200)

    def test_a_page_sees_the_text_and_why_it_is_not_saved(self, disk, tmp_path, there):
        path = disk.folder / "streams.db"
        notebook = Notebook(tmp_path, NB_STREAM_STORE=str(path))
        try:
            cell = notebook.run(
                "from nb_persistent_stream import stream\n"
                "import queue; said = queue.SimpleQueue()\n"
                "s = stream(iter(said.get, None)); said.put('begun ')"
            )
            comm = comm_of(notebook.until(lambda: notebook.shown(cell))[0])
            notebook.until(lambda: notebook.text(comm) == "begun ")
            disk.fill()
            notebook.run(f"said.put({LONG!r} * 300)")
            notice = notebook.until(lambda: [*filter(None, notices(notebook, comm))])[0]
            assert notice.startswith("Not saved yet. The store")
            assert "full" in notice
            notebook.until(lambda: notebook.text(comm) == "begun " + LONG * 300)
            assert notebook.statuses(comm)[-1] == "streaming"
            disk.make_room()
            notebook.run("said.put(None); s.result()")
            notebook.until(lambda: notebook.statuses(comm)[-1] == "done")
            assert notices(notebook, comm)[-1] is None
            stream_id = notebook.shown(cell)[0][next(iter(notebook.shown(cell)[0]))]["stream_id"]
            assert stored(there, stream_id, path) == (Status.DONE, "begun " + LONG * 300)
        finally:
            notebook.close()


def notices(notebook, comm):
    return [message["state"]["notice"] for message in notebook.heard(comm, "state")]


def test_a_folder_that_may_only_be_read_for_a_while(disk, on_disk, script, there):
    s = stream(script.say("begun "))
    until(lambda: stored(there, s.id, on_disk)[1] == "begun ")
    assert disk.mount("--bind", disk.folder)
    on_disk.unlink()
    assert disk.mount("-o", "remount,bind,ro")
    script.say("more ")
    until(lambda: s._driver.notice and "Read-only file system" in s._driver.notice)
    assert "NB_STREAM_STORE" in s._driver.notice
    assert (s.text, s.status) == ("begun more ", "streaming")
    subprocess.run(["umount", "--lazy", disk.folder], check=True)
    script.end()
    assert s.result(30) == "begun more "
    assert stored(there, s.id, on_disk) == (Status.DONE, "begun more ")


class TestLocked:
    @pytest.mark.slow
    def test_longer_than_a_lease_costs_nothing_and_nobody_is_taken_for_gone(
        self, path, script, there, monkeypatch
    ):
        monkeypatch.setenv("NB_STREAM_LEASE", "2")
        s = stream(script.say("begun "))
        until(lambda: stored(there, s.id, path)[1] == "begun ")
        with Sweeping(path, lease=2) as sweeping:
            with locked(path):
                script.say("more ")
                until(lambda: s._driver.notice and "holds it locked" in s._driver.notice)
                time.sleep(LOCKED)
                assert s.status == "streaming"
            until(lambda: stored(there, s.id, path)[1] == "begun more ")
            assert s._driver.notice is None
            script.say("last").end()
            assert s.result(20) == "begun more last"
        assert sweeping.ended == []
        assert stored(there, s.id, path) == (Status.DONE, "begun more last")

    @pytest.fixture
    def hasty(self, monkeypatch):
        """SQLite itself does not wait, and a stopped driver hardly."""
        monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.05)
        monkeypatch.setitem(keeper._PATIENCE, Status.CANCELLED, 0.2)

    def test_a_stop_is_obeyed_although_nothing_can_be_saved(self, path, script, hasty):
        s = stream(script.say("begun "))
        until(lambda: s.text == "begun ")
        with locked(path):
            s.cancel()
            assert s.status == "error"
            with pytest.raises(StreamFailed, match="holds it locked") as failed:
                s.result(1)
        assert failed.value.text == "begun "
        assert isinstance(failed.value.__cause__, StoreUnavailable)
        assert s._driver.notice.startswith("Not saved. ")

    def test_a_store_that_stays_out_of_reach_after_the_end_fails_the_stream(
        self, path, script, monkeypatch, hasty
    ):
        monkeypatch.setitem(keeper._PATIENCE, Status.DONE, 0.2)
        s = stream(script.say("begun "))
        until(lambda: s.text == "begun ")
        with locked(path):
            script.say("more").end()
            with pytest.raises(StreamFailed, match="holds it locked"):
                s.result(30)
        assert (s.status, s.text) == ("error", "begun more")

    def test_a_stop_while_the_end_is_waited_for_shortens_the_wait(self, path, script, hasty):
        s = stream(script.say("begun "))
        until(lambda: s.text == "begun ")
        with locked(path):
            script.end()
            until(lambda: s._driver.notice)
            s.cancel()
            with pytest.raises((StreamFailed, StreamCancelled)):
                s.result(1)


class Sweeping:
    """Another process's watch over leases, on a thread."""

    def __init__(self, path, lease):
        self.ended = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(path, lease)))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    async def _run(self, path, lease):
        store = await SqliteStore.open(path)
        watch = LeaseWatch(store, lease)
        while not self._over.is_set():
            with suppress(StoreUnavailable):
                self.ended += await watch.sweep()
            await asyncio.sleep(0.1)
        await store.close()


def test_a_store_that_fails_for_good_ends_a_stream_whose_source_is_silent(script, monkeypatch):
    monkeypatch.setattr(keeper, "_PASSING", ())
    s = stream(script.say("begun "))
    until(lambda: s.text == "begun ")

    async def broken(self, lease, deltas):
        raise StoreUnavailable("Broken.")

    monkeypatch.setattr(SqliteStore, "append", broken)
    script.say("more ")
    until(lambda: s.status == "error")
    assert (s.text, s.error) == ("begun more ", "Broken.")
