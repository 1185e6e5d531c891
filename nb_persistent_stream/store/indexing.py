"""Keeps the index of words up to date, step by step."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import partial

from ..errors import StoreError
from . import index
from .transactions import Transactions

# For how many seconds a search waits for the index.
_PATIENCE = 0.2


class Indexing:
    """Indexes what is to be found; nobody else uses its `transactions`, which read whole bodies."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._turn = asyncio.Lock()
        self._rest: asyncio.Task[None] | None = None

    async def catch_up(self, patience: float = _PATIENCE) -> bool:
        """Index what there is to do, and say whether a search finds all streams by the index.

        What takes longer than that is done in the background; so is all where nobody may write.
        """
        if not index.has_fts5():
            return False
        deadline = time.monotonic() + patience
        try:
            while self._at_rest and await self._step():
                if time.monotonic() > deadline:
                    self._rest = asyncio.create_task(self._work())
            async with self._turn:
                return await self._ask(index.IS_CURRENT)
        except StoreError:
            return False

    async def close(self) -> None:
        """Leave the rest to the next."""
        if self._rest is not None:
            self._rest.cancel()
            await asyncio.wait([self._rest])

    async def _step(self) -> bool:
        """One transaction's worth; says whether there may be more."""
        async with self._turn:
            if not await self._ask(index.TO_DO):
                return False
            found = await self._transactions.look(index.look)
            await self._transactions.run(partial(index.add, found=found))
            return True

    async def _ask(self, sql: str) -> bool:
        return await self._transactions.look(lambda db: bool(db.execute(sql).fetchone()[0]))

    @property
    def _at_rest(self) -> bool:
        return self._rest is None or self._rest.done()

    async def _work(self) -> None:
        """Do the rest, half of the time."""
        with suppress(StoreError):
            while True:
                began = time.monotonic()
                if not await self._step():
                    return
                await asyncio.sleep(time.monotonic() - began)
