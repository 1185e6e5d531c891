"""Streams in one SQLite file: https://sqlite.org/wal.html, through aiosqlite.

One connection writes and one reads, each on its own thread. Every change is one statement, which
is one transaction and one call to that thread; a change that a lease or a status forbids matches
no row. Appends that arrive while a commit runs are committed together by the next.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import aiosqlite

from ..config import Durability
from ..errors import StreamDeleted, StreamFenced, StreamNotFound
from ..protocol import Delta, ErrorRecord, Report, Status, StreamInfo, after
from .bodies import read_whole
from .commits import ROWS_PER_COMMIT, Append, CommitQueue, insertion_of
from .contract import Batch, Lease, NewStream
from .database import open_database, query
from .index import relabel
from .indexing import PATIENCE, Indexing
from .listing import Page, Query, Window
from .lists import Lists
from .newcomers import create_or_find, insertion
from .queries import IS_LIVE
from .repeats import Repeats
from .resources import Resources
from .rows import cleaned, dump, new_end, to_info
from .tail import Tail
from .transactions import Transactions


class SqliteStore:
    """A `StreamStore` in a file. Use `SqliteStore.open`; it belongs to the loop that opened it."""

    is_remote: ClassVar = False

    def __init__(
        self,
        path: Path,
        writer: aiosqlite.Connection,
        reader: aiosqlite.Connection,
        durability: Durability,
        clock: Callable[[], float],
    ) -> None:
        self._path = path
        self._clock = clock
        self._writer = writer
        self._reader = reader
        self._tail = Tail(path, self.read)
        self._listing = Transactions(path, durability)
        # The index is made anew of what is durable, so it need not be so at once.
        self.indexing = Indexing(Transactions(path, "normal", PATIENCE))
        self._lists = Lists(self._list, self.indexing.catch_up)
        self._repeats = Repeats(self._read)
        self._commits = CommitQueue(self._insert)
        self._transactions = Transactions(path, durability)
        self.resources = Resources(self._transactions, self._read, clock)

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
        writer, reader = await open_database(path, durability)
        return cls(path, writer, reader, durability, clock)

    async def create(self, new: NewStream) -> Lease:
        rows = await self._write(*insertion(new, self._clock()))
        if not rows and not await self._repeats.created(new):
            raise StreamFenced(
                new.id,
                f"There is a stream {new.id!r} already, and another driver's. Use another id.",
            )
        return Lease(new.id, new.driver, epoch=1)

    async def create_or_find(self, new: NewStream, *, same_cell: bool = False) -> StreamInfo:
        return await self._transactions.run(
            partial(create_or_find, new=new, same_cell=same_cell, now=self._clock())
        )

    async def claim(self, stream_id: str, driver: str, epoch: int) -> Lease:
        rows = await self._write(
            "UPDATE streams SET epoch = epoch + 1, driver = ?, revision = revision + 1 "
            f"WHERE id = ? AND epoch = ? AND driver IS NOT NULL AND {IS_LIVE} RETURNING id",
            (driver, stream_id, epoch),
        )
        if not rows and not await self._repeats.claimed(stream_id, driver, epoch):
            await self.info(stream_id)
            raise StreamFenced(stream_id)
        return Lease(stream_id, driver, epoch + 1)

    async def start(self, lease: Lease) -> None:
        await self._change(
            lease,
            "status = 'streaming', started_at = coalesce(started_at, ?)",
            (self._clock(),),
        )

    async def append(self, lease: Lease, deltas: Sequence[Delta]) -> None:
        for start in range(0, len(deltas), ROWS_PER_COMMIT):
            part = deltas[start : start + ROWS_PER_COMMIT]
            if not await self._commits.put(lease, part) and not await self._repeats.appended(
                lease, part
            ):
                raise await self._fenced(lease)

    async def finish(
        self, lease: Lease, status: Status, report: Report, error: ErrorRecord | None = None
    ) -> None:
        end = {"status": status.value, **new_end(report, error)}
        what = ", ".join(f"{column} = ?" for column in end)
        try:
            await self._change(lease, f"{what}, finished_at = ?", (*end.values(), self._clock()))
        except StreamFenced:
            if not await self._repeats.finished(lease, end):
                raise

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

    async def label(
        self, stream_id: str, *, title: str | None = None, tags: Sequence[str] | None = None
    ) -> StreamInfo:
        await self._transactions.run(
            partial(
                relabel, stream_id=stream_id, title=title, tags=None if tags is None else list(tags)
            )
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
        self._transactions.close()
        self.indexing.close()
        self._listing.interrupt()
        self._listing.close()
        with suppress(sqlite3.Error):
            await self._reader.close()
            await self._writer.close()

    async def _change(self, lease: Lease, what: str, params: tuple[Any, ...]) -> None:
        rows = await self._write(
            f"UPDATE streams SET {what}, revision = revision + 1 "
            f"WHERE id = ? AND epoch = ? AND {IS_LIVE} RETURNING id",
            (*params, lease.stream_id, lease.epoch),
        )
        if not rows:
            raise await self._fenced(lease)

    async def _fenced(self, lease: Lease) -> StreamFenced:
        """Why a lease is not valid any more."""
        rows = await self._read("SELECT true FROM stream_infos WHERE id = ?", (lease.stream_id,))
        return StreamFenced(lease.stream_id) if rows else StreamDeleted(lease.stream_id)

    async def _insert(self, batch: Sequence[Append]) -> set[str]:
        """Insert what leases allow; gives back the ids of the streams that were allowed to."""
        rows = await self._write(*insertion_of(batch, self._clock()))
        return {row["stream_id"] for row in rows}

    async def _write(self, sql: str, params: Any = ()) -> list[sqlite3.Row]:
        return await query(self._writer, self._path, sql, params)

    async def _list(self, sql: str, params: Any) -> list[sqlite3.Row]:
        return await self._listing.look(lambda db: db.execute(sql, cleaned(params)).fetchall())

    async def _read(self, sql: str, params: Any = ()) -> list[sqlite3.Row]:
        return await query(self._reader, self._path, sql, params)
