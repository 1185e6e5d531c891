"""The store's file is deleted, replaced, damaged or moved while streams are written into it."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest

from nb_persistent_stream import create, get, stream
from nb_persistent_stream.errors import (
    StoreReplaced,
    StoreUnavailable,
    StreamFailed,
    StreamNotFound,
)
from nb_persistent_stream.protocol import Status, text_of
from nb_persistent_stream.store import SqliteStore

from ..store.acts import begin, body, say
from ..waiting import eventually, until

ALL = ("", "-wal", "-shm")


def files(path):
    return [file for suffix in ALL if (file := path.with_name(path.name + suffix)).exists()]


def delete(path):
    for file in files(path):
        file.unlink()


def delete_the_database_only(path):
    path.unlink()


def delete_the_log_only(path):
    path.with_name(path.name + "-wal").unlink()


def move_away(path):
    for file in files(path):
        file.rename(path.with_name(f"old-{file.name}"))


def put_another_in_its_place(path):
    """Another store that is in use elsewhere, as one that is restored from a backup."""
    other = path.with_name("other.db")
    code = (
        "import asyncio, pathlib, sys\nfrom nb_persistent_stream.store import SqliteStore\n"
        "async def main(): await (await SqliteStore.open(pathlib.Path(sys.argv[1]))).close()\n"
        "asyncio.run(main())"
    )
    subprocess.run([sys.executable, "-c", code, str(other)], check=True)
    other.replace(path)


ACCIDENTS = [
    delete,
    pytest.param(delete_the_database_only, marks=pytest.mark.slow),
    delete_the_log_only,
    pytest.param(move_away, marks=pytest.mark.slow),
    pytest.param(put_another_in_its_place, marks=pytest.mark.slow),
]


def stored(there, stream_id):
    """A stream's status and text as a process finds them that comes anew."""
    info = there(lambda store: store.info(stream_id))
    return info.status, text_of(there(lambda store: body(store, stream_id)))


def is_sound(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("accident", ACCIDENTS)
class TestAccident:
    def test_what_is_being_written_is_whole_in_the_new_file(self, accident, script, there, path):
        s = stream(script.say("one ", "ünd "), tags=("kept",))
        until(lambda: stored(there, s.id)[1] == "one ünd ")
        accident(path)
        script.say("two ")
        until(lambda: s.text == "one ünd two ")
        script.end()
        assert s.result(20) == "one ünd two "
        assert stored(there, s.id) == (Status.DONE, "one ünd two ")
        info = there(lambda store: store.info(s.id))
        assert (info.tags, info.epoch) == (("kept",), 1)
        assert info.created_at == pytest.approx(s.info.created_at, abs=1)
        assert is_sound(path)

    def test_a_silent_source_is_put_there_too(self, accident, script, there, path):
        s = stream(script.say("said "))
        until(lambda: stored(there, s.id)[1] == "said ")
        accident(path)
        until(path.exists)
        until(lambda: put_there(there, s.id))
        assert stored(there, s.id) == (Status.STREAMING, "said ")
        assert s.status == "streaming"

    def test_a_stop_from_elsewhere_is_heard_in_the_new_file(self, accident, script, there, path):
        s = stream(script.say("said "))
        until(lambda: stored(there, s.id)[1] == "said ")
        accident(path)
        until(lambda: path.exists() and put_there(there, s.id))
        there(lambda store: store.request_cancel(s.id))
        until(lambda: s.status == "cancelled")

    def test_new_streams_and_pending_ones_go_into_the_new_file(self, accident, there, path):
        pending = create(title="to be written")
        accident(path)
        assert stream(["new"]).result(20) == "new"
        pending.write("late")
        pending.close()
        assert stored(there, pending.id) == (Status.DONE, "late")
        assert is_sound(path)


# Where the log alone is deleted, the text may be in it, and then the stream is not there any more.
@pytest.mark.parametrize("accident", [one for one in ACCIDENTS if one is not delete_the_log_only])
async def test_a_follower_is_told(accident, path, elsewhere):
    await say(elsewhere, await begin(elsewhere), "said")
    batches = elsewhere.follow("one")
    assert text_of((await anext(batches)).deltas) == "said"
    await anext(batches)
    accident(path)
    with pytest.raises(StoreReplaced, match="was deleted or replaced"):
        await anext(batches)
    with pytest.raises(StreamNotFound):
        await anext(elsewhere.follow("one"))


async def ids(store):
    return [info.id for info in await store.live()]


def put_there(there, stream_id):
    """Whether the stream is in the file that stands there now."""
    try:
        return stream_id in there(ids)
    except StoreUnavailable:  # a log that was deleted breaks it until the driver sees that
        return False


@contextmanager
def copied(path, to):
    """A copy of the store as it is now, as SQLite makes one."""
    with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(to)) as copy:
        db.backup(copy)
        yield copy


def test_a_copy_of_before_is_filled_up(script, there, path, tmp_path):
    s = stream(script.say("one "))
    until(lambda: stored(there, s.id)[1] == "one ")
    with copied(path, tmp_path / "b"):
        pass
    script.say("two ")
    until(lambda: stored(there, s.id)[1] == "one two ")
    delete(path)
    (tmp_path / "b").rename(path)
    script.say("three").end()
    assert s.result(20) == "one two three"
    assert stored(there, s.id) == (Status.DONE, "one two three")


def test_a_stream_that_was_ended_in_the_new_file_is_not_written_to(script, there, path, tmp_path):
    s = stream(script.say("one "))
    until(lambda: stored(there, s.id)[1] == "one ")
    with copied(path, tmp_path / "b") as copy:
        copy.execute("UPDATE streams SET status = 'timeout'")
        copy.commit()
    delete(path)
    (tmp_path / "b").rename(path)
    script.say("two")
    with pytest.raises(StreamFailed):
        s.result(20)
    assert s.text.startswith("one ")
    assert stored(there, s.id) == (Status.TIMEOUT, "one ")


def test_a_folder_that_vanishes_is_waited_for_and_not_made_anew(script, there, path, tmp_path):
    s = stream(script.say("one "))
    until(lambda: stored(there, s.id)[1] == "one ")
    folder, away = path.parent, tmp_path.with_name(f"{tmp_path.name}-away")
    folder.rename(away)
    script.say("two ")
    until(lambda: s._driver.notice and "No such file" in s._driver.notice)
    assert s.text == "one two "
    assert not folder.exists()
    away.rename(folder)
    script.end()
    assert s.result(20) == "one two "
    assert s._driver.notice is None
    assert stored(there, s.id) == (Status.DONE, "one two ")


def test_a_damaged_file_is_said_and_moved_away_it_costs_nothing(script, there, path):
    s = stream(script.say("one "))
    until(lambda: stored(there, s.id)[1] == "one ")
    for file in files(path):
        file.write_bytes(b"\xa5" * file.stat().st_size)
    script.say("two ")
    until(lambda: s._driver.notice and "Not saved yet" in s._driver.notice)
    assert (s.status, s.text) == ("streaming", "one two ")
    move_away(path)
    script.say("three").end()
    assert s.result(30) == "one two three"
    assert stored(there, s.id) == (Status.DONE, "one two three")


def test_a_newer_store_in_its_place_is_left_alone_and_said(script, there, path, tmp_path):
    s = stream(script.say("one "))
    until(lambda: stored(there, s.id)[1] == "one ")
    delete(path)
    newer = tmp_path / "newer"
    with closing(sqlite3.connect(newer)) as db:
        db.execute(f"PRAGMA application_id = {0x6E627073}")
        db.execute("PRAGMA user_version = 999")
        db.execute("CREATE TABLE t (x)")
    before = newer.read_bytes()
    newer.rename(path)
    script.say("two ")
    until(lambda: s._driver.notice and "newer nb_persistent_stream" in s._driver.notice)
    assert path.read_bytes() == before
    delete(path)
    script.end()
    assert s.result(20) == "one two "
    assert stored(there, s.id) == (Status.DONE, "one two ")


def test_many_streams_at_once_are_all_put_there(there, path):
    writers = [create() for _ in range(20)]
    for writer in writers:
        writer.write(f"{writer.id} ")

    async def lengths(store):
        return [info.length for info in await store.live()]

    until(lambda: all(there(lengths)))
    delete(path)
    for writer in writers:
        writer.write("more")
        writer.close()
    for writer in writers:
        assert stored(there, writer.id) == (Status.DONE, f"{writer.id} more")


def test_what_had_ended_is_not_found_and_the_words_say_where_to_look(path):
    s = stream(["said"])
    s.result(20)
    delete(path)
    with pytest.raises(StreamNotFound):
        get(s.id)
    assert s.text == "said"


async def test_two_processes_that_meet_a_missing_file_make_one(path, tmp_path):
    stores = [await SqliteStore.open(path) for _ in range(4)]
    leases = [await begin(store, f"s{n}") for n, store in enumerate(stores)]
    for _ in range(5):
        shutil.rmtree(tmp_path / "aside", ignore_errors=True)
        delete(path)
        await eventually(lambda: not path.exists())
        for store in stores:
            await store.live()
        new = [await begin(store, f"n{n}") for n, store in enumerate(stores)]
        for n, (store, lease) in enumerate(zip(stores, new, strict=True)):
            await say(store, lease, f"text {n}")
        for n in range(len(stores)):
            assert text_of(await body(stores[n - 1], f"n{n}")) == f"text {n}"
    assert leases
    for store in stores:
        await store.close()
    assert is_sound(path)
