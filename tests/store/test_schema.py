import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from nb_persistent_stream.errors import StoreCorrupt, StoreTooNew
from nb_persistent_stream.protocol import Delta, Status, text_of
from nb_persistent_stream.store import SqliteStore, schema
from nb_persistent_stream.store.schema import APPLICATION_ID, MIGRATIONS, prepare

from .acts import begin, body, say

SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("v*.sql"))


def sql(path, *statements):
    """The first value that each statement gives, on a connection of its own."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        rows = [db.execute(statement).fetchone() for statement in statements]
        return [row and row[0] for row in rows]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


class TestFile:
    @pytest.mark.parametrize("umask", [0, 0o022, 0o077])
    async def test_only_the_user_may_read_it(self, tmp_path, open_store, umask):
        before = os.umask(umask)
        try:
            path = tmp_path / "new folder" / "streams.db"
            await begin(await open_store(path))
        finally:
            os.umask(before)
        assert mode(path.parent) == 0o700
        files = sorted(path.parent.iterdir())
        assert [file.name for file in files] == ["streams.db", "streams.db-shm", "streams.db-wal"]
        assert all(mode(file) == 0o600 for file in files)

    async def test_a_folder_that_was_there_is_left_as_it_is(self, tmp_path, open_store):
        tmp_path.chmod(0o755)
        await open_store(tmp_path / "streams.db")
        assert mode(tmp_path) == 0o755

    async def test_it_says_whose_it_is_and_how_it_is_written(self, path, open_store):
        await open_store()
        pragmas = ("application_id", "user_version", "journal_mode")
        assert sql(path, *(f"PRAGMA {name}" for name in pragmas)) == [
            APPLICATION_ID,
            len(MIGRATIONS),
            "wal",
        ]

    @pytest.mark.parametrize(("given", "number"), [({}, 2), ({"durability": "normal"}, 1)])
    async def test_a_commit_is_as_durable_as_asked(self, open_store, given, number):
        store = await open_store(**given)
        rows = await store._database.writer.execute_fetchall("PRAGMA synchronous")
        assert [row[0] for row in rows] == [number]

    async def test_a_deleted_stream_takes_its_body_with_it(self, path, open_store):
        store = await open_store()
        await say(store, await begin(store), "text")
        await store._database.writer.execute("DELETE FROM streams")
        assert sql(path, "SELECT count(*) FROM deltas") == [0]


class TestAtOnce:
    def test_many_connections_make_one_fresh_file(self, tmp_path):
        async def open_and_close(path):
            await (await SqliteStore.open(path)).close()

        with ThreadPoolExecutor(6) as threads:
            for n in range(10):
                path = tmp_path / f"{n}.db"
                futures = [threads.submit(asyncio.run, open_and_close(path)) for _ in range(6)]
                assert [future.result() for future in futures] == [None] * 6
                assert sql(path, "PRAGMA user_version") == [len(MIGRATIONS)]

    def test_two_processes_make_one_fresh_file(self, path):
        code = (
            "import asyncio, pathlib, sys; from nb_persistent_stream.store import SqliteStore\n"
            "sys.stdin.read(1)\n"
            "async def main(): await (await SqliteStore.open(pathlib.Path(sys.argv[1]))).close()\n"
            "asyncio.run(main())"
        )
        command = [sys.executable, "-c", code, str(path)]
        runs = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(2)]
        for run in runs:
            run.stdin.write(b"x")
            run.stdin.close()
        assert [run.wait(30) for run in runs] == [0, 0]
        assert sql(path, "PRAGMA user_version") == [len(MIGRATIONS)]


class TestMigrations:
    async def test_one_that_fails_leaves_nothing_behind_and_the_file_usable(self, path, open_store):
        store = await open_store()
        await say(store, await begin(store), "kept")

        async def half(db):
            await db.execute("CREATE TABLE half (x)")
            await db.execute("ALTER TABLE streams ADD COLUMN half TEXT")
            await db.execute("NOT SQL")

        with pytest.raises(sqlite3.OperationalError, match="syntax error"):
            await prepare(store._database.writer, path, [*MIGRATIONS, half])
        assert sql(path, "PRAGMA user_version", "SELECT count(*) FROM sqlite_master") == [
            len(MIGRATIONS),
            *sql(path, "SELECT count(*) FROM sqlite_master WHERE name != 'half'"),
        ]
        assert text_of(await body(await open_store())) == "kept"

    async def test_each_is_done_once_and_in_order(self, path, open_store):
        store, done = await open_store(), []

        def migration(number):
            async def run(db):
                done.append(number)
                await db.execute(f"CREATE TABLE t{number} (x)")

            return run

        later = [*MIGRATIONS, migration(2), migration(3)]
        for _ in range(2):
            await prepare(store._database.writer, path, later)
        assert done == [2, 3]
        assert sql(path, "PRAGMA user_version") == [len(later)]

    @pytest.mark.parametrize("released", SCHEMAS, ids=lambda path: path.stem)
    async def test_each_released_schema_still_opens(self, path, open_store, released):
        with closing(sqlite3.connect(path)) as db:
            db.executescript(released.read_text("utf-8"))
        store = await open_store()
        info = await store.info("kept")
        assert (info.status, info.length, info.tags) == (Status.STREAMING, 6, ("t",))
        assert await body(store, "kept") == [
            Delta(0, "añb"),
            Delta(4, "{}", "tool_call", {"i": 0}),
        ]

    async def test_what_was_released_is_not_edited_afterwards(self, path, open_store):
        await open_store()
        with closing(sqlite3.connect(path)) as new, closing(sqlite3.connect(":memory:")) as kept:
            kept.executescript(SCHEMAS[-1].read_text("utf-8"))
            tables = "SELECT name, type FROM sqlite_master ORDER BY name"
            columns = "SELECT * FROM pragma_table_info(?)"
            assert new.execute(tables).fetchall() == kept.execute(tables).fetchall()
            for name in (
                "streams",
                "deltas",
                "resources",
                "producers",
                "shares",
                "docs",
                "stream_infos",
            ):
                found = [db.execute(columns, (name,)).fetchall() for db in (new, kept)]
                assert found[0] == found[1] != []

    def test_each_schema_is_kept_for_that_test(self):
        assert [path.stem for path in SCHEMAS] == [f"v{n + 1}" for n in range(len(MIGRATIONS))]


class TestRefused:
    async def test_a_newer_schema_is_left_as_it_is(self, path, open_store, monkeypatch):
        await (await open_store()).close()
        sql(path, "PRAGMA user_version = 99")
        before = path.read_bytes()
        with pytest.raises(StoreTooNew, match=r"schema 99; this one knows \d+.*pip install -U"):
            await open_store()
        assert path.read_bytes() == before

    @pytest.mark.parametrize(
        "statement",
        ["CREATE TABLE theirs (x)", "PRAGMA user_version = 3", "PRAGMA application_id = 7"],
    )
    async def test_another_programs_database_is_left_as_it_is(self, path, open_store, statement):
        sql(path, statement)
        before = path.read_bytes()
        with pytest.raises(StoreCorrupt, match=r"another program's.*NB_STREAM_STORE"):
            await open_store()
        assert path.read_bytes() == before
        assert sql(path, "PRAGMA journal_mode") == ["delete"]

    async def test_a_file_that_becomes_ours_meanwhile_is_not_taken_for_anothers(
        self, path, open_store, monkeypatch
    ):
        asked = []
        number = schema._number

        async def ask(db, question):
            if len(asked) == 1:  # after the first question, another process makes the tables
                monkeypatch.setattr(schema, "_number", number)
                await open_store()
                monkeypatch.setattr(schema, "_number", ask)
            asked.append(question)
            return await number(db, question)

        monkeypatch.setattr(schema, "_number", ask)
        await begin(await open_store())
        assert len(asked) > 3
