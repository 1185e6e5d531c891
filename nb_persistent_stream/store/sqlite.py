"""Streams in one SQLite file: https://sqlite.org/wal.html, through aiosqlite.

Most changes are one statement, which is one transaction; a change that a lease or a status forbids
matches no row. Appends that arrive while a commit runs are committed together by the next.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from ..config import Durability
from ..errors import (
    PersistentStreamError,
    StoreReplaced,
    StreamDeleted,
    StreamFenced,
    StreamNotFound,
)
from ..protocol import Delta, ErrorRecord, Report, Status, StreamInfo, after
from .bodies import read_joined, read_whole
from .commits import ROWS_PER_COMMIT, Append, CommitQueue, insertion_of
from .contract import Batch
from .database import Database
from .driving import Lease, NewStream, Opened
from .index import claim, relabel
from .indexing import Indexing
from .listing import Page, Query, Window
from .lists import Lists
from .newcomers import create_or_find, insertion
from .queries import IS_LIVE
from .repeats import Repeats
from .resources import Resources
from .restoring import restore
from .rows import dump, new_end, new_report, to_info
from .tail import Tail


class SqliteStore:
    """A `StreamStore` in a file. Use `SqliteStore.open`; it belongs to the loop that opened it."""

    is_remote: ClassVar = False

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._write, self._read = database.write, database.read
        self._clock = clock
        self._tail = Tail(database.path, database.ready, self.read)
        self.indexing = Indexing(database.indexing)
        self._lists = Lists(database, self.indexing.catch_up)
        self._repeats = Repeats(self._read)
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
        rows = await self._write(*insertion(new, self._clock()))
        if not rows and not await self._repeats.created(new):
            raise StreamFenced(
                new.id,
                f"There is a stream {new.id!r} already, and another driver's. Use another id.",
            )
        return self._lease(new.id, new.driver, 1)

    async def create_or_find(self, new: NewStream, *, same_cell: bool = False) -> Opened:
        info = await self._database.run(
            partial(create_or_find, new=new, same_cell=same_cell, now=self._clock())
        )
        is_new = (info.id, info.driver, info.epoch) == (new.id, new.driver, 1)
        return Opened(info, self._lease(new.id, new.driver, 1) if is_new else None)

    async def claim(self, stream_id: str, driver: str, epoch: int) -> Lease:
        act = partial(claim, stream_id=stream_id, driver=driver, epoch=epoch)
        claimed = await self._database.run(act)
        if not claimed and not await self._repeats.claimed(stream_id, driver, epoch):
            await self.info(stream_id)
            raise StreamFenced(stream_id)
        return self._lease(stream_id, driver, epoch + 1)

    async def start(self, lease: Lease) -> None:
        await self._change(
            lease,
            "status = 'streaming', started_at = coalesce(started_at, ?)",
            (self._clock(),),
        )

    async def report(self, lease: Lease, report: Report) -> None:
        said = new_report(report)
        what = ", ".join(f"{column} = ?" for column in said)
        await self._change(lease, what, tuple(said.values()))

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

    async def check(self, lease: Lease) -> None:
        if not await self._read(
            f"SELECT true FROM stream_infos WHERE id = ? AND epoch = ? AND {IS_LIVE}",
            (lease.stream_id, lease.epoch),
        ):
            raise await self._fenced(lease)

    async def restore(
        self, lease: Lease, info: StreamInfo, deltas: Sequence[Delta], key: str | None = None
    ) -> Lease:
        act = partial(restore, lease=lease, info=info, deltas=deltas, key=key, now=self._clock())
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

    async def label(
        self, stream_id: str, *, title: str | None = None, tags: Sequence[str] | None = None
    ) -> StreamInfo:
        await self._database.run(partial(relabel, stream_id=stream_id, title=title, tags=tags))
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
        rows = await self._read(f"SELECT * FROM stream_infos WHERE {IS_LIVE}")
        return [to_info(row) for row in rows]

    async def read(self, stream_id: str, offset: int = 0) -> list[Delta]:
        deltas = await read_whole(self._read, stream_id, offset)
        return [rest for delta in deltas if (rest := after(delta, offset))]

    async def joined(self, stream_id: str, offset: int = 0) -> list[Delta]:
        """As `read`, in larger pages whose neighbours of one part are joined where that is cheap.

        For who shows a body: where one delta ends and the next begins is lost.
        """
        deltas = await read_joined(self._read, stream_id, offset)
        return [rest for delta in deltas if (rest := after(delta, offset))]

    def follow(self, stream_id: str, offset: int = 0) -> AsyncGenerator[Batch, None]:
        return self._tail.follow(stream_id, offset)

    def states(self, stream_id: str) -> AsyncGenerator[StreamInfo, None]:
        return self._tail.states(stream_id)

    async def close(self) -> None:
        await self._commits.drained()
        self._tail.close()
        await self.indexing.close()
        await self._database.close()

    def _lease(self, stream_id: str, driver: str, epoch: int) -> Lease:
        return Lease(stream_id, driver, epoch, self._database.files)

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
        # One that counts further is of an earlier life of a server, and its file is not known here.
        if lease.file < self._database.files:
            return StoreReplaced.of(self._database.path)
        rows = await self._read("SELECT true FROM stream_infos WHERE id = ?", (lease.stream_id,))
        return StreamFenced(lease.stream_id) if rows else StreamDeleted(lease.stream_id)

    async def _insert(self, batch: Sequence[Append]) -> set[str]:
        """Insert what leases allow; gives back the ids of the streams that were allowed to."""
        rows = await self._write(*insertion_of(batch, self._clock()))
        return {row["stream_id"] for row in rows}
