"""The tables, and how a file comes to have them.

Each migration is one function and one transaction. A file that a newer version wrote is refused
and left untouched, and so is a database that is not ours.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiosqlite

from ..errors import StoreCorrupt, StoreTooNew
from .journal import choose_journal

# "nbps" in ASCII, in the file's header: https://sqlite.org/fileformat2.html#application_id
APPLICATION_ID = 0x6E627073

# How long, in seconds, another process's first opening is waited for, and how often it is tried.
_PATIENCE, _PAUSE = 5.0, 0.01

Migration = Callable[[aiosqlite.Connection], Awaitable[None]]


async def _streams_and_deltas(db: aiosqlite.Connection) -> None:
    await db.execute(
        """
        CREATE TABLE streams (
          id TEXT PRIMARY KEY,
          status TEXT NOT NULL DEFAULT 'pending'
            CHECK (status IN ('pending', 'streaming', 'done', 'error', 'cancelled', 'timeout')),
          revision INTEGER NOT NULL DEFAULT 0,  -- counts changes of this row but for beats
          epoch INTEGER NOT NULL,
          driver TEXT,
          beat INTEGER NOT NULL DEFAULT 0,
          cancel_requested INTEGER NOT NULL DEFAULT 0,
          title TEXT,
          tags TEXT NOT NULL,                   -- JSON list
          prompt TEXT,                          -- JSON text or list of messages
          system TEXT,
          requested_model TEXT,
          provider TEXT,
          options TEXT NOT NULL,                -- JSON object
          notebook TEXT,
          cell_id TEXT,
          execution TEXT,
          placed INTEGER NOT NULL DEFAULT 0,    -- whether a saved notebook holds its output
          kernel_id TEXT,
          host TEXT,
          user TEXT,
          model TEXT,                           -- as the provider named it
          response_id TEXT,
          finish_reason TEXT,
          usage TEXT,                           -- JSON object
          error TEXT,                           -- JSON object
          created_at REAL NOT NULL,             -- UTC seconds, as all times
          started_at REAL,
          finished_at REAL
        ) STRICT
        """
    )
    await db.execute(
        """
        CREATE TABLE deltas (
          stream_id TEXT NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
          offset INTEGER NOT NULL,
          size INTEGER NOT NULL,                -- UTF-8 bytes of text
          kind TEXT NOT NULL,
          text TEXT NOT NULL,
          meta TEXT,                            -- JSON object
          created_at REAL NOT NULL,
          PRIMARY KEY (stream_id, offset)
        ) STRICT, WITHOUT ROWID
        """
    )
    await db.execute("CREATE INDEX streams_by_age ON streams (created_at DESC, id DESC)")
    await db.execute("CREATE INDEX streams_by_notebook ON streams (notebook, created_at DESC)")
    await db.execute(
        "CREATE INDEX streams_live ON streams (driver) WHERE status IN ('pending', 'streaming')"
    )
    await db.execute(
        """
        CREATE VIEW stream_infos AS
        SELECT s.*,
          coalesce((SELECT d.offset + d.size FROM deltas d WHERE d.stream_id = s.id
                    ORDER BY d.offset DESC LIMIT 1), 0) AS length,
          (SELECT d.created_at FROM deltas d WHERE d.stream_id = s.id
           ORDER BY d.offset LIMIT 1) AS first_delta_at
        FROM streams s
        """
    )


async def _http(db: aiosqlite.Connection) -> None:
    """Streams that programs make over HTTP: any bytes, an expiry, producers, forks."""
    for column in (
        "base INTEGER NOT NULL DEFAULT 0",  # where its own deltas begin; the shared ones end there
        "deleted INTEGER NOT NULL DEFAULT 0",  # whether it is kept for its forks only
    ):
        await db.execute(f"ALTER TABLE streams ADD COLUMN {column}")
    # What was said where it is not UTF-8; the text is empty then.
    await db.execute("ALTER TABLE deltas ADD COLUMN data BLOB")
    await db.execute(
        """
        CREATE TABLE resources (                -- what a stream that was made over HTTP has besides
          stream_id TEXT PRIMARY KEY REFERENCES streams (id) ON DELETE CASCADE,
          content_type TEXT NOT NULL,
          tail BLOB NOT NULL DEFAULT x'',       -- the begin of a character, after the last delta
          ttl INTEGER,                          -- seconds without a read or write
          expires_at REAL,                      -- moved by each read and write where there is a ttl
          sequence TEXT,                        -- the last Stream-Seq
          source_id TEXT,                       -- what it is a fork of, and from where
          forked_at INTEGER,
          closed_by TEXT                        -- JSON list of the closing producer's three facts
        ) STRICT
        """
    )
    await db.execute(
        """
        CREATE TABLE producers (
          stream_id TEXT NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
          id TEXT NOT NULL,
          epoch INTEGER NOT NULL,
          sequence INTEGER NOT NULL,
          PRIMARY KEY (stream_id, id)
        ) STRICT, WITHOUT ROWID
        """
    )
    await db.execute(
        """
        CREATE TABLE shares (                   -- whose deltas a fork shares, and which
          stream_id TEXT NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
          source_id TEXT NOT NULL REFERENCES streams (id),
          first INTEGER NOT NULL,
          last INTEGER NOT NULL,                -- not included
          PRIMARY KEY (stream_id, source_id)
        ) STRICT, WITHOUT ROWID
        """
    )
    await db.execute("CREATE INDEX shares_by_source ON shares (source_id)")
    await db.execute(
        "CREATE INDEX resources_by_expiry ON resources (expires_at) WHERE expires_at IS NOT NULL"
    )
    await db.execute("CREATE INDEX streams_deleted ON streams (id) WHERE deleted")
    await db.execute("DROP INDEX streams_by_age")
    # `deleted` is in it so that a list needs nothing but the index.
    await db.execute(
        "CREATE INDEX streams_by_age ON streams (created_at DESC, id DESC, deleted) "
        "WHERE NOT deleted"
    )
    await db.execute("DROP VIEW stream_infos")
    await db.execute(
        """
        CREATE VIEW stream_infos AS
        SELECT s.*,
          coalesce((SELECT d.offset + d.size FROM deltas d WHERE d.stream_id = s.id
                    ORDER BY d.offset DESC LIMIT 1), s.base) AS length,
          (SELECT d.created_at FROM deltas d WHERE d.stream_id = s.id
           ORDER BY d.offset LIMIT 1) AS first_delta_at
        FROM streams s WHERE NOT s.deleted
        """
    )


MIGRATIONS: list[Migration] = [_streams_and_deltas, _http]


async def prepare(
    db: aiosqlite.Connection, path: Path, migrations: list[Migration] = MIGRATIONS
) -> None:
    """Bring a connection's database to the newest schema.

    Raises:
        StoreTooNew: a newer version wrote it.
        StoreCorrupt: it is another program's database.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            version = await _version(db, path, len(migrations))
            await choose_journal(db, path)
            if version < len(migrations):
                await _migrate(db, path, migrations)
        except sqlite3.OperationalError as error:
            # Where processes open a fresh file at once, SQLite's busy timeout does not always wait.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            await asyncio.sleep(_PAUSE)
        else:
            return


async def _migrate(db: aiosqlite.Connection, path: Path, migrations: list[Migration]) -> None:
    for number, migration in enumerate(migrations, start=1):
        await db.execute("BEGIN IMMEDIATE")
        try:
            # Looked at again under the lock: another process may have been faster.
            if await _version(db, path, len(migrations)) < number:
                await migration(db)
                await db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                await db.execute(f"PRAGMA user_version = {number}")
            await db.execute("COMMIT")
        except BaseException:
            await db.execute("ROLLBACK")
            raise


async def _version(db: aiosqlite.Connection, path: Path, newest: int) -> int:
    # The application id is read last: where another process makes the tables meanwhile, it is ours.
    version = await _number(db, "PRAGMA user_version")
    tables = await _number(db, "SELECT count(*) FROM sqlite_master")
    application = await _number(db, "PRAGMA application_id")
    if application != APPLICATION_ID and (application or version or tables):
        raise StoreCorrupt(
            f"{path} is another program's database. It was left as it is: set NB_STREAM_STORE to "
            "a file of its own."
        )
    if version > newest:
        raise StoreTooNew(
            f"The store {path} was written by a newer nb_persistent_stream (schema {version}; this "
            f"one knows {newest}). It was left as it is: upgrade with `pip install -U "
            "nb_persistent_stream`, or set NB_STREAM_STORE to another file."
        )
    return version


async def _number(db: aiosqlite.Connection, sql: str) -> int:
    for row in await db.execute_fetchall(sql):
        return int(row[0])
    return 0
