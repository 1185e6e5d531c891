"""A cell's output: one bundle for a live page, for a re-opened one, and for programs that convert.

There is no HTML in it, nor in its Markdown: a body is hostile text. There is
a widget in it only while the stream lives: whoever can't render our own type would prefer it to
Markdown too, and show an error where its kernel is gone.
"""

from __future__ import annotations

import contextvars
import uuid
from typing import Any

from ..config import MIME_TYPE
from ..protocol import StreamInfo
from . import frontend
from .inert import inert
from .widget import StreamWidget

_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_UNFINISHED = (
    "*The answer was still being written when this notebook was saved. Open it in Jupyter with "
    "nb_persistent_stream to see it whole (stream `{id}`).*"
)


class Output:
    """One output in one cell, shown once and brought up to date at the stream's end."""

    def __init__(self, widget: StreamWidget) -> None:
        _outputs.setdefault(widget.stream_id, []).append(self)
        self.widget = widget
        self._display_id = uuid.uuid4().hex
        self._current: set[str | None] = set()
        # The display machinery finds the cell in the context, on whatever thread it is called.
        self._context = contextvars.copy_context()
        self._execution = frontend.cell().execution

    def show(self, info: StreamInfo, text: str) -> None:
        """Show the stream in the cell that runs now."""
        self._publish(info, text, update=False)

    def renew(self, info: StreamInfo, text: str) -> None:
        """Put the final text where the output was shown, from any thread."""
        if self._execution not in self._current:
            self._current.add(self._execution)
            self._context.run(self._publish, info, text, update=True)

    def renew_here(self, info: StreamInfo, text: str) -> None:
        """The same, said by the cell that runs now."""
        execution = frontend.cell().execution
        if execution not in self._current:
            self._current.add(execution)
            self._publish(info, text, update=True)

    def _publish(self, info: StreamInfo, text: str, *, update: bool) -> None:
        from IPython.display import publish_display_data  # noqa: PLC0415  (a kernel has it)

        publish_display_data(  # type: ignore[no-untyped-call]
            bundle(info, text, self.widget),
            transient={"display_id": self._display_id},
            update=update,
        )


# All outputs of this kernel, by their streams.
_outputs: dict[str, list[Output]] = {}


def renew_here(info: StreamInfo, text: str) -> None:
    """Put a stream's final text into all its outputs, said by the cell that runs now.

    A program that executes notebooks takes outputs only from the cell that it waits for.
    """
    for output in _outputs.get(info.id, ()):
        output.renew_here(info, text)


def bundle(info: StreamInfo, text: str, widget: StreamWidget) -> dict[str, Any]:
    """The output's MIME bundle: never a URL, a token or HTML."""
    model, words = {"model_id": widget.model_id}, snapshot(info, text)
    reused = {"reused": True} if widget.reused else {}
    view = {_WIDGET_VIEW: {"version_major": 2, "version_minor": 0, **model}}
    return {
        MIME_TYPE: {"stream_id": info.id, **model, **reused},
        **({} if info.status.final else view),
        "text/markdown": inert(words),
        "text/plain": words,
    }


def snapshot(info: StreamInfo, text: str) -> str:
    """What stands in the file: the body, and why there is not more of it, or none."""
    if not info.status.final:
        unfinished = _UNFINISHED.format(id=info.id)
        return f"{text}\n\n{unfinished}" if text else unfinished
    if text:
        return text
    return info.error["message"] if info.error else f"*The stream is empty ({info.status}).*"
