"""Changes that take more than one statement: each is a function, and one transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from ..config import Durability
from ..errors import StoreError
from .database import BUSY_TIMEOUT
from .faults import explained

T = TypeVar("T")
_INTERRUPT_PAUSE = 0.05


class Transactions:
    """Runs functions with a connection of their own, one after the other, on one thread.

    They wait `patience` seconds for SQLite's write lock, which keeps them apart from what any other
    connection writes.
    """

    def __init__(self, path: Path, durability: Durability, patience: float = BUSY_TIMEOUT) -> None:
        self._path = path
        self._patience = patience
        self._durability = durability
        self._thread = ThreadPoolExecutor(1, "nb-persistent-stream-transactions")
        self._db: sqlite3.Connection | None = None

    async def run(self, act: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function; what it did is durable on return, and undone if it raises.

        Raises:
            StoreError: the database refused.
        """
        return await self._start(partial(self._run, act))

    async def look(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function that only reads. It is interrupted where its caller is cancelled.

        Raises:
            StoreError: the database refused.
        """
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
        """Break off the statement that is being run."""
        with suppress(sqlite3.ProgrammingError):  # it has been closed meanwhile
            if self._db is not None:
                self._db.interrupt()

    def close(self) -> None:
        """Let go of the file; a second time does no harm."""
        with suppress(RuntimeError):
            self._thread.submit(self._disconnect)
        self._thread.shutdown()

    def _start(self, act: Callable[[], T]) -> asyncio.Future[T]:
        try:
            return asyncio.get_running_loop().run_in_executor(self._thread, act)
        except RuntimeError as error:  # the thread takes no more
            raise StoreError(f"The store {self._path} is closed.") from error

    def _look(self, read: Callable[[sqlite3.Connection], T]) -> T:
        with explained(self._path):
            db = self._db = self._db or self._connect()
            return read(db)

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
            self._path,
            timeout=self._patience,
            isolation_level=None,
            check_same_thread=False,  # it is interrupted from another
        )
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(f"PRAGMA synchronous = {self._durability}")
        return db

    def _disconnect(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
