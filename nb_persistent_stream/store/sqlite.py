"""Streams in one SQLite file: https://sqlite.org/wal.html, through aiosqlite.

One connection writes and one reads, each on its own thread. Most changes are one statement, which
is one transaction and one call to that thread; a change that a lease or a status forbids matches
no row. Appends that arrive while a commit runs are committed together by the next.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ..config import Durability
from ..errors import (
    PersistentStreamError,
    StoreReplaced,
    StreamDeleted,
    StreamFenced,
    StreamNotFound,
)
from ..protocol import Delta, ErrorRecord, Report, Status, StreamInfo, after, size
from .bodies import read_whole
from .commits import ROWS_PER_COMMIT, Append, CommitQueue
from .contract import Batch, Lease, NewStream, Page, Query, Window
from .database import Database
from .lists import Lists
from .queries import IS_LIVE
from .resources import Resources
from .restoring import restore
from .rows import DELTA, dump, new_row, to_delta, to_info
from .tail import Tail


class SqliteStore:
    """A `StreamStore` in a file. Use `SqliteStore.open`; it belongs to the loop that opened it."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._write, self._read = database.write, database.read
        self._clock = clock
        self._tail = Tail(database.path, database.ready, self.read)
        self._lists = Lists(self._read)
        self._commits = CommitQueue(self._insert)
        self.resources = Resources(database, clock)

    @classmethod
    async def open(
        cls,
        path: Path,
        durability: Durability = "full",
        clock: Callable[[], float] = time.time,
    ) -> SqliteStore:
        """Open a store, and make it if it is not there (mode 0600).

        Raises:
            StoreUnavailable: the file can't be made, opened or written.
            StoreCorrupt: it is damaged, or another program's database.
            StoreTooNew: a newer version wrote it.
        """
        return cls(await Database.open(path, durability), clock)

    async def create(self, new: NewStream) -> Lease:
        row = new_row(new, self._clock())
        columns, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        await self._write(f"INSERT INTO streams ({columns}) VALUES ({marks})", row)
        return Lease(new.id, new.driver, 1, self._database.files)

    async def claim(self, stream_id: str, driver: str, epoch: int) -> Lease:
        rows = await self._write(
            "UPDATE streams SET epoch = epoch + 1, driver = ?, revision = revision + 1 "
            f"WHERE id = ? AND epoch = ? AND driver IS NOT NULL AND {IS_LIVE} RETURNING epoch",
            (driver, stream_id, epoch),
        )
        if not rows:
            await self.info(stream_id)
            raise StreamFenced(stream_id)
        return Lease(stream_id, driver, rows[0]["epoch"], self._database.files)

    async def start(self, lease: Lease) -> None:
        await self._change(
            lease,
            "status = 'streaming', started_at = coalesce(started_at, ?)",
            (self._clock(),),
        )

    async def append(self, lease: Lease, deltas: Sequence[Delta]) -> None:
        for start in range(0, len(deltas), ROWS_PER_COMMIT):
            part = deltas[start : start + ROWS_PER_COMMIT]
            if not await self._commits.put(lease, part) and not await self._is_stored(lease, part):
                raise await self._fenced(lease)

    async def finish(
        self, lease: Lease, status: Status, report: Report, error: ErrorRecord | None = None
    ) -> None:
        await self._change(
            lease,
            "status = ?, finished_at = ?, model = ?, response_id = ?, finish_reason = ?, "
            "usage = ?, error = ?",
            (
                status.value,
                self._clock(),
                report.model,
                report.response_id,
                report.finish_reason,
                dump(report.usage),
                dump(error),
            ),
        )

    async def check(self, lease: Lease) -> None:
        if not await self._read(
            f"SELECT true FROM stream_infos WHERE id = ? AND epoch = ? AND {IS_LIVE}",
            (lease.stream_id, lease.epoch),
        ):
            raise await self._fenced(lease)

    async def restore(self, lease: Lease, info: StreamInfo, deltas: Sequence[Delta]) -> Lease:
        act = partial(restore, lease=lease, info=info, deltas=deltas, now=self._clock())
        await self._database.run(act)
        return replace(lease, file=self._database.files)

    async def beat(self, driver: str) -> None:
        await self._write(
            f"UPDATE streams SET beat = beat + 1 WHERE driver = ? AND {IS_LIVE}", (driver,)
        )

    async def expire(self, seen: StreamInfo, message: str) -> bool:
        error = dump({"type": "timeout", "message": message})
        rows = await self._write(
            "UPDATE streams SET status = 'timeout', finished_at = ?, error = ?, "
            f"revision = revision + 1 WHERE id = ? AND epoch = ? AND beat = ? AND {IS_LIVE} "
            "RETURNING id",
            (self._clock(), error, seen.id, seen.epoch, seen.beat),
        )
        return bool(rows)

    async def request_cancel(self, stream_id: str) -> StreamInfo:
        # Where nobody drives there is nobody to obey: the stream ends at once.
        await self._write(
            "UPDATE streams SET cancel_requested = 1, revision = revision + 1, "
            "status = iif(driver IS NULL, 'cancelled', status), "
            f"finished_at = iif(driver IS NULL, ?, NULL) WHERE id = ? AND NOT cancel_requested "
            f"AND {IS_LIVE}",
            (self._clock(), stream_id),
        )
        return await self.info(stream_id)

    async def delete(self, stream_id: str) -> None:
        await self.resources.delete(stream_id)

    async def place(self, stream_ids: Sequence[str]) -> None:
        marks = ", ".join("?" * len(stream_ids))
        await self._write(
            f"UPDATE streams SET placed = 1 WHERE NOT placed AND id IN ({marks})", stream_ids
        )

    async def info(self, stream_id: str) -> StreamInfo:
        for row in await self._read("SELECT * FROM stream_infos WHERE id = ?", (stream_id,)):
            return to_info(row)
        raise StreamNotFound(stream_id)

    async def find(self, query: Query) -> Page:
        return await self._lists.find(query)

    async def window(self, query: Query, first: int, count: int) -> Window:
        return await self._lists.window(query, first, count)

    def windows(self, query: Query, first: int, count: int) -> AsyncGenerator[Window, None]:
        return self._lists.windows(query, first, count)

    async def live(self) -> list[StreamInfo]:
        return [
            to_info(row) for row in await self._read(f"SELECT * FROM stream_infos WHERE {IS_LIVE}")
        ]

    async def read(self, stream_id: str, offset: int = 0) -> list[Delta]:
        deltas = await read_whole(self._read, stream_id, offset)
        return [rest for delta in deltas if (rest := after(delta, offset))]

    def follow(self, stream_id: str, offset: int = 0) -> AsyncGenerator[Batch, None]:
        return self._tail.follow(stream_id, offset)

    def states(self, stream_id: str) -> AsyncGenerator[StreamInfo, None]:
        return self._tail.states(stream_id)

    async def close(self) -> None:
        await self._commits.drained()
        self._tail.close()
        await self._database.close()

    async def _change(self, lease: Lease, what: str, params: tuple[Any, ...]) -> None:
        rows = await self._write(
            f"UPDATE streams SET {what}, revision = revision + 1 "
            f"WHERE id = ? AND epoch = ? AND {IS_LIVE} RETURNING id",
            (*params, lease.stream_id, lease.epoch),
        )
        if not rows:
            raise await self._fenced(lease)

    async def _fenced(self, lease: Lease) -> PersistentStreamError:
        """Why a lease is not valid any more."""
        if lease.file != self._database.files:
            return StoreReplaced(self._database.path)
        rows = await self._read("SELECT true FROM stream_infos WHERE id = ?", (lease.stream_id,))
        return StreamFenced(lease.stream_id) if rows else StreamDeleted(lease.stream_id)

    async def _insert(self, batch: Sequence[Append]) -> set[str]:
        """Insert what leases allow; gives back the ids of the streams that were allowed to."""
        now = self._clock()
        values = [
            (append.lease.stream_id, append.lease.epoch, append.deltas[0].offset,
             delta.offset, size(delta.text), delta.kind, delta.text, dump(delta.meta), now)
            for append in batch
            for delta in append.deltas
        ]  # fmt: skip
        marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(values))
        rows = await self._write(
            f"""
            WITH new (id, epoch, first, offset, size, kind, text, meta, now) AS (VALUES {marks})
            INSERT INTO deltas (stream_id, offset, size, kind, text, meta, created_at)
            SELECT new.id, new.offset, new.size, new.kind, new.text, new.meta, new.now
            FROM new JOIN stream_infos s ON s.id = new.id AND s.epoch = new.epoch
            WHERE s.status = 'streaming' AND s.length = new.first
            RETURNING stream_id
            """,
            [value for row in values for value in row],
        )
        return {row["stream_id"] for row in rows}

    async def _is_stored(self, lease: Lease, deltas: Sequence[Delta]) -> bool:
        """Whether an append that matched nothing was a repeat of one that had gone through."""
        rows = await self._read(
            f"SELECT {DELTA} FROM deltas JOIN streams ON id = stream_id "
            "WHERE id = ? AND epoch = ? AND offset >= ? AND offset < ? ORDER BY offset",
            (lease.stream_id, lease.epoch, deltas[0].offset, deltas[-1].end),
        )
        return [_words(to_delta(row)) for row in rows] == [_words(delta) for delta in deltas]


def _words(delta: Delta) -> tuple[int, str, str]:
    """What makes a delta the same as another; its meta may not survive JSON unchanged."""
    return (delta.offset, delta.kind, delta.text)
