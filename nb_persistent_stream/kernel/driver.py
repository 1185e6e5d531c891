"""One stream being produced: from its source to its body, its viewers and its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace

from ..chunking import ChunkBy
from ..errors import (
    PersistentStreamError,
    SourceFailed,
    StreamEnded,
    StreamFailed,
    StreamFenced,
)
from ..protocol import Delta, Piece, Report, Status, StreamInfo
from ..sources import Background, Source
from ..store import Lease, StreamStore
from .background import events_of, let_go
from .body import Body
from .endings import ending, error_record
from .fit import check_fit
from .keeper import Keeper
from .limits import NO_LIMITS, Limits, limited
from .observer import Observer
from .orders import obey
from .runtime import Runtime
from .stored import ended_as
from .writer import Writer

# How long, in seconds, a source may take to stop when it is told to.
_SOURCE_PATIENCE = 2.0


class Driver:
    """Produces one stream. Made and used on the runtime's loop; its body may be read anywhere.

    `said` is the body of a stream that was begun elsewhere.
    """

    def __init__(
        self,
        runtime: Runtime,
        store: StreamStore,
        lease: Lease,
        info: StreamInfo,
        chunk_by: ChunkBy,
        max_delay: float,
        said: Sequence[Delta] = (),
    ) -> None:
        self.info = info
        self.body = Body(said)
        self.notice: str | None = None
        self.failure: BaseException | None = None
        self.ended = asyncio.Event()
        self.observers: list[Observer] = []
        self._runtime = runtime
        self.store = store
        self._keeper = Keeper(store, lease, self.body, lambda: self.info, self._set_notice)
        self._writer = Writer(self._keeper.append, chunk_by, max_delay, self.body.end)
        self._source: asyncio.Task[None] | None = None
        self._background: Background | None = None
        self._ending: asyncio.Task[None] | None = None
        self._watches = [
            asyncio.create_task(self._watch(watched))
            for watched in (
                obey(store, self._keeper, info.id, self._heed),
                self._writer.ended(),
            )
        ]
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
            self._background = source.background
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
            await self._writer.put(delta, piece.mark if self.body.is_settled else None)

    def report(self, report: Report) -> None:
        """Take in what the provider says about the answer."""
        merged = self.info.report.merge(report)
        if merged != self.info.report:
            self._set_info(replace(self.info, report=merged))

    async def end(self, status: Status, failure: BaseException | None = None) -> None:
        """End the stream and flush its tail; the first end counts, others wait for it.

        While the store is out of reach this waits a while: the status says how long.
        """
        self._keeper.hurry(status)
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
        await self._keeper.write(self.store.start)
        began = self.info.started_at or time.time()  # one that is taken up has begun before
        self._set_info(replace(self.info, status=Status.STREAMING, started_at=began))

    async def _drive(self, source: Source, limits: Limits) -> None:
        try:
            await self._start()
            async with aclosing(events_of(source, lambda: self.info, self.body)) as events:
                await self._take(limited(events, limits, self.body.end))
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
                await self._hear(event)

    async def _hear(self, report: Report) -> None:
        """Take in a report; an answer is taken up by its id, so that is stored at once."""
        is_known = self.info.report.response_id is not None
        self.report(report)
        if self._background and report.response_id and not is_known:
            so_far = self.info.report
            await self._keeper.write(lambda lease: self.store.report(lease, so_far))

    async def _watch(self, watched: Awaitable[None]) -> None:
        """End when nothing more can be written: at once, not when the source speaks again."""
        try:
            await watched
        except Exception as error:
            await self.end(Status.ERROR, error)

    async def _heed(self, stored: StreamInfo) -> None:
        """Take in what others did to the stream in the store: a new title, or a wish to stop."""
        self._take_labels(stored)
        if stored.cancel_requested:
            self._set_info(replace(self.info, cancel_requested=True))
            await self.cancel()

    async def _end(self, status: Status, failure: BaseException | None, *, by_source: bool) -> None:
        if self._source is not None and not by_source:
            self._source.cancel()
            await asyncio.wait([self._source], timeout=_SOURCE_PATIENCE)
        untold = await let_go(self._background, self.info, status, failure)
        error = error_record(failure or untold)
        # What waits may still become whole where the answer is taken up.
        tails = [] if self._background and status is not Status.DONE else self.body.close()
        try:
            for tail in tails:
                await self._writer.put(tail)
            await self._writer.close()
            await self._keeper.write(
                lambda lease: self.store.finish(lease, status, self.info.report, error)
            )
        except Exception as trouble:
            failure = failure or trouble
            self.info = await ended_as(self.store, self.info, trouble)
        else:
            self.info = replace(self.info, status=status, finished_at=time.time(), error=error)
        # A provider's failure says all: our own frames would only hide it in a cell.
        if isinstance(failure, SourceFailed):
            failure = failure.with_traceback(None)
        self.failure = failure
        self._runtime.leave(self)
        for watch in self._watches:
            watch.cancel()
        self._tell()
        self.ended.set()

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
