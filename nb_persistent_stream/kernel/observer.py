"""Who is shown a stream as it is said."""

from __future__ import annotations

from typing import Protocol


class Observer(Protocol):
    """Somebody in this process who is shown the stream as it is said, before it is stored."""

    def said(self) -> None:
        """The body has grown."""

    def changed(self) -> None:
        """The state has changed; after the end nothing follows."""
