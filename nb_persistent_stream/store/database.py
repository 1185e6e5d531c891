"""The file and its connections."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import aiosqlite

from ..config import Durability
from ..errors import StoreError, StoreUnavailable
from .faults import explain, explained
from .file import make_private
from .rows import cleaned
from .schema import prepare

# STRICT tables came with 3.37 (2021-11-27): https://sqlite.org/stricttables.html
_OLDEST_SQLITE = (3, 37, 0)
BUSY_TIMEOUT = 5.0


async def open_database(
    path: Path, durability: Durability
) -> tuple[aiosqlite.Connection, aiosqlite.Connection]:
    """A connection that writes and one that reads; see `SqliteStore.open`."""
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreError(
            f"This Python has SQLite {sqlite3.sqlite_version}; 3.37 or newer is needed. Use a "
            "newer Python, or one from python.org, conda-forge or uv."
        )
    with explained(path):
        make_private(path)
        writer = await _connect(path)
    try:
        with explained(path):
            await prepare(writer, path)
            await writer.execute(f"PRAGMA synchronous = {durability}")
            reader = await _connect(path)
    except BaseException:
        await writer.close()
        raise
    return writer, reader


async def query(db: aiosqlite.Connection, path: Path, sql: str, params: Any) -> list[sqlite3.Row]:
    """Run one statement, which is one transaction, and give back its rows.

    Raises:
        StoreError: the database refused.
    """
    try:
        return list(await db.execute_fetchall(sql, params))
    except UnicodeEncodeError:  # half a character in a title, an error's text, ...
        return await query(db, path, sql, cleaned(params))
    except sqlite3.Error as error:
        raise explain(error, path) from error
    except ValueError as error:
        raise StoreUnavailable(f"The store {path} is closed.") from error


async def _connect(path: Path) -> aiosqlite.Connection:
    connection = aiosqlite.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)
    db = await connection
    db.row_factory = sqlite3.Row
    await db.execute("PRAGMA foreign_keys = ON")
    return db
