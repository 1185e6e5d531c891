"""The store of this server, opened when it is first needed."""

from __future__ import annotations

import asyncio

from ..config import Config
from ..store import SqliteStore

# Where the handlers find it in the web application's settings.
SHELF = "nb_persistent_stream_shelf"


class Shelf:
    """Opens one store, once; a store that can't be opened is tried again by the next who asks."""

    def __init__(self, config: Config) -> None:
        self._file = config.file
        self._durability = config.durability
        self._store: SqliteStore | None = None
        self._opening = asyncio.Lock()

    @property
    def is_empty(self) -> bool:
        """Whether there is no store yet: no stream was ever started."""
        return self._store is None and not self._file.exists()

    async def store(self) -> SqliteStore:
        """The store.

        Raises:
            StoreError: it can't be opened.
        """
        async with self._opening:
            if self._store is None:
                self._store = await SqliteStore.open(self._file, self._durability)
            return self._store

    async def close(self) -> None:
        """Let go of it."""
        async with self._opening:
            if self._store is not None:
                await self._store.close()
                self._store = None
