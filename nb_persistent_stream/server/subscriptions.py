"""The subscriptions of one live socket: a task for each, by the number that the page gave it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from .crowd import Crowd

# More than any page has views; a page that asks for more is broken.
_MOST = 1000
# More than any page shows at once; each of them searches the store whenever it changes.
_MOST_LISTS = 20


class Subscriptions:
    """Starts and stops them, within the bounds of one socket and of the server."""

    def __init__(self, all_: Crowd) -> None:
        self._all = all_
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._lists: set[int] = set()

    def hindrance(self, *, is_list: bool) -> str | None:
        """Why there can't be another; None when there can."""
        if len(self._tasks) >= _MOST:
            return f"One socket takes {_MOST} subscriptions. End some of them."
        if is_list and len(self._lists) >= _MOST_LISTS:
            return f"One socket takes {_MOST_LISTS} lists. End some of them."
        return self._all.message if self._all.full else None

    def start(self, sub: int, serving: Coroutine[None, None, None], *, is_list: bool) -> None:
        """Serve a subscription until it ends or is stopped."""
        task = self._tasks[sub] = asyncio.create_task(serving)
        if is_list:
            self._lists.add(sub)
        self._all.enter()
        task.add_done_callback(lambda task: self._ended(sub, task))

    def stop(self, sub: int) -> None:
        """End one, if it is there."""
        task = self._tasks.pop(sub, None)
        self._lists.discard(sub)
        if task is not None:
            task.cancel()

    def stop_all(self) -> None:
        """End each of them."""
        for sub in list(self._tasks):
            self.stop(sub)

    def _ended(self, sub: int, task: asyncio.Task[None]) -> None:
        self._all.leave()
        if self._tasks.get(sub) is task:
            del self._tasks[sub]
            self._lists.discard(sub)
