"""The queue before the disk: what is appended while a commit runs goes into the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..protocol import Delta, size
from .driving import Lease
from .rows import dump

# Well under SQLite's limit of 32,766 parameters: https://sqlite.org/limits.html
ROWS_PER_COMMIT = 1000
# An append costs its driver and the disk more than its text does. Where many streams write at once
# a commit waits until it has more of each: 21 ms from one to the next for 64 streams, none for one.
_APPENDS_PER_SECOND = 3000


@dataclass(slots=True)
class Append:
    """Deltas of one stream, and whether its lease allowed them once that is known."""

    lease: Lease
    deltas: Sequence[Delta]
    done: asyncio.Future[bool]


Insert = Callable[[Sequence[Append]], Awaitable[set[str]]]


def insertion_of(batch: Sequence[Append], now: float) -> tuple[str, list[Any]]:
    """The statement that inserts what a batch's leases allow, and its parameters."""
    values = [
        (append.lease.stream_id, append.lease.epoch, append.deltas[0].offset,
         delta.offset, size(delta.text), delta.kind, delta.text, dump(delta.meta), now)
        for append in batch
        for delta in append.deltas
    ]  # fmt: skip
    marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(values))
    statement = f"""
        WITH new (id, epoch, first, offset, size, kind, text, meta, now) AS (VALUES {marks})
        INSERT INTO deltas (stream_id, offset, size, kind, text, meta, created_at)
        SELECT new.id, new.offset, new.size, new.kind, new.text, new.meta, new.now
        FROM new JOIN stream_infos s ON s.id = new.id AND s.epoch = new.epoch
        WHERE s.status = 'streaming' AND s.length = new.first
        RETURNING stream_id
    """
    return statement, [value for row in values for value in row]


class CommitQueue:
    """Commits appends in order, many streams at a time; one commit runs at any time.

    `insert` commits a batch with at most one append a stream, and gives back the ids of the streams
    whose lease allowed it.
    """

    def __init__(self, insert: Insert) -> None:
        self._insert = insert
        self._queue: list[Append] = []
        self._next_at = 0.0
        self._committer: asyncio.Task[None] | None = None

    async def put(self, lease: Lease, deltas: Sequence[Delta]) -> bool:
        """Append, and say whether the lease allowed it; it is durable on return."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue.append(Append(lease, deltas, done))
        if self._committer is None:
            self._committer = asyncio.create_task(self._commit())
        return await done

    async def drained(self) -> None:
        """Wait until nothing is queued."""
        if self._committer:
            await asyncio.wait([self._committer])

    async def _commit(self) -> None:
        """Commit what has queued, then what has queued meanwhile, until nothing has."""
        loop = asyncio.get_running_loop()
        try:
            while self._queue:
                if (pause := self._next_at - loop.time()) > 0:
                    await asyncio.sleep(pause)
                batch, self._queue = _next_commit(self._queue)
                self._next_at = loop.time() + (len(batch) - 1) / _APPENDS_PER_SECOND
                try:
                    allowed = await self._insert(batch)
                except Exception as error:  # whatever it is, nobody may wait for ever
                    for append in _awaited(batch):
                        append.done.set_exception(error)
                else:
                    for append in _awaited(batch):
                        append.done.set_result(append.lease.stream_id in allowed)
        finally:
            self._committer = None


def _awaited(batch: list[Append]) -> list[Append]:
    """The appends whose callers have not been cancelled."""
    return [append for append in batch if not append.done.done()]


def _next_commit(queue: list[Append]) -> tuple[list[Append], list[Append]]:
    """What goes into the next commit, and what waits: one append a stream, a bound on the rows."""
    batch: dict[str, Append] = {}
    rest: list[Append] = []
    rows = 0
    for append in queue:
        rows += len(append.deltas)
        if append.lease.stream_id in batch or (batch and rows > ROWS_PER_COMMIT):
            rest.append(append)
        else:
            batch[append.lease.stream_id] = append
    return list(batch.values()), rest
