"""From pieces to durable deltas: chunks and commits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from ..chunking import ChunkBy, Chunker, merge
from ..protocol import Delta, Said, place, size
from .marks import Mark, Marks

Append = Callable[[Sequence[Delta]], Awaitable[None]]

# A source is not read further ahead of the store than this, in bytes.
_MOST_UNSAVED = 4 * 1024 * 1024
# So many that wait become one: each takes some 180 bytes beside its text, which may be of six.
_MANY = 256


class Writer:
    """Gives one stream's pieces to `append`, in order, from the loop it was made in.

    Text waits for a boundary, but not longer than `max_delay` seconds. What has queued while an
    append ran goes into the next one. What is written already ends at `offset`, in bytes.
    """

    def __init__(
        self, append: Append, chunk_by: ChunkBy, max_delay: float, offset: int = 0
    ) -> None:
        self._append = append
        self._chunker = Chunker(chunk_by)
        self._max_delay = max_delay
        self._ready: list[Said] = []
        self._loose = 0  # of these, the last ones, which were not merged yet
        self._offset = offset
        self._marks = Marks()
        self._unsaved = 0
        self._loop = asyncio.get_running_loop()
        self._due = 0.0  # when what waits for a boundary has waited long enough
        self._timer: asyncio.TimerHandle | None = None
        self._wake = asyncio.Event()
        self._saved = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._run())

    async def put(self, said: Said, mark: int | None = None) -> None:
        """Take in what is said, and the provider's number of it; waits when too much is unsaved.

        Raises:
            StreamFenced, StoreError: earlier text could not be written.
        """
        self._check()
        self._unsaved += size(said.text)
        if mark is not None:
            self._marks.add(Mark(mark, self._offset + self._unsaved))
        begins_to_wait = not self._chunker.waiting
        ready = self._chunker.push(said)
        if ready or begins_to_wait:
            self._due = self._loop.time() + self._max_delay
        self._queue(ready)
        if self._unsaved > _MOST_UNSAVED:
            self._flush()  # else it would wait for a boundary that may never come
        while self._unsaved > _MOST_UNSAVED:
            self._saved.clear()
            await self._saved.wait()
            self._check()

    async def close(self) -> None:
        """Write what is left, boundary or not.

        Raises:
            StreamFenced, StoreError: it could not be written.
        """
        self._closing = True
        self._flush()
        self._wake.set()
        await self.ended()

    async def ended(self) -> None:
        """Wait until nothing more will be written.

        Raises:
            StreamFenced, StoreError: because something could not be.
        """
        await asyncio.wait([self._task])
        self._check()

    def _queue(self, ready: list[Said]) -> None:
        if ready:
            self._ready += ready
            self._loose += len(ready)
            if self._loose >= _MANY:
                self._ready[-self._loose :] = merge(self._ready[-self._loose :])
                self._loose = 0
            self._wake.set()
        if self._chunker.waiting and self._timer is None:
            self._timer = self._loop.call_at(self._due, self._look)

    def _flush(self) -> None:
        self._queue(self._chunker.flush())

    def _look(self) -> None:
        """One timer serves all waits: when it fires, the present one may have begun later."""
        self._timer = None
        if self._loop.time() < self._due:
            self._queue([])
        else:
            self._flush()

    def _check(self) -> None:
        """Raise what ended the task, if anything did."""
        if self._task.done():
            self._task.result()

    async def _run(self) -> None:
        try:
            while not (self._closing and not self._ready):
                await self._wake.wait()
                self._wake.clear()
                while self._ready:
                    ready, self._ready, self._loose = merge(self._ready), [], 0
                    await self._write(ready)
        finally:
            if self._timer is not None:
                self._timer.cancel()
            self._saved.set()

    async def _write(self, pieces: list[Said]) -> None:
        deltas = self._marks.put_on(list(place(pieces, self._offset)))
        await self._append(deltas)
        self._unsaved -= deltas[-1].end - self._offset
        self._offset = deltas[-1].end
        self._saved.set()
