"""Functions that take more than one statement, each run by a connection as one transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from ..config import Durability
from ..errors import StoreUnavailable
from .excerpts import teach_excerpts
from .faults import explained
from .file import uri

T = TypeVar("T")

# How long, in seconds, another connection that writes is waited for.
BUSY_TIMEOUT = 5.0

_INTERRUPT_PAUSE = 0.05


class Transactions:
    """Runs functions with a connection of their own, one after the other, on one thread.

    `ready` is asked before each. They wait `patience` seconds for SQLite's write lock, which keeps
    them apart from what any other connection writes.
    """

    def __init__(
        self,
        path: Path,
        ready: Callable[[], Awaitable[None]],
        durability: Durability,
        patience: float = BUSY_TIMEOUT,
    ) -> None:
        self._path = path
        self._ready = ready
        self._durability = durability
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, "nb-persistent-stream-transactions")
        self._db: sqlite3.Connection | None = None
        self._looking = False

    async def run(self, act: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function; what it did is durable on return, and undone if it raises.

        Raises:
            StoreError: the database refused.
        """
        await self._ready()
        return await self._start(partial(self._run, act))

    async def look(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function that only reads. It is broken off where its caller is cancelled.

        Raises:
            StoreError: the database refused.
        """
        await self._ready()
        reading = self._start(partial(self._look, read))
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            # More than once, for what has not begun can't be interrupted.
            while not reading.done():
                self.interrupt()
                await asyncio.wait([reading], timeout=_INTERRUPT_PAUSE)
            reading.exception()  # asked for, or asyncio would speak of it
            raise

    def interrupt(self) -> None:
        """Break off a look that is under way."""
        db = self._db
        if self._looking and db is not None:
            with suppress(sqlite3.ProgrammingError):  # it has been closed meanwhile
                db.interrupt()

    async def disconnect(self) -> None:
        """Let go of the file, until something is to be run again."""
        with suppress(RuntimeError):
            await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)

    def close(self) -> None:
        """Let go of the file and end the thread; a second time does no harm."""
        with suppress(RuntimeError):
            self._thread.submit(self._disconnect)  # who came since the last one connected again
        self._thread.shutdown()

    def _start(self, act: Callable[[], T]) -> asyncio.Future[T]:
        try:
            return asyncio.get_running_loop().run_in_executor(self._thread, act)
        except RuntimeError as error:  # the thread takes no more
            raise StoreUnavailable(f"The store {self._path} is closed.") from error

    def _look(self, read: Callable[[sqlite3.Connection], T]) -> T:
        with explained(self._path):
            db = self._db = self._db or self._connect()
            self._looking = True
            try:
                return read(db)
            finally:
                self._looking = False

    def _run(self, act: Callable[[sqlite3.Connection], T]) -> T:
        with explained(self._path):
            db = self._db = self._db or self._connect()
            db.execute("BEGIN IMMEDIATE")
            try:
                result = act(db)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            return result

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            uri(self._path), uri=True, timeout=self._patience, isolation_level=None
        )
        db.row_factory = sqlite3.Row
        teach_excerpts(db)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute(f"PRAGMA synchronous = {self._durability}")
        if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            db.execute("PRAGMA journal_mode = TRUNCATE")  # each connection's own; see `journal`
        return db

    def _disconnect(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
