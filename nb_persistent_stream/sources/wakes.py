"""One wake-up of an event loop for all the sources that have something for it."""

from __future__ import annotations

import asyncio
import threading
from weakref import WeakKeyDictionary

# To wake a loop costs more than to hand an item over. Where many sources speak at once the next
# wake-up waits until more of them have spoken: 31 ms for 64 of them, not at all for one.
_SOURCES_PER_SECOND = 2000


class Wakes:
    """Sets events of one loop, from any thread. See `wakes_of`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._due: list[asyncio.Event] = []
        self._is_coming = False

    def set(self, event: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
        """Set an event soon.

        Raises:
            RuntimeError: the loop is closed.
        """
        with self._lock:
            self._due.append(event)
            is_coming, self._is_coming = self._is_coming, True
        if not is_coming or loop.is_closed():
            loop.call_soon_threadsafe(self._set_due)

    def _set_due(self) -> None:
        with self._lock:
            due, self._due = self._due, []
            self._is_coming = len(due) > 1
        for event in due:
            event.set()
        if len(due) > 1:
            pause = (len(due) - 1) / _SOURCES_PER_SECOND
            asyncio.get_running_loop().call_later(pause, self._set_due)


_all: WeakKeyDictionary[asyncio.AbstractEventLoop, Wakes] = WeakKeyDictionary()
_lock = threading.Lock()


def wakes_of(loop: asyncio.AbstractEventLoop) -> Wakes:
    """The one that all share who wake a loop."""
    with _lock:
        return _all.setdefault(loop, Wakes())
