"""A bounded queue from a producer on any thread to a consumer on an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..errors import SourceFailed
from .wakes import wakes_of

# What waits between a source and its driver at most; an item that has room may be of any size.
_MOST_ITEMS, _MOST_BYTES = 256, 1024 * 1024
_FULL_PAUSE = 0.005


class Abandoned(Exception):
    """The consumer has gone; the producer should stop."""


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None


class Handoff:
    """Hands items over in order; a producer that is too fast waits.

    Made on the consumer's event loop, read there once with `async for`. What waited together goes
    through `join` before it is read.
    """

    def __init__(
        self,
        most_items: int = _MOST_ITEMS,
        most_bytes: int = _MOST_BYTES,
        join: Callable[[list[Any]], Iterable[Any]] = iter,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._wakes = wakes_of(self._loop)
        self._join = join
        self._items: list[Any] = []
        self._most_items, self._most_bytes = most_items, most_bytes
        # What was handed over and not read yet; the consumer may hold a part of it.
        self._count, self._bytes = 0, 0
        self._room = threading.Condition()
        self._ready = asyncio.Event()
        self.abandoned = False

    def put(self, item: Any, size: int = 0) -> None:
        """Hand an item of so many bytes over from a thread; blocks while there is no room.

        Raises:
            Abandoned: nobody will read it.
        """
        with self._room:
            if not self._has_room():
                self._room.wait_for(self._has_room)
            self._append(item, size)

    async def put_async(self, item: Any, size: int = 0) -> None:
        """Hand an item over from another event loop, which goes on while there is no room.

        Raises:
            Abandoned: nobody will read it.
        """
        while not self._has_room():  # noqa: ASYNC110
            # Another loop can't be woken by this one's consumer without a thread; while the queue
            # is full there is no hurry.
            await asyncio.sleep(_FULL_PAUSE)
        with self._room:
            self._append(item, size)

    def end(self, error: BaseException | None = None) -> None:
        """Say that nothing follows, and why if it is an error."""
        with self._room, suppress(Abandoned):
            self._append(_End(_harmless(error)), 0)

    def abandon(self) -> None:
        """Say, from the consumer's side, that nothing will be read any more."""
        with self._room:
            self.abandoned = True
            self._room.notify_all()

    async def __aiter__(self) -> AsyncIterator[Any]:
        while True:
            await self._ready.wait()
            self._ready.clear()
            with self._room:
                items, self._items = self._items, []
                size = self._bytes
            for item in self._join(items):
                if isinstance(item, _End):
                    if item.error is not None:
                        raise item.error
                    return
                yield item
            with self._room:
                self._count -= len(items)
                self._bytes -= size
                self._room.notify_all()

    def _has_room(self) -> bool:
        few = self._count < self._most_items and self._bytes < self._most_bytes
        return few or self.abandoned

    def _append(self, item: Any, size: int) -> None:
        if self.abandoned:
            raise Abandoned
        self._count += 1
        self._bytes += size
        self._items.append(item)
        if len(self._items) == 1:  # the consumer takes all that is there when it wakes
            try:
                self._wakes.set(self._ready, self._loop)
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
