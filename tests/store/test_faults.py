"""Whatever is wrong with the file: the error says what to do, and nothing stored is harmed."""

import asyncio
import os
import sqlite3
import subprocess
import threading
from contextlib import closing, suppress
from itertools import count

import pytest

from nb_persistent_stream.errors import StoreCorrupt, StoreError, StoreUnavailable, StreamFenced
from nb_persistent_stream.protocol import Delta, Piece, Provenance, Report, Status, place, text_of
from nb_persistent_stream.store import NewStream, SqliteStore, database

from ..waiting import eventually
from .acts import begin, body, say

ROOM_FOR_MORE = 256 * 1024


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte, and a way to mount it anew."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(*options):
        run = subprocess.run(["mount", *options, folder], capture_output=True, check=False)
        return run.returncode == 0

    if os.geteuid() != 0 or not mount("-t", "tmpfs", "-o", "size=1m", "none"):
        pytest.skip("only root may mount a small disk")
    yield folder, mount
    subprocess.run(["umount", "--lazy", folder], check=True)


async def fill(store, lease):
    """Append until the disk is full; gives what was reported as appended, and the error."""
    said = ""
    try:
        for n in count():
            text = f"{n:04}" * 1000
            await say(store, lease, text, offset=len(said))
            said += text
    except StoreUnavailable as error:
        return said, error


async def damage(path, open_store):
    """A store whose tables can be read, and none of what was put into them."""
    await (await open_store()).close()
    tables = path.stat().st_size
    store = await open_store()
    await say(store, await begin(store), *["x" * 3000] * 50)
    await store.close()
    whole = path.read_bytes()
    damaged = whole[:tables] + b"\xa5" * (len(whole) - tables)
    path.write_bytes(damaged)
    return damaged


class TestFile:
    async def test_what_is_not_a_database_is_left_as_it_is(self, path, open_store):
        path.write_bytes(b"a diary, not a database" * 100)
        with pytest.raises(StoreCorrupt, match=r"is not a database.*move it away"):
            await open_store()
        assert path.read_bytes() == b"a diary, not a database" * 100

    async def test_a_damaged_page_is_said_to_be_damage(self, path, open_store):
        damaged = await damage(path, open_store)
        store = await open_store()
        with pytest.raises(StoreCorrupt, match=r"is damaged.*\.recover"):
            await body(store)
        await store.close()
        assert path.read_bytes() == damaged

    async def test_text_that_is_not_utf8_is_damage_and_is_not_in_the_message(self, open_store):
        store = await open_store()
        await say(store, await begin(store), "secret")
        await store._database.writer.execute(
            "UPDATE deltas SET text = CAST(x'736563726574ff' AS TEXT)"
        )
        with pytest.raises(StoreCorrupt, match="is damaged") as caught:
            await body(store)
        assert "secret" not in str(caught.value)

    async def test_damage_ends_a_follower_with_the_same_words(self, path, open_store):
        await damage(path, open_store)
        follower = (await open_store()).follow("one")
        with pytest.raises(StoreCorrupt, match="is damaged"):
            async for _ in follower:
                pass

    async def test_a_folder_that_is_a_file(self, tmp_path, open_store):
        (tmp_path / "file").write_text("mine")
        with pytest.raises(StoreUnavailable, match=r"Check its folder, or set NB_STREAM_STORE"):
            await open_store(tmp_path / "file" / "streams.db")
        with pytest.raises(StoreUnavailable, match=r"Check its folder, or set NB_STREAM_STORE"):
            await open_store(tmp_path / "file" / "deeper" / "streams.db")
        assert (tmp_path / "file").read_text() == "mine"

    async def test_a_file_that_is_a_folder(self, tmp_path, open_store):
        with pytest.raises(StoreUnavailable, match=r"is not a file.*NB_STREAM_STORE"):
            await open_store(tmp_path)

    async def test_a_disk_that_may_only_be_read(self, small_disk, open_store):
        folder, mount = small_disk
        await (await open_store(folder / "streams.db")).close()
        assert mount("-o", "remount,ro")
        before = (folder / "streams.db").read_bytes()
        for path in (folder / "streams.db", folder / "new.db"):
            with pytest.raises(StoreUnavailable, match="NB_STREAM_STORE"):
                await open_store(path)
        assert (folder / "streams.db").read_bytes() == before

    async def test_a_closed_store_says_so(self, open_store):
        store = await open_store()
        await store.close()
        for asked in (store.info("one"), store.resources.get("one"), store.delete("one")):
            with pytest.raises(StoreError, match="is closed"):
                await asked


class TestFull:
    async def test_a_full_disk_keeps_what_it_has_and_goes_on_with_room(
        self, small_disk, open_store
    ):
        folder, _ = small_disk
        (folder / "filler").write_bytes(b"x" * ROOM_FOR_MORE)
        store = await open_store(folder / "streams.db")
        lease = await begin(store)
        said, error = await fill(store, lease)
        assert "Make room" in str(error) or "not full" in str(error)
        assert text_of(await body(store)) == said != ""
        (folder / "filler").unlink()
        await say(store, lease, "more", offset=len(said))
        assert text_of(await body(store)) == said + "more"

    async def test_a_full_file_keeps_what_it_has_and_goes_on_with_room(self, open_store):
        store = await open_store()
        lease = await begin(store)
        await store._database.writer.execute("PRAGMA max_page_count = 60")
        said, error = await fill(store, lease)
        assert "the disk is full. Make room" in str(error)
        assert text_of(await body(store)) == said != ""
        await store._database.writer.execute("PRAGMA max_page_count = 10000")
        await say(store, lease, "more", offset=len(said))
        assert text_of(await body(store)) == said + "more"

    async def test_an_append_of_several_commits_can_be_repeated_whole(self, open_store):
        store = await open_store()
        lease = await begin(store)
        deltas = list(place([Piece(f"{n:0500}") for n in range(3500)], 0))
        await store._database.writer.execute("PRAGMA max_page_count = 400")
        with pytest.raises(StoreUnavailable):
            await store.append(lease, deltas)
        assert 1000 <= len(await body(store)) < len(deltas)
        await store._database.writer.execute("PRAGMA max_page_count = 100000")
        await store.append(lease, deltas)
        assert await body(store) == deltas


class TestLocked:
    async def test_a_lock_is_waited_for_and_then_named(self, path, open_store, monkeypatch):
        monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.05)
        store = await open_store()
        lease = await begin(store)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match="another program holds it locked"):
                await say(store, lease, "text")
            assert await body(store) == []  # reading goes on
        await say(store, lease, "text")
        assert text_of(await body(store)) == "text"


class TestAppends:
    async def test_one_that_was_cancelled_does_not_hold_up_others(self, open_store):
        store = await open_store()
        first, second = await begin(store, "first"), await begin(store, "second")
        cancelled = asyncio.create_task(say(store, first, "a"))
        waiting = asyncio.create_task(say(store, second, "b"))
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.wait_for(waiting, 10)
        assert text_of(await body(store, "second")) == "b"

    async def test_one_that_can_not_be_written_as_json_fails_alone_and_at_once(self, open_store):
        store = await open_store()
        lease, circular = await begin(store), {}
        circular["me"] = circular
        with pytest.raises(ValueError, match="Circular"):
            await asyncio.wait_for(store.append(lease, [Delta(0, "a", "t", circular)]), 10)
        await say(store, lease, "b")
        assert text_of(await body(store)) == "b"

    async def test_other_text_at_the_same_place_is_not_taken_for_a_repeat(self, open_store):
        store = await open_store()
        lease = await begin(store)
        await say(store, lease, "ab")
        for texts in (["cd"], ["a", "b"]):
            with pytest.raises(StreamFenced):
                await say(store, lease, *texts)
        assert text_of(await body(store)) == "ab"


async def test_a_number_that_json_does_not_know_is_kept_as_its_text(path, open_store):
    store = await open_store()
    options = {"top_p": float("nan"), "stop": ["NaN", float("-inf")], "n": 1.5}
    lease = await store.create(NewStream("one", "d", provenance=Provenance(options=options)))
    await store.start(lease)
    await store.finish(lease, Status.DONE, Report(usage={"cost": float("inf")}))
    info = await store.info("one")
    assert info.provenance.options == {"top_p": "NaN", "stop": ["NaN", "-Infinity"], "n": 1.5}
    assert info.report.usage == {"cost": "Infinity"}
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT json_valid(options), json_valid(usage) FROM streams").fetchall()[
            0
        ] == (1, 1)


async def test_half_a_character_outside_of_the_body_is_replaced(open_store):
    store = await open_store()
    new = NewStream(
        "one", "d", "T\ud800", ("\udc80",), Provenance(["\ud83d\ude00\ud800"], "s\udfff")
    )
    lease = await store.create(new)
    await store.start(lease)
    await store.append(lease, [Delta(0, "a", "tool_call", {"id": "\ud800"})])
    await store.finish(lease, Status.ERROR, Report(), {"type": "t", "message": "bad \udc80"})
    info = await store.info("one")
    assert (info.title, info.tags) == ("T\ufffd", ("\ufffd",))
    assert (info.provenance.prompt, info.provenance.system) == (["😀\ufffd"], "s\ufffd")
    assert (info.status, info.error["message"]) == (Status.ERROR, "bad \ufffd")
    assert await body(store) == [Delta(0, "a", "tool_call", {"id": "\ufffd"})]


async def test_a_store_that_nobody_waits_for_any_more_is_let_go(tmp_path):
    before = threading.active_count()
    for number in range(60):
        opening = asyncio.create_task(SqliteStore.open(tmp_path / f"{number}.db"))
        await asyncio.sleep(number / 10_000)
        opening.cancel()
        with suppress(asyncio.CancelledError):
            await (await opening).close()
    await eventually(lambda: threading.active_count() == before)
