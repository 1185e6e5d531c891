"""How a stream is shown where the caller is: in a page, in a terminal, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..protocol import StreamInfo
from ..store import StreamStore
from . import frontend
from .driver import Driver
from .runtime import Runtime

if TYPE_CHECKING:
    from .driver_view import DriverView
    from .watcher_view import WatcherView


class View(Protocol):
    """A stream in a cell or in a terminal."""

    def show(self) -> None:
        """Show it where the caller is."""

    def finish(self, info: StreamInfo, text: str) -> None:
        """Bring it up to date at the end, for who waits for it now."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be shown; `driver` is there where this kernel drives it."""

    runtime: Runtime
    store: StreamStore
    stream_id: str
    driver: Driver | None
    reused: bool


def view_of(shown: Shown) -> View | None:
    """The view that suits this process; None in a script."""
    if frontend.in_kernel():
        return widget_view_of(shown)
    if frontend.in_terminal():
        from .terminal import TerminalView  # noqa: PLC0415

        return TerminalView(shown.runtime, shown.store, shown.stream_id)
    return None


def widget_view_of(shown: Shown) -> DriverView | WatcherView:
    """The view in a page."""
    # Imported when used: a script needs no widgets.
    if shown.driver is not None:
        from .driver_view import DriverView  # noqa: PLC0415

        return DriverView(shown.runtime, shown.driver, reused=shown.reused)
    from .watcher_view import WatcherView  # noqa: PLC0415

    return WatcherView(shown.runtime, shown.store, shown.stream_id, reused=shown.reused)
