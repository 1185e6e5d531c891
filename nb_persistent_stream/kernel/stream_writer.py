"""The handle of a stream that a program writes by hand."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any

from ..errors import InvalidInput, StoreError, StreamCancelled, StreamFenced
from ..protocol import TEXT, Piece, Status
from .driver import Driver
from .handle import Stream


class StreamWriter(Stream):
    """A stream without a model: this process writes it, by hand.

    As a context manager it is closed at the block's end, and failed by the block's exception.
    """

    _driver: Driver

    def write(self, text: str, *, kind: str = TEXT, meta: dict[str, Any] | None = None) -> None:
        """Say more; the stream starts with the first call.

        Raises:
            InvalidInput: this is not text.
            StreamEnded: the stream has ended (`StreamCancelled` if somebody stopped it).
        """
        if not isinstance(text, str):
            raise InvalidInput(
                f"write() takes text, not {type(text).__name__}. Convert it first, for example "
                "with str(...)."
            )
        self._runtime.call(self._driver.write(Piece(text, kind, meta)))

    def close(self) -> None:
        """End the stream as done, if it has not ended; it is whole in the store on return.

        Raises:
            StreamFailed: it could not be stored; `.text` holds what was said.
        """
        self._end_as(Status.DONE)
        if isinstance(self._driver.failure, (StoreError, StreamFenced)):
            self._outcome(self.info, self.text)

    def fail(self, error: BaseException | str) -> None:
        """End the stream as failed; the error's text is stored with it."""
        failure = RuntimeError(error) if isinstance(error, str) else error
        self._end_as(Status.ERROR, failure)

    def _end_as(self, status: Status, failure: BaseException | None = None) -> None:
        self._runtime.call(self._driver.end(status, failure))
        if self._view is not None:
            self._view.finish(self.info, self.text)

    def __enter__(self) -> StreamWriter:
        return self

    def __exit__(
        self,
        type_: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        elif isinstance(error, (KeyboardInterrupt, asyncio.CancelledError, StreamCancelled)):
            self.cancel()
        else:
            self.fail(error)

    async def __aenter__(self) -> StreamWriter:
        return self

    async def __aexit__(self, *exc: Any) -> None:
        self.__exit__(*exc)
