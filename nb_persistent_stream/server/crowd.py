"""How many there may be of a thing at once, so that a runaway leaves the server standing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tornado import web

# Where the handlers find the server's crowds in the web application's settings.
CONNECTIONS = "nb_persistent_stream_connections"
SUBSCRIPTIONS = "nb_persistent_stream_subscriptions"


class Crowd:
    """Counts what is there; `what` names it in the plural."""

    def __init__(self, most: int, what: str) -> None:
        self._most = most
        self._what = what
        self._count = 0

    @property
    def full(self) -> bool:
        """Whether there is no place left."""
        return self._count >= self._most

    @property
    def message(self) -> str:
        """Why there is no place, and what to do."""
        return f"This server has {self._most} {self._what} and takes no more. Close some of them."

    def enter(self) -> None:
        """Take a place."""
        self._count += 1

    def leave(self) -> None:
        """Give it back."""
        self._count -= 1

    def check(self) -> None:
        """See that there is a place.

        Raises:
            HTTPError: there is none.
        """
        if self.full:
            raise web.HTTPError(429, self.message)

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for the time of a block; raises what `check` does."""
        self.check()
        self.enter()
        try:
            yield
        finally:
            self.leave()
