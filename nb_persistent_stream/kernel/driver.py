"""One stream being produced: from its source to its body, its viewers and its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Protocol

from ..chunking import ChunkBy
from ..errors import (
    PersistentStreamError,
    StoreError,
    StoreUnavailable,
    StreamDeleted,
    StreamEnded,
    StreamFailed,
    StreamFenced,
    StreamNotFound,
)
from ..protocol import ErrorRecord, Piece, Report, Status, StreamInfo
from ..sources import Source
from ..store import Lease, StreamStore
from .body import Body
from .endings import ending
from .fit import check_fit
from .limits import NO_LIMITS, Limits, limited
from .runtime import Runtime
from .writer import Writer, persist

# How long, in seconds, a source may take to stop when it is told to.
_SOURCE_PATIENCE = 2.0
# And before the store is asked again that could not be read.
_STORE_PAUSE = 1.0


class Observer(Protocol):
    """Somebody in this process who is shown the stream as it is said, before it is stored."""

    def said(self) -> None:
        """The body has grown."""

    def changed(self) -> None:
        """The state has changed; after the end nothing follows."""


class Driver:
    """Produces one stream. Made and used on the runtime's loop; its body may be read anywhere."""

    def __init__(
        self,
        runtime: Runtime,
        store: StreamStore,
        lease: Lease,
        info: StreamInfo,
        chunk_by: ChunkBy,
        max_delay: float,
    ) -> None:
        self.info = info
        self.body = Body()
        self.notice: str | None = None
        self.failure: BaseException | None = None
        self.ended = asyncio.Event()
        self.observers: list[Observer] = []
        self._runtime = runtime
        self.store = store
        self._lease = lease
        self._writer = Writer(store, lease, chunk_by, max_delay, self._set_notice)
        self._source: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._watch = asyncio.create_task(self._watch_store())
        runtime.enter(self)

    @property
    def stream_id(self) -> str:
        """The id of the stream."""
        return self.info.id

    @property
    def has_source(self) -> bool:
        """Whether the stream ends by itself, when its source does."""
        return self._source is not None

    def begin(self, source: Source, limits: Limits = NO_LIMITS) -> None:
        """Let a source speak, within limits; the stream ends when it does."""
        if self._ending is None:
            self._source = asyncio.create_task(self._drive(source, limits))

    async def write(self, piece: Piece) -> None:
        """Add a piece to the body; waits only when the store is far behind.

        Raises:
            StreamEnded: the stream has ended.
            StoreError: the store failed for good.
        """
        if self._ending is None:
            try:
                await self._say(piece)
            except StreamFenced as error:
                await self.end(Status.ERROR, error)
            else:
                return
        await self.ended.wait()
        raise ending(self.info, self.body.text()) or StreamEnded(
            self.stream_id, self.body.text(), "The stream was closed; nothing more can be said."
        )

    async def _say(self, piece: Piece) -> None:
        if self.info.status is Status.PENDING:
            await self._start()
        delta = self.body.append(piece)
        if delta is not None:
            if delta.offset == 0:
                self.info = replace(self.info, first_delta_at=time.time())
            for observer in self.observers:
                observer.said()
            await self._writer.put(Piece(delta.text, delta.kind, delta.meta))

    def report(self, report: Report) -> None:
        """Take in what the provider says about the answer."""
        merged = self.info.report.merge(report)
        if merged != self.info.report:
            self._set_info(replace(self.info, report=merged))

    async def end(self, status: Status, failure: BaseException | None = None) -> None:
        """End the stream and flush its tail; the first end counts, others wait for it."""
        if self._ending is None:
            by_source = asyncio.current_task() is self._source
            self._ending = asyncio.create_task(self._end(status, failure, by_source=by_source))
        await asyncio.shield(self._ending)

    async def cancel(self) -> None:
        """Stop the source and end as `cancelled`."""
        await self.end(Status.CANCELLED)

    async def vanish(self, why: str) -> None:
        """End as `timeout`, as the process does when it is shut down."""
        await self.end(Status.TIMEOUT, StreamFailed(self.stream_id, self.body.text(), why))

    async def look_up_labels(self) -> None:
        """Take in what the stream was renamed to after its end: nobody tells its driver then."""
        with suppress(PersistentStreamError):
            self._take_labels(await self.store.info(self.stream_id))

    def _take_labels(self, stored: StreamInfo) -> None:
        if (stored.title, stored.tags) != (self.info.title, self.info.tags):
            self._set_info(replace(self.info, title=stored.title, tags=stored.tags))

    async def _start(self) -> None:
        await persist(lambda: self.store.start(self._lease), self._set_notice)
        self._set_info(replace(self.info, status=Status.STREAMING, started_at=time.time()))

    async def _drive(self, source: Source, limits: Limits) -> None:
        try:
            await self._start()
            async with aclosing(source.open()) as events:
                await self._take(limited(events, limits))
            if source.schema is not None:
                await asyncio.to_thread(check_fit, self.info, self.body, source.schema)
        except asyncio.CancelledError:
            # Whoever stops the source ends the stream; a source may also raise this by itself.
            if self._ending is None:
                await self.end(Status.CANCELLED)
        except Exception as error:
            await self.end(Status.ERROR, error)
        else:
            await self.end(Status.DONE)

    async def _take(self, events: AsyncIterator[Piece | Report]) -> None:
        async for event in events:
            if isinstance(event, Piece):
                await self.write(event)
            else:
                self.report(event)

    async def _watch_store(self) -> None:
        """Hear of a new title; stop when somebody asks for it, or ends or deletes the stream."""
        with suppress(StoreError):  # the writer meets it too, and reports it
            try:
                while True:
                    with suppress(StoreUnavailable):
                        async with aclosing(self.store.states(self.stream_id)) as states:
                            async for info in states:
                                await self._obey(info)
                    await asyncio.sleep(_STORE_PAUSE)
            except StreamFenced as error:
                await self.end(Status.ERROR, error)
            except StreamNotFound:
                await self.end(Status.ERROR, StreamDeleted(self.stream_id))

    async def _obey(self, info: StreamInfo) -> None:
        if info.status.final or info.epoch != self._lease.epoch:
            raise StreamFenced(self.stream_id)
        self._take_labels(info)
        if info.cancel_requested:
            self._set_info(replace(self.info, cancel_requested=True))
            await self.cancel()

    async def _end(self, status: Status, failure: BaseException | None, *, by_source: bool) -> None:
        if self._source is not None and not by_source:
            self._source.cancel()
            await asyncio.wait([self._source], timeout=_SOURCE_PATIENCE)
        error = _error_record(failure) if failure else None
        try:
            for tail in self.body.close():
                await self._writer.put(Piece(tail.text, tail.kind, tail.meta))
            await self._writer.close()
            await persist(
                lambda: self.store.finish(self._lease, status, self.info.report, error),
                self._set_notice,
            )
        except PersistentStreamError as trouble:
            failure = failure or trouble
            self.info = await self._as_stored(trouble)
        else:
            self.info = replace(self.info, status=status, finished_at=time.time(), error=error)
        self.failure = failure
        self._runtime.leave(self)
        self._watch.cancel()
        self._tell()
        self.ended.set()

    async def _as_stored(self, trouble: PersistentStreamError) -> StreamInfo:
        """How the stream ended when this driver could not end it."""
        with suppress(PersistentStreamError):
            stored = await self.store.info(self.stream_id)
            if stored.status.final:
                return stored
        return replace(
            self.info, status=Status.ERROR, finished_at=time.time(), error=_error_record(trouble)
        )

    def _set_notice(self, notice: str | None) -> None:
        if notice != self.notice:
            self.notice = notice
            self._tell()

    def _set_info(self, info: StreamInfo) -> None:
        self.info = info
        self._tell()

    def _tell(self) -> None:
        for observer in self.observers:
            observer.changed()


def _error_record(failure: BaseException) -> ErrorRecord:
    return {"type": type(failure).__name__, "message": str(failure) or repr(failure)}
