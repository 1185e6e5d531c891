"""The end of an SDK's stream of which a part is not read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any


@asynccontextmanager
async def ended(items: Any) -> AsyncIterator[Any]:
    """An SDK's stream for the length of a block, whose generators all end with the block.

    The SDKs close the connection only: their generators, which refer to each other, would wait for
    Python's garbage collection, and that may end one on another thread while it runs here.
    """
    async with items:
        try:
            yield items
        finally:
            await items.close()
            # What is read from a connection that is closed fails, in all of them.
            with suppress(Exception):
                async for _ in items:
                    pass
