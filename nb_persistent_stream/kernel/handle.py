"""What a person holds: a stream's handle."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import Any

from ..labels import check_tags, check_title
from ..protocol import Delta, StreamInfo
from ..sources import Schema
from ..store import StreamStore
from . import frontend
from .answer import Answer
from .driver import Driver
from .endings import ending
from .interrupts import heard
from .runtime import Runtime
from .stored import end_of, whole
from .views import Shown, View, view_of, widget_view_of


class Stream(Answer):
    """A stream, driven by this kernel or stored: live values, from any cell.

    Await it, or call `result()`, for the whole text; iterate over it (`async for`) to follow it.

    Attributes:
        id: the stream's id, by which `get()` and `watch()` find it anywhere.
        reused: whether it was there before, and answers in place of a new one.
    """

    def __init__(
        self,
        runtime: Runtime,
        store: StreamStore,
        stream_id: str,
        driver: Driver | None = None,
        schema: Schema | None = None,
        *,
        reused: bool = False,
    ) -> None:
        self.id = stream_id
        self.reused = reused
        self._runtime = runtime
        self._store = store
        self._driver = driver
        self._schema = schema
        self._view: View | None = None
        self._widget: object | None = None
        self._shown_in: str | None = None

    @property
    def info(self) -> StreamInfo:
        """All that is known of the stream but its body: provenance, times, usage, and so on."""
        if self._driver is not None:
            return replace(self._driver.info, length=self._driver.body.end)
        return self._stored()

    @property
    def title(self) -> str | None:
        """What stands above the text and in lists; set it, also long after the end.

        It is read from the store, as `tags` are: whoever may write the stream can change both.
        """
        return self._stored().title

    @title.setter
    def title(self, title: str | None) -> None:
        title = check_title(title) or ""
        self._runtime.call(self._store.label(self.id, title=title))

    @property
    def tags(self) -> tuple[str, ...]:
        """The words to find the stream by; set them, also long after the end."""
        return self._stored().tags

    @tags.setter
    def tags(self, tags: Iterable[str]) -> None:
        self._runtime.call(self._store.label(self.id, tags=check_tags(tags)))

    @property
    def status(self) -> str:
        """`pending`, `streaming`, `done`, `error`, `cancelled` or `timeout`."""
        return self.info.status.value

    @property
    def error(self) -> str | None:
        """Why the stream ended early, in a sentence; None while it lives or when it is done."""
        error = self.info.error
        return error["message"] if error else None

    def __await__(self) -> Generator[Any, None, str]:
        return self._finished().__await__()

    def __aiter__(self) -> AsyncIterator[Delta]:
        return self.follow()

    def result(self, timeout: float | None = None) -> str:
        """Wait for the end and return the whole text.

        Raises:
            StreamFailed, StreamCancelled: it ended otherwise; `.text` holds what was said.
            TimeoutError: it still streams after `timeout` seconds, and goes on.
        """
        try:
            info, text = self._wait(timeout)
        except concurrent.futures.TimeoutError:
            raise TimeoutError(
                f"The stream {self.id} still streams after {timeout} s; it goes on. Wait longer, "
                "or stop it with cancel()."
            ) from None
        return self._outcome(info, text)

    async def follow(self, offset: int = 0) -> AsyncIterator[Delta]:
        """The deltas from an offset (bytes), as they are stored, to the end; leaving stops nothing.

        Raises:
            StreamFailed, StreamCancelled: it ended so, after its last delta.
        """
        batches = self._runtime.bridge_each(self._store.follow(self.id, offset))
        async with aclosing(batches):
            while batch := await self._awaited(anext(batches, None)):
                for delta in batch.deltas:
                    yield delta
        self._outcome(*await self._awaited(self._runtime.bridge(self._end())))

    def cancel(self) -> None:
        """Stop the stream, wherever it is driven and whoever follows it; what was said is kept."""
        if self._driver is not None:
            self._runtime.call(self._driver.cancel())
        else:
            self._runtime.call(self._store.request_cancel(self.id))

    def reply(self, prompt: str | Sequence[Mapping[str, Any]], /, **changes: Any) -> Stream:
        """Answer back, in a new stream: the messages so far, this answer, then the prompt.

        Waits for this stream's end. `changes` are arguments of `stream()` that shall differ from
        what this one was asked with; None takes an option away.

        Raises:
            InvalidInput: this one had no prompt, or has said nothing.
        """
        from .conversation import reply  # noqa: PLC0415  (it makes handles)

        return reply(*self._wait(), prompt, self._formed(changes))

    def retry(self, **changes: Any) -> Stream:
        """Ask the same once more, in a new stream; `changes` as with `reply()`.

        Raises:
            InvalidInput: this one had no prompt.
        """
        from .conversation import retry  # noqa: PLC0415

        return retry(self.info, self._formed(changes))

    def resume(self, **secrets: Any) -> Stream:
        """Take up an answer that broke off, in this cell: one of OpenAI with `background=True`.

        Where another kernel is faster, its stream is followed. `secrets` are the arguments that
        were not stored, such as `api_key`.

        Raises:
            InvalidInput: it can't be, or need not be, taken up; the message says what to do.
        """
        from .conversation import resume  # noqa: PLC0415

        return resume(self.info, self._formed(secrets))

    def show(self) -> None:
        """Show the stream in the cell that runs now, or print it to the terminal."""
        self._shown_in = frontend.cell().execution
        if self._view is None:
            self._view = view_of(self._shown())
        if self._view is not None:
            self._view.show()

    def _ipython_display_(self) -> None:
        execution = frontend.cell().execution
        if execution is None or execution != self._shown_in:
            self.show()

    def _display_(self) -> object:
        """What marimo shows where this handle is a cell's value: it has its own way to a page."""
        if self._widget is None:
            self._widget = widget_view_of(self._shown()).widget
        return self._widget

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} {self.status}>"

    def _stored(self) -> StreamInfo:
        return self._runtime.call(self._store.info(self.id))

    def _shown(self) -> Shown:
        return Shown(self._runtime, self._store, self.id, self._driver, reused=self.reused)

    async def _finished(self) -> str:
        return self._outcome(*await self._awaited(self._runtime.bridge(self._end())))

    async def _awaited(self, step: Awaitable[Any]) -> Any:
        with self._waiting():
            return await step

    def _wait(self, timeout: float | None = None) -> tuple[StreamInfo, str]:
        with self._waiting(), heard():
            return self._runtime.call(self._end(), timeout)

    async def _end(self) -> tuple[StreamInfo, str]:
        """Wait for the end, on the runtime's loop."""
        if self._driver is not None:
            await self._driver.ended.wait()
            return self._driver.info, self._driver.body.text()
        with self._runtime.following():
            await end_of(self._store, self.id)
        return await whole(self._store, self.id)

    def _outcome(self, info: StreamInfo, text: str) -> str:
        if self._view is not None:
            self._view.finish(info, text)
        error = ending(info, text)
        if error is not None:
            raise error from (self._driver.failure if self._driver else None)
        return text

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """A wait that, broken off, stops what this handle began; any other stream goes on."""
        try:
            yield
        except (KeyboardInterrupt, asyncio.CancelledError):
            if self._driver is not None and not self.reused:
                self._runtime.submit(self._driver.cancel())
            raise

    def _formed(self, changes: dict[str, Any]) -> dict[str, Any]:
        """With the form that this handle began with: what is stored of it is JSON alone."""
        return {"schema": self._schema, **changes} if self._schema else changes
