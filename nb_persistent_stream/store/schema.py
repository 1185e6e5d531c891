"""How a file comes to have the tables.

Each migration is one function and one transaction. A file that a newer version wrote is refused
and left untouched, and so is a database that is not ours.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

import aiosqlite

from ..errors import StoreCorrupt, StoreTooNew
from .journal import choose_journal
from .migrations import MIGRATIONS, Migration

# "nbps" in ASCII, in the file's header: https://sqlite.org/fileformat2.html#application_id
APPLICATION_ID = 0x6E627073

# How long, in seconds, another process's first opening is waited for, and how often it is tried.
_PATIENCE, _PAUSE = 5.0, 0.01


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
