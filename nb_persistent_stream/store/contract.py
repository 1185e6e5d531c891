"""What every store promises. `tests/store/test_contract.py` holds each one to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

import msgspec

from ..protocol import Delta, ErrorRecord, Report, Status, StreamInfo
from ..wire import deltas_message
from .driving import Lease, NewStream, Opened
from .listing import Page, Query, Window


@dataclass(frozen=True)
class Batch:
    """What a follower hears at a time: new deltas, or a new state.

    `up_to_date` is whether all that is known to be stored has been given out with it. Followers who
    stand at one offset hear the same batch.
    """

    deltas: tuple[Delta, ...]
    info: StreamInfo | None = None
    up_to_date: bool = False

    @cached_property
    def message(self) -> bytes:
        """The deltas as a message of the wire, encoded once for all who hear it."""
        return msgspec.json.encode(deltas_message(self.deltas))


class StreamStore(Protocol):
    """Streams, kept. Every change is a compare-and-set: the database settles each race.

    Any method may raise `StoreUnavailable` or `StoreCorrupt`; nothing is half done then. Where a
    lease is not valid any more, the `StreamFenced` is a `StreamDeleted` if the stream is gone.
    Where the file that gave the lease is gone, it is a `StoreReplaced` (see `restore`).

    A driver whose answer was lost on its way can't know what has come of its call. So the same call
    by the same driver again is harmless, and answered as the first one was.

    `is_remote` is whether a server keeps the streams, which ends those of vanished drivers itself,
    and which the page of a notebook may not know.
    """

    is_remote: ClassVar[bool]

    async def create(self, new: NewStream) -> Lease:
        """Make a pending stream and lease it to its driver.

        Raises:
            InvalidInput: its id is no stream id.
            StreamFenced: there is a stream of this id already.
        """
        ...

    async def create_or_find(self, new: NewStream, *, same_cell: bool = False) -> Opened:
        """Make a stream as `create` does, unless one of its key is there: find that one.

        That is one that is done, or live, or whose answer its provider goes on with though the
        driver lost it (`queries.GOES_ON`). The newest is found that nobody has asked to stop; with
        `same_cell`, the newest of the same notebook's cell, where both are known. Of all who ask at
        once, one makes a stream and the others find it.
        """
        ...

    async def claim(self, stream_id: str, driver: str, epoch: int) -> Lease:
        """Take over a driver's stream whose epoch was seen to be `epoch`; fences the old one out.

        One that timed out or failed is live again then, and nobody has asked it to stop.

        Raises:
            StreamNotFound: there is no such stream.
            StreamFenced: it is done or was stopped, or somebody else was faster.
        """
        ...

    async def start(self, lease: Lease) -> None:
        """Go from pending to streaming.

        Raises:
            StreamFenced: the lease is not valid any more.
        """
        ...

    async def report(self, lease: Lease, report: Report) -> None:
        """Keep what the provider has said about the answer so far, in place of what was kept.

        Raises:
            StreamFenced: the lease is not valid any more.
        """
        ...

    async def append(self, lease: Lease, deltas: Sequence[Delta]) -> None:
        """Add deltas to the end of the body, all or none; they are durable on return.

        Raises:
            StreamFenced: the lease is not valid any more, or the body's end is elsewhere.
        """
        ...

    async def finish(
        self, lease: Lease, status: Status, report: Report, error: ErrorRecord | None = None
    ) -> None:
        """End the stream with a final status.

        Raises:
            StreamFenced: the lease is not valid any more.
        """
        ...

    async def check(self, lease: Lease) -> None:
        """See that a lease is valid.

        Raises:
            StreamFenced: it is not any more.
        """
        ...

    async def restore(
        self, lease: Lease, info: StreamInfo, deltas: Sequence[Delta], key: str | None = None
    ) -> Lease:
        """Put a live stream into the file that took the place of its own; gives its lease there.

        Args:
            lease: the lease that the other file gave.
            info: the stream's state.
            deltas: its body from the beginning; the part of it that is there is left as it is.
            key: see `NewStream`.

        Raises:
            StreamFenced: the stream is there, and has ended or has another driver.
        """
        ...

    async def beat(self, driver: str) -> None:
        """Say that a driver lives, for all its streams at once."""
        ...

    async def expire(self, seen: StreamInfo, message: str) -> bool:
        """End a stream as `timeout` if its driver has not moved since it was seen so."""
        ...

    async def request_cancel(self, stream_id: str) -> StreamInfo:
        """Ask a stream's driver to stop; a stream that has ended is left as it is.

        Raises:
            StreamNotFound: there is no such stream.
        """
        ...

    async def label(
        self, stream_id: str, *, title: str | None = None, tags: Sequence[str] | None = None
    ) -> StreamInfo:
        """Give a stream another title, other tags, or both, in any status; empty for none at all.

        What is None stays as it is.

        Raises:
            StreamNotFound: there is no such stream.
        """
        ...

    async def delete(self, stream_id: str) -> None:
        """Forget a stream and its body, in any status; fences its driver out.

        Raises:
            StreamNotFound: there is no such stream.
        """
        ...

    async def place(self, stream_ids: Sequence[str]) -> None:
        """Note that a saved notebook holds these streams' outputs; unknown ids do no harm."""
        ...

    async def info(self, stream_id: str) -> StreamInfo:
        """All that is known of a stream but its body.

        Raises:
            StreamNotFound: there is no such stream.
        """
        ...

    async def find(self, query: Query) -> Page:
        """A page of streams, newest first.

        However long a question is, `prompt` and `system` are 200 characters at most in any list:
        the beginning of what the user said last, and of the system's word.

        Raises:
            InvalidInput: the query's `search` is too long, or its `after` is no `next` of a page.
        """
        ...

    async def window(self, query: Query, first: int, count: int) -> Window:
        """The streams at the places from `first` on in a list, `count` or `MAX_PAGE` at most.

        The query's `limit` has no say in it. Raises what `find` does.
        """
        ...

    def windows(self, query: Query, first: int, count: int) -> AsyncGenerator[Window, None]:
        """The same now and after each change of it, twice a second at most, for ever.

        A growing body is a change, a beat is none. Raises what `find` does.
        """
        ...

    async def live(self) -> list[StreamInfo]:
        """Every stream that has not ended."""
        ...

    async def read(self, stream_id: str, offset: int = 0) -> list[Delta]:
        """The body from an offset on, about 128 KiB at most; empty at its end.

        The first delta is cut if the offset lies within it.
        """
        ...

    def follow(self, stream_id: str, offset: int = 0) -> AsyncGenerator[Batch, None]:
        """The body from an offset on, then live, until the stream has ended and all was said.

        A batch with a state comes when all that was said before it has been given out: the first
        one, and after each change. The last one has a final status.

        Raises:
            StreamNotFound: there is no such stream, or it was deleted meanwhile.
        """
        ...

    def states(self, stream_id: str) -> AsyncGenerator[StreamInfo, None]:
        """A stream's state now and after each change, without its body, until it has ended.

        Raises:
            StreamNotFound: there is no such stream, or it was deleted meanwhile.
        """
        ...

    async def close(self) -> None:
        """Let go of the file; what was appended before is safe."""
        ...
