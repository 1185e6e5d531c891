"""Ends the streams of drivers that are gone, and deletes those whose time is over."""

from __future__ import annotations

import asyncio
from logging import Logger

from ..errors import StoreError
from ..store import LeaseWatch, SqliteStore
from .census import KernelCensus
from .shelf import Shelf


class Sweeper:
    """Looks once whenever it is called; several servers may sweep the same store."""

    def __init__(self, shelf: Shelf, lease: float, census: KernelCensus, log: Logger) -> None:
        self._shelf = shelf
        self._lease = lease
        self._census = census
        self._log = log
        self._watch: LeaseWatch | None = None
        self._trouble = ""
        self._at_work = asyncio.Lock()

    async def sweep(self) -> None:
        """Mark as `timeout` what has lost its driver, and delete what has expired."""
        async with self._at_work:
            await self._sweep()

    async def rested(self) -> None:
        """Wait until no sweep is under way."""
        async with self._at_work:
            pass

    async def _sweep(self) -> None:
        if self._shelf.is_empty:
            return
        try:
            store = await self._shelf.store()
            chores = await store.resources.sweep()
            if chores.is_driven:
                await self._look(store)
            else:
                self._watch = None  # a server that is idle asks but once
            if chores.is_unread:
                await store.indexing.catch_up()
        except StoreError as error:
            if str(error) != self._trouble:  # said once, not every second
                self._log.warning("Streams can't be swept: %s", error)
            self._trouble = str(error)
        else:
            self._trouble = ""

    async def _look(self, store: SqliteStore) -> None:
        if self._watch is None:
            self._watch = LeaseWatch(store, self._lease)
        for stream_id in await self._watch.sweep(self._census.gone):
            self._log.info("Stream %s lost its driver and was ended as timeout.", stream_id)
