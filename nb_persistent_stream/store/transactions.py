"""Changes that take more than one statement: each is a function, and one transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from ..config import Durability
from ..errors import StoreUnavailable
from .faults import explained
from .file import uri

T = TypeVar("T")

# How long, in seconds, another connection that writes is waited for.
BUSY_TIMEOUT = 5.0


class Transactions:
    """Runs functions with a connection of their own, one after the other, on one thread.

    SQLite's write lock keeps them apart from what any other connection writes.
    """

    def __init__(self, path: Path, durability: Durability) -> None:
        self._path = path
        self._durability = durability
        self._thread = ThreadPoolExecutor(1, "nb-persistent-stream-transactions")
        self._db: sqlite3.Connection | None = None

    async def run(self, act: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function; what it did is durable on return, and undone if it raises.

        Raises:
            StoreError: the database refused.
        """
        loop = asyncio.get_running_loop()
        try:
            running = loop.run_in_executor(self._thread, self._run, act)
        except RuntimeError as error:  # the thread takes no more
            raise StoreUnavailable(f"The store {self._path} is closed.") from error
        return await running

    async def disconnect(self) -> None:
        """Let go of the file, until something is to be run again."""
        with suppress(RuntimeError):
            await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)

    def close(self) -> None:
        """End the thread; a second time does no harm."""
        self._thread.shutdown()

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
        db = sqlite3.connect(uri(self._path), uri=True, timeout=BUSY_TIMEOUT, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(f"PRAGMA synchronous = {self._durability}")
        if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            db.execute("PRAGMA journal_mode = TRUNCATE")  # each connection's own; see `journal`
        return db

    def _disconnect(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
