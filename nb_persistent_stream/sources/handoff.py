"""A bounded queue from a producer on any thread to a consumer on an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..errors import SourceFailed

_LIMIT = 256
_FULL_PAUSE = 0.005


class Abandoned(Exception):
    """The consumer has gone; the producer should stop."""


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None


class Handoff:
    """Hands items over in order; a producer that is too fast waits.

    Made on the consumer's event loop, read there once with `async for`.
    """

    def __init__(self, limit: int = _LIMIT) -> None:
        self._loop = asyncio.get_running_loop()
        self._items: deque[Any] = deque()
        self._room = threading.Semaphore(limit)
        self._ready = asyncio.Event()
        self.abandoned = False

    def put(self, item: Any) -> None:
        """Hand an item over from a thread; blocks while there is no room.

        Raises:
            Abandoned: nobody will read it.
        """
        self._room.acquire()
        self._append(item)

    async def put_async(self, item: Any) -> None:
        """Hand an item over from another event loop, which goes on while there is no room.

        Raises:
            Abandoned: nobody will read it.
        """
        while not self._room.acquire(blocking=False):  # noqa: ASYNC110
            # Another loop can't be woken by this one's consumer without a thread; while the queue
            # is full there is no hurry.
            await asyncio.sleep(_FULL_PAUSE)
        self._append(item)

    def end(self, error: BaseException | None = None) -> None:
        """Say that nothing follows, and why if it is an error."""
        self._items.append(_End(_harmless(error)))
        with suppress(Abandoned):
            self._wake()

    def abandon(self) -> None:
        """Say, from the consumer's side, that nothing will be read any more."""
        self.abandoned = True
        self._room.release()

    async def __aiter__(self) -> AsyncIterator[Any]:
        while True:
            await self._ready.wait()
            self._ready.clear()
            while self._items:
                item = self._items.popleft()
                if isinstance(item, _End):
                    if item.error is not None:
                        raise item.error
                    return
                self._room.release()
                yield item

    def _append(self, item: Any) -> None:
        if self.abandoned:
            self._room.release()
            raise Abandoned
        self._items.append(item)
        self._wake()

    def _wake(self) -> None:
        if not self._ready.is_set():
            try:
                self._loop.call_soon_threadsafe(self._ready.set)
            except RuntimeError:  # the consumer's loop is closed
                raise Abandoned from None


def _harmless(error: BaseException | None) -> Exception | None:
    """An error that a consumer can raise: an exit or a cancellation would end more than it."""
    if error is None or isinstance(error, Exception):
        return error
    how = "was cancelled" if isinstance(error, asyncio.CancelledError) else f"raised {error!r}"
    failure = SourceFailed(
        f"The source {how} before it had said everything; the event loop or the program that it "
        "ran in may have ended. Keep that running until the stream has ended."
    )
    failure.__cause__ = error
    return failure
