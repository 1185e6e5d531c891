"""One poller, many cursors: how readers hear at once of what any process has committed.

A thread with a plain connection asks `PRAGMA data_version`, which costs microseconds and changes
when another connection has committed (https://sqlite.org/pragma.html#pragma_data_version). Then it
reads what is new of the followed streams, once for all their readers, and hands it to the event
loop. A reader holds only its offset: one that is slow falls out of the feed's window and reads
from the store, and never makes another wait.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ..errors import StoreUnavailable
from ..protocol import Delta, StreamInfo, after
from .contract import Batch
from .poller import News, Poller

_WINDOW_BYTES = 256 * 1024
# Of how many offsets what follows them is kept for the next reader who stands there.
_SHARED = 16

Read = Callable[[str, int], Awaitable[list[Delta]]]


class Feed:
    """What is known of one followed stream: its state, and its newest deltas."""

    def __init__(self) -> None:
        self.info: StreamInfo | None = None
        self.failure: Exception | None = None
        self.changed = asyncio.Event()
        self.readers = 0
        self._window: list[Delta] = []
        self._batches: dict[int, Batch] = {}

    def apply(self, news: News) -> None:
        """Take in what the poller found, and wake who waits."""
        info = news.info or self.info
        self.info = info and replace(info, length=news.length)
        self.failure = news.failure
        self._window = self._joined(news.deltas)
        self._batches.clear()
        # Each waiter holds the event it saw, so that no change falls between a look and a wait.
        self.changed.set()
        self.changed = asyncio.Event()

    def since(self, offset: int) -> Batch | None:
        """The deltas from an offset on, or None when the window does not hold them.

        All who stand there get the same batch.
        """
        batch = self._batches.get(offset)
        if batch is None and (deltas := self._rest(offset)):
            if len(self._batches) == _SHARED:  # readers that are slow, each on its own
                self._batches.clear()
            batch = self._batches[offset] = _batch(deltas, self.info)
        return batch

    def _rest(self, offset: int) -> tuple[Delta, ...]:
        if not self._window or not self._window[0].offset <= offset < self._window[-1].end:
            return ()
        index = bisect_right(self._window, offset, key=lambda delta: delta.offset) - 1
        return tuple(rest for delta in self._window[index:] if (rest := after(delta, offset)))

    def _joined(self, deltas: tuple[Delta, ...]) -> list[Delta]:
        """The window with what is new: gapless, and of bounded size."""
        window = self._window
        if window and deltas and window[-1].end != deltas[0].offset:
            window = []  # news for readers that have gone may still have come
        window += deltas
        if window and window[-1].end - window[0].offset > 2 * _WINDOW_BYTES:
            start = window[-1].end - _WINDOW_BYTES
            return window[bisect_right(window, start, key=lambda delta: delta.offset) :]
        return window


class Tail:
    """Follows streams for the event loop it was made in."""

    def __init__(self, path: Path, ready: Callable[[], Awaitable[None]], read: Read) -> None:
        self._ready = ready
        self._read = read
        self._loop = asyncio.get_running_loop()
        self._poller = Poller(path, self._from_poller)
        # By stream and by whether its body is wanted: a driver that waits for a stop must not
        # cost its own deltas again.
        self._feeds: dict[tuple[str, bool], Feed] = {}
        self._closed = False

    async def follow(self, stream_id: str, offset: int) -> AsyncGenerator[Batch, None]:
        """See `StreamStore.follow`."""
        told = -1
        await self._ready()
        with self._feed(stream_id, body=True) as feed:
            while True:
                changed, info = feed.changed, await _state(feed)
                if offset < info.length:
                    batch = feed.since(offset) or _batch(await self._read(stream_id, offset), info)
                    if batch.deltas:
                        offset = batch.deltas[-1].end
                        yield batch
                        continue
                if info.revision != told:
                    told = info.revision
                    yield Batch((), info, up_to_date=True)
                    if info.status.final:
                        return
                await changed.wait()

    async def states(self, stream_id: str) -> AsyncGenerator[StreamInfo, None]:
        """See `StreamStore.states`."""
        told = -1
        await self._ready()
        with self._feed(stream_id, body=False) as feed:
            while True:
                changed, info = feed.changed, await _state(feed)
                if info.revision != told:
                    told = info.revision
                    yield info
                    if info.status.final:
                        return
                await changed.wait()

    def close(self) -> None:
        """Stop the poller, and end every reader with an error."""
        self._closed = True
        self._poller.close()
        for feed in self._feeds.values():
            feed.apply(News("", failure=StoreUnavailable("The store was closed.")))

    @contextmanager
    def _feed(self, stream_id: str, *, body: bool) -> Iterator[Feed]:
        if self._closed:
            raise StoreUnavailable("The store was closed.")
        key = (stream_id, body)
        feed = self._feeds.get(key)
        if feed is None or feed.failure is not None:
            feed = self._feeds[key] = Feed()
            self._poller.follow(stream_id, body=body)
        feed.readers += 1
        try:
            yield feed
        finally:
            feed.readers -= 1
            if not feed.readers and self._feeds.get(key) is feed:
                del self._feeds[key]
                self._poller.forget(stream_id, body=body)

    def _from_poller(self, news: list[News]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody reads any more
            self._loop.call_soon_threadsafe(self._apply, news)

    def _apply(self, news: list[News]) -> None:
        for item in news:
            feed = self._feeds.get((item.stream_id, item.body))
            # What the poller said last may come after the close: that is what stands.
            if feed is not None and not self._closed:
                feed.apply(item)


def _batch(deltas: Sequence[Delta], info: StreamInfo | None) -> Batch:
    is_all = bool(deltas) and info is not None and deltas[-1].end >= info.length
    return Batch(tuple(deltas), up_to_date=is_all)


async def _state(feed: Feed) -> StreamInfo:
    """A feed's state, waited for the first time.

    Raises:
        StoreError, StreamNotFound: what the poller met.
    """
    while feed.info is None and feed.failure is None:
        await feed.changed.wait()
    if feed.failure is not None:
        raise feed.failure
    assert feed.info is not None  # noqa: S101  (told to the type checker)
    return feed.info
