"""A stream read part by part: what is there, and then what comes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass

from ...errors import InvalidInput
from ...protocol import Delta
from ...store import Batch, Resource, SqliteStore
from .messages import last_record, record
from .positions import Position


@dataclass(frozen=True, slots=True)
class Part:
    """What a reader gets at a time: messages or bytes, and where it stands after them."""

    messages: tuple[bytes, ...]
    position: Position
    up_to_date: bool
    closed: bool


class Reader:
    """Reads one stream.

    Args:
        store: where it is kept.
        resource: the stream, as it was a moment ago.
        whole: whether a character that is only begun is left out until it is whole, or the end.
    """

    def __init__(self, store: SqliteStore, resource: Resource, *, whole: bool = False) -> None:
        self._store = store
        self._id = resource.info.id
        # As it was at the last read.
        self.resource = resource
        self._whole = whole

    @property
    def end(self) -> Position:
        """The end, as far as it was known at the last read."""
        resource = self.resource
        if resource.closed:
            return Position(resource.length, 0 if resource.own else 1)
        return Position(resource.info.length if self._whole else resource.length)

    async def page(self, start: Position) -> Part:
        """What is there from a position on, about 128 KiB at most.

        Raises:
            InvalidInput: the position is beyond the end, or within a message.
            StreamNotFound: the stream was deleted.
        """
        while True:
            deltas = await self._store.resources.read(self._id, start.offset)
            messages = self._cut(deltas, start.offset)
            at = max(start, Position(deltas[-1].end)) if deltas else start
            # The state is read last: where it is no longer than the deltas, they are all there is.
            self.resource = await self._store.resources.get(self._id)
            if messages or at.offset >= self.resource.info.length:
                break
        if start.offset > self.resource.length:
            raise InvalidInput(
                f"The offset {start} is beyond the stream's end, {self.end}. Read on from an "
                "offset that this stream gave."
            )
        return self._with_end(messages, at)

    async def follow(self, start: Position) -> AsyncGenerator[Part, None]:
        """What is there from a position on, then what comes, until the end.

        A part that is up to date comes first of all, or after what is there. Raises what `page`
        does.
        """
        part = await self.page(start)
        yield part
        while not part.up_to_date:
            part = await self.page(part.position)
            yield part
        if part.closed:
            return
        known = min(part.position.offset, self.resource.info.length)
        async with aclosing(self._store.follow(self._id, known)) as batches:
            async for batch in batches:
                part = await self._next(batch, part.position)
                if part.messages or part.closed:
                    yield part

    async def touch(self) -> None:
        """Let the stream know that it is read."""
        await self._store.resources.get(self._id, touch=True)

    async def _next(self, batch: Batch, at: Position) -> Part:
        messages = self._cut(batch.deltas, at.offset)
        if batch.deltas:
            at = max(at, Position(batch.deltas[-1].end))
        if batch.info is None:
            return Part(messages, at, batch.up_to_date, closed=False)
        self.resource = await self._store.resources.get(self._id)
        if self.resource.info.length > at.offset:  # the deltas that it tells of come next
            return Part(messages, at, up_to_date=False, closed=False)
        return self._with_end(messages, at)

    def _with_end(self, messages: tuple[bytes, ...], at: Position) -> Part:
        """The part, with what follows the last delta if that is where it ends."""
        resource = self.resource
        rest = at.offset - resource.info.length
        if rest < 0:
            return Part(messages, at, up_to_date=False, closed=False)
        tail = b"" if self._whole and not resource.closed else resource.tail[rest:]
        if tail:
            messages, at = (*messages, tail), Position(at.offset + len(tail))
        if resource.closed and not resource.own and not at.records:
            messages, at = (*messages, last_record(resource)), Position(at.offset, 1)
        return Part(messages, at, up_to_date=True, closed=resource.closed)

    def _cut(self, deltas: Iterable[Delta], offset: int) -> tuple[bytes, ...]:
        """Deltas as messages or bytes, from an offset on."""
        news = [delta for delta in deltas if delta.end > offset]
        if not self.resource.is_json:
            return tuple(delta.raw[max(0, offset - delta.offset) :] for delta in news)
        if news and news[0].offset < offset:
            raise InvalidInput(
                f"The offset {Position(offset)} lies within a message. Read on from an offset that "
                "this stream gave."
            )
        return tuple(record(delta) for delta in news)
