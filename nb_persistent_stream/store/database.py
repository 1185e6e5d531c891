"""The database as it stands at its path: opened, and opened anew when another took its place."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from ..config import Durability
from ..errors import StoreError, StoreUnavailable
from .faults import explain, explained
from .file import FileId, clear_after, file_id, make_file, uri
from .private import close_to_others
from .rows import cleaned
from .schema import prepare
from .transactions import BUSY_TIMEOUT, Transactions

# STRICT tables came with 3.37 (2021-11-27): https://sqlite.org/stricttables.html
_OLDEST_SQLITE = (3, 37, 0)

# Where only the log was deleted, SQLite begins another when nobody has the old one any more. Those
# who look for news see that it is gone and let go within this time, in seconds.
_POLLERS = 0.2

# For how many seconds the index of words waits to be written; a search waits with it.
_PATIENCE = 0.2

T = TypeVar("T")


class Database:
    """One connection that writes and one that reads, each on its thread; and what has its own.

    Lists and the index read much at a time, and nobody else is to wait for them.
    """

    writer: aiosqlite.Connection
    reader: aiosqlite.Connection

    def __init__(self, path: Path, durability: Durability) -> None:
        self.path = path
        self.files = -1  # how many there have been before this one
        self._file: FileId | None = None  # while it is open, no other can have its number
        self._durability = durability
        self._transactions = Transactions(path, self.ready, durability)
        self.lists = Transactions(path, self.ready, durability)
        # The index is made anew of what is durable, so it need not be so at once.
        self.indexing = Transactions(path, self.ready, "normal", _PATIENCE)
        self._all = (self._transactions, self.lists, self.indexing)
        self._opening = asyncio.Lock()
        self._closed = False

    @classmethod
    async def open(cls, path: Path, durability: Durability) -> Database:
        """Open the file, and make it if it is not there; see `SqliteStore.open`."""
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise StoreError(
                f"This Python has SQLite {sqlite3.sqlite_version}; 3.37 or newer is needed. Use a "
                "newer Python, or one from python.org, conda-forge or uv."
            )
        with explained(path):
            # Never again: where a folder vanishes later, its disk is not mounted any more.
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = cls(path, durability)
        try:
            await database.ready()
        except BaseException:  # who waited for it has gone, and it opens nevertheless
            await database.close()
            raise
        return database

    async def ready(self) -> None:
        """Open what stands at the path, unless that is what is open.

        Raises:
            StoreError: it can't be used; a later call tries again.
        """
        if self._closed or self._file == file_id(self.path):
            return
        # Who asks may be cancelled, but a connection must not be left between open and closed.
        await asyncio.shield(asyncio.ensure_future(self._reopen()))

    async def write(self, sql: str, params: Any = ()) -> list[sqlite3.Row]:
        """Run one statement that changes something, which is one transaction; gives its rows.

        Raises:
            StoreError: the database refused.
        """
        await self.ready()
        return await self._query(self.writer, sql, params)

    async def read(self, sql: str, params: Any = ()) -> list[sqlite3.Row]:
        """Run one statement that changes nothing; gives its rows.

        Raises:
            StoreError: the database refused.
        """
        await self.ready()
        return await self._query(self.reader, sql, params)

    async def browse(self, sql: str, params: Any = ()) -> list[sqlite3.Row]:
        """As `read`, for what may take long: it is broken off where its caller is cancelled."""
        return await self.lists.look(lambda db: db.execute(sql, cleaned(params)).fetchall())

    async def version(self) -> tuple[int, int]:
        """What is another as soon as another connection has committed, or another file has come.

        It costs microseconds: https://sqlite.org/pragma.html#pragma_data_version
        """
        ((number,),) = await self.browse("PRAGMA data_version")
        return self.files, number

    async def run(self, act: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function as one transaction.

        Raises:
            StoreError: the database refused.
        """
        return await self._transactions.run(act)

    async def close(self) -> None:
        """Let go of the file for good."""
        async with self._opening:
            self._closed = True
            for each in self._all:
                each.interrupt()
            await self._let_go()
            for each in self._all:
                each.close()

    async def _reopen(self) -> None:
        async with self._opening:
            if not self._closed and self._file != file_id(self.path):
                gone = self._file
                with explained(self.path):
                    if gone is not None and self.path.exists():
                        clear_after(self.path, gone)
                    await self._let_go()
                    if gone is not None and gone[:2] == file_id(self.path)[:2]:
                        await asyncio.sleep(_POLLERS)
                    self.writer, self.reader = await _open(self.path, self._durability)
                self._file = file_id(self.path)
                self.files += 1

    async def _let_go(self) -> None:
        if self._file is not None:
            self._file = None
            for each in self._all:
                await each.disconnect()
            with suppress(sqlite3.Error):
                await self.reader.close()
                await self.writer.close()

    async def _query(self, db: aiosqlite.Connection, sql: str, params: Any) -> list[sqlite3.Row]:
        try:
            return list(await db.execute_fetchall(sql, params))
        except UnicodeEncodeError:  # half a character in a title, an error's text, ...
            return await self._query(db, sql, cleaned(params))
        except sqlite3.Error as error:
            raise explain(error, self.path) from error
        except ValueError as error:
            raise StoreUnavailable(f"The store {self.path} is closed.") from error


async def _open(
    path: Path, durability: Durability
) -> tuple[aiosqlite.Connection, aiosqlite.Connection]:
    make_file(path)
    close_to_others(path)
    async with AsyncExitStack() as otherwise:
        writer = await _connect(path, otherwise)
        await prepare(writer, path)
        await writer.execute(f"PRAGMA synchronous = {durability}")
        reader = await _connect(path, otherwise)
        otherwise.pop_all()
    return writer, reader


async def _connect(path: Path, otherwise: AsyncExitStack) -> aiosqlite.Connection:
    connection = aiosqlite.connect(uri(path), uri=True, timeout=BUSY_TIMEOUT, isolation_level=None)
    db = await otherwise.enter_async_context(connection)
    db.row_factory = sqlite3.Row
    await db.execute("PRAGMA foreign_keys = ON")
    return db
