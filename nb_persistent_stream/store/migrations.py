"""The tables, as each version of the schema made them: one more function a version, never an edit.

Each runs in one transaction; see `schema.prepare`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiosqlite

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


async def _asked_again(db: aiosqlite.Connection) -> None:
    """Streams that are found by what was asked, and streams that come from another."""
    for column in (
        "key TEXT",  # of what was asked; NULL where nothing can be asked again
        "parent_id TEXT",  # what it replies to or retries; that may have been deleted since
        "relation TEXT CHECK (relation IN ('reply', 'retry'))",
    ):
        await db.execute(f"ALTER TABLE streams ADD COLUMN {column}")
    await db.execute(
        "CREATE INDEX streams_by_key ON streams (key, created_at DESC) WHERE key IS NOT NULL"
    )


async def _found_at_once(db: aiosqlite.Connection) -> None:
    """Lists by index; and an index of words, which `index.py` makes and fills afterwards."""
    # The last number there. None is used twice: words that a process of an older version has left
    # there, where it deleted a stream, must not become another stream's.
    await db.execute("CREATE TABLE docs (last INTEGER NOT NULL) STRICT")
    await db.execute("INSERT INTO docs VALUES (0)")
    for column in (
        "doc INTEGER",  # its number there; NULL while it isn't there
        "whole INTEGER NOT NULL DEFAULT 0",  # whether its body is there too
    ):
        await db.execute(f"ALTER TABLE streams ADD COLUMN {column}")
    # With all that a list asks of what was found, in its order and out of it.
    await db.execute("DROP INDEX streams_by_age")
    await db.execute(
        "CREATE INDEX streams_by_age ON streams (created_at DESC, id DESC, deleted, doc) "
        "WHERE NOT deleted"
    )
    await db.execute(
        "CREATE UNIQUE INDEX streams_by_doc ON streams (doc, created_at, id) WHERE doc IS NOT NULL"
    )
    await db.execute(
        "CREATE INDEX streams_unread ON streams (doc, status) WHERE NOT whole AND NOT deleted"
    )
    await db.execute(
        "CREATE INDEX streams_by_status ON streams (status, created_at DESC, id DESC) "
        "WHERE NOT deleted"
    )
    await db.execute(
        "CREATE INDEX streams_by_kernel ON streams (kernel_id, created_at DESC) "
        "WHERE kernel_id IS NOT NULL"
    )
    # What is there and is changed goes in anew, whoever changed it: an older version may have the
    # file open still.
    await db.execute(
        """
        CREATE TRIGGER streams_changed AFTER UPDATE OF title, tags, status, deleted ON streams
        WHEN old.doc IS NOT NULL AND (old.title IS NOT new.title OR old.tags IS NOT new.tags
          OR new.deleted OR old.whole AND new.status IN ('pending', 'streaming'))
        BEGIN
          UPDATE streams SET doc = NULL, whole = 0 WHERE id = new.id;
        END
        """
    )


MIGRATIONS: list[Migration] = [_streams_and_deltas, _http, _asked_again, _found_at_once]
