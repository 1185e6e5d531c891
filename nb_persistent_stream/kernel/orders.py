"""What is asked of a driver from outside: it stands in the store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress

from ..errors import StoreError, StreamFenced, StreamNotFound
from ..protocol import StreamInfo
from ..store import StreamStore
from .keeper import Keeper

# How long, in seconds, before a store is asked again that could not be read.
_PAUSE = 1.0


async def obey(
    store: StreamStore,
    keeper: Keeper,
    stream_id: str,
    hear: Callable[[StreamInfo], Awaitable[None]],
) -> None:
    """Tell each state of the stream that is stored to `hear`; goes on until it is cancelled.

    Raises:
        StreamFenced: the stream was ended or deleted, or another driver took it.
    """
    while True:
        with suppress(StoreError):  # the writer meets it too, and reports it
            try:
                async with aclosing(store.states(stream_id)) as states:
                    async for info in states:
                        if info.status.final or info.epoch != keeper.lease.epoch:
                            raise StreamFenced(stream_id)
                        await hear(info)
            except StreamNotFound:
                # Somebody deleted it, or the file that had it.
                await keeper.write(store.check)
        await asyncio.sleep(_PAUSE)
