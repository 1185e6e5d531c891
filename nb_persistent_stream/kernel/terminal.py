"""A stream in a terminal: its text, printed as it is stored; it may not command the terminal."""

from __future__ import annotations

import sys
from contextlib import aclosing, suppress

from ..errors import PersistentStreamError, StreamNotFound
from ..printable import printable
from ..protocol import StreamInfo, text_of
from ..store import StreamStore
from .interrupts import outcome
from .runtime import Runtime


class TerminalView:
    """Prints one stream."""

    def __init__(self, runtime: Runtime, store: StreamStore, stream_id: str) -> None:
        self._runtime = runtime
        self._store = store
        self._stream_id = stream_id

    def show(self) -> None:
        """Begin to print, from the start."""
        driven_here = self._stream_id in self._runtime.drivers
        start = self._runtime.attend if driven_here else self._runtime.submit
        self._printing = start(self._print())

    def finish(self, info: StreamInfo, text: str) -> None:
        """Wait until all is printed."""
        # The caller meets the stream's own error too; a terminal that can't be written is no reason
        # to lose the text.
        with suppress(PersistentStreamError, OSError, ValueError):
            outcome(self._printing)

    async def _print(self) -> None:
        ends_line = True
        last_line = ""
        try:
            async with aclosing(self._store.follow(self._stream_id)) as batches:
                async for batch in batches:
                    if text := printable(text_of(batch.deltas)):
                        ends_line = text.endswith("\n")
                        _write(text)
                    if batch.info and batch.info.error:
                        message = printable(batch.info.error["message"])
                        last_line = f"[{batch.info.status}] {message}\n"
        except StreamNotFound as error:
            last_line = f"[deleted] {error}\n"
        _write(("" if ends_line else "\n") + last_line)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
