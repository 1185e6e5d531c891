"""The anywidget: a channel between one stream in the kernel and its views in pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import anywidget
import traitlets

from ..config import STATIC_DIR
from ..errors import PersistentStreamError
from . import frontend

Message = dict[str, Any]


class StreamWidget(anywidget.AnyWidget):
    """Carries the messages of ARCHITECTURE.md's wire; its state is which stream it shows, and how.

    `role` is `driver` where the kernel sends unasked, `watcher` where the server is asked first;
    `reused` is whether the stream answers here in place of a new one; `remote` is whether it is
    kept by a server that may be another than the page's.
    """

    _esm = STATIC_DIR / "widget.js"
    has_server = True
    # Its place is the output's; a Layout would be a second comm for each stream, larger than this.
    layout = traitlets.Any(None, allow_none=True).tag(sync=True)
    stream_id = traitlets.Unicode().tag(sync=True)
    role = traitlets.Enum(("driver", "watcher")).tag(sync=True)
    reused = traitlets.Bool().tag(sync=True)
    remote = traitlets.Bool().tag(sync=True)

    def __init__(
        self,
        stream_id: str,
        role: str,
        attach: Callable[[int], None],
        cancel: Callable[[], None],
        *,
        reused: bool,
        remote: bool,
    ) -> None:
        super().__init__(stream_id=stream_id, role=role, reused=reused, remote=remote)
        self._attach = attach
        self._cancel = cancel
        self.heard = False  # whether a page has attached
        self.on_msg(self._receive)

    def _receive(self, _widget: object, message: Message, _buffers: object) -> None:
        kind = message.get("type")
        if kind == "attach":
            self.heard = True
            offset = message.get("offset")
            self._attach(offset if isinstance(offset, int) and offset > 0 else 0)
        elif kind == "cancel":
            self._cancel()
        elif kind == "viewer":
            self.send({"type": "viewer", "source": viewer_source()})


class InlineStreamWidget(StreamWidget):
    """The same with the viewer in it, for pages that could only ask the kernel for it.

    A kernel does not hear its page while a cell blocks it, though it can speak.
    """

    _esm = STATIC_DIR / "widget-inline.js"
    has_server = False


def stream_widget(
    stream_id: str,
    role: str,
    attach: Callable[[int], None],
    cancel: Callable[[], None],
    *,
    reused: bool,
    remote: bool,
) -> StreamWidget:
    """The widget that suits the page: a small one where the viewer can be fetched."""
    kind = StreamWidget if frontend.has_server() else InlineStreamWidget
    return kind(stream_id, role, attach, cancel, reused=reused, remote=remote)


@cache
def viewer_source() -> str:
    """The viewer module, for pages that can't fetch it from a server.

    Raises:
        PersistentStreamError: the front end was not built.
    """
    for path in STATIC_DIR.glob("viewer-*.js"):
        return path.read_text("utf-8")
    raise PersistentStreamError(
        "The viewer is missing from this installation. Install the wheel again, or run "
        "`make build` in a checkout."
    )
