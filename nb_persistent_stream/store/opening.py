"""Opens the store that the settings name."""

from __future__ import annotations

from ..config import Config, ServerUrl
from .contract import StreamStore
from .sqlite import SqliteStore


async def open_store(config: Config) -> StreamStore:
    """A store: in a file, or kept by a server.

    Raises:
        StoreError: it can't be opened; the message says why.
    """
    if isinstance(config.store, ServerUrl):
        from .remote import RemoteStore  # noqa: PLC0415  (a file needs no HTTP)

        return await RemoteStore.open(config.store)
    return await SqliteStore.open(config.store, config.durability)
