"""A stored stream in a cell that does not drive it."""

from __future__ import annotations

import time
from concurrent.futures import Future
from contextlib import aclosing

from ..errors import PersistentStreamError, StreamNotFound
from ..protocol import StreamInfo
from ..store import StreamStore
from ..wire import error_message, state_message
from .display import Output, renew_here
from .pace import repeat, send, sending
from .runtime import Runtime
from .stored import end_of, whole
from .widget import stream_widget


class WatcherView:
    """Its page follows through the server; where it can't, this kernel follows and feeds it."""

    def __init__(
        self, runtime: Runtime, store: StreamStore, stream_id: str, *, reused: bool = False
    ) -> None:
        self._runtime = runtime
        self._store = store
        self._stream_id = stream_id
        self._feeding: Future[None] | None = None
        self._fed = 0
        self.widget = stream_widget(
            stream_id,
            "watcher",
            self._attach,
            self._cancel,
            reused=reused,
            remote=store.is_remote,
        )
        runtime.submit(repeat(self.widget, self._begin))

    def show(self) -> None:
        """Show the stream in the cell that runs now, and its final text when it has ended."""
        output = Output(self.widget)
        output.show(*self._runtime.call(whole(self._store, self._stream_id)))
        self._runtime.submit(self._renew_at_end(output))

    def finish(self, info: StreamInfo, text: str) -> None:
        """Put the final text into all outputs, said by the cell that runs now."""
        renew_here(info, text)

    async def _renew_at_end(self, output: Output) -> None:
        with self._runtime.following():
            try:
                await end_of(self._store, self._stream_id)
                output.renew(*await whole(self._store, self._stream_id))
            except PersistentStreamError:
                return  # the page says what is wrong; the snapshot stays as it is

    async def _begin(self) -> None:
        self._attach(0)

    def _attach(self, offset: int) -> None:
        """Feed all pages of this widget, from the lowest offset that one of them stands at."""
        if self._feeding is not None and not self._feeding.done():
            self._feeding.cancel()
            offset = min(offset, self._fed)
        self._feeding = self._runtime.submit(self._feed(offset))

    async def _feed(self, offset: int) -> None:
        self._fed = offset
        with sending():
            try:
                async with aclosing(self._store.follow(self._stream_id, offset)) as batches:
                    async for batch in batches:
                        if batch.deltas:
                            self._fed = batch.deltas[-1].end
                            await send(self.widget, batch.deltas)
                        if batch.info:
                            self.widget.send(state_message(batch.info, time.time()))
            except PersistentStreamError as error:
                type_ = "not-found" if isinstance(error, StreamNotFound) else "unavailable"
                self.widget.send(error_message(type_, str(error)))

    def _cancel(self) -> None:
        self._runtime.submit(self._store.request_cancel(self._stream_id))
