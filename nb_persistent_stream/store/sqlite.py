"""Streams in one SQLite file: https://sqlite.org/wal.html, through aiosqlite.

One connection writes and one reads, each on its own thread. Every change is one statement, which
is one transaction and one call to that thread; a change that a lease or a status forbids matches
no row. Appends that arrive while a commit runs are committed together by the next.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosqlite

from ..config import Durability
from ..errors import StoreError, StreamFenced, StreamNotFound
from ..protocol import Delta, ErrorRecord, Report, Status, StreamInfo, after, size
from .contract import MAX_PAGE, Batch, Lease, NewStream, Page, Query
from .faults import explain, explained
from .rows import dump, new_row, page_start, page_token, to_delta, to_info
from .schema import prepare
from .tail import Tail

# STRICT tables came with 3.37 (2021-11-27): https://sqlite.org/stricttables.html
_OLDEST_SQLITE = (3, 37, 0)
_BUSY_TIMEOUT = 5.0
_READ_BYTES = 128 * 1024
# Well under SQLite's limit of 32,766 parameters: https://sqlite.org/limits.html
_ROWS_PER_COMMIT = 1000
_LIVE = "status IN ('pending', 'streaming')"


@dataclass(slots=True)
class _Append:
    lease: Lease
    deltas: Sequence[Delta]
    done: asyncio.Future[bool]


class SqliteStore:
    """A `StreamStore` in a file. Use `SqliteStore.open`; it belongs to the loop that opened it."""

    def __init__(
        self,
        path: Path,
        writer: aiosqlite.Connection,
        reader: aiosqlite.Connection,
        clock: Callable[[], float],
    ) -> None:
        self._path = path
        self._clock = clock
        self._writer = writer
        self._reader = reader
        self._tail = Tail(path, self.read)
        self._queue: list[_Append] = []
        self._committer: asyncio.Task[None] | None = None

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
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise StoreError(
                f"This Python has SQLite {sqlite3.sqlite_version}; 3.37 or newer is needed. Use a "
                "newer Python, or one from python.org, conda-forge or uv."
            )
        with explained(path):
            _make_file(path)
            writer = await _connect(path)
        try:
            with explained(path):
                await prepare(writer, path)
                await writer.execute(f"PRAGMA synchronous = {durability}")
                reader = await _connect(path)
        except BaseException:
            await writer.close()
            raise
        return cls(path, writer, reader, clock)

    async def create(self, new: NewStream) -> Lease:
        row = new_row(new, self._clock())
        columns, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        await self._write(f"INSERT INTO streams ({columns}) VALUES ({marks})", row)
        return Lease(new.id, new.driver, epoch=1)

    async def claim(self, stream_id: str, driver: str, epoch: int) -> Lease:
        rows = await self._write(
            "UPDATE streams SET epoch = epoch + 1, driver = ?, revision = revision + 1 "
            f"WHERE id = ? AND epoch = ? AND {_LIVE} RETURNING epoch",
            (driver, stream_id, epoch),
        )
        if not rows:
            await self.info(stream_id)
            raise StreamFenced(stream_id)
        return Lease(stream_id, driver, rows[0]["epoch"])

    async def start(self, lease: Lease) -> None:
        await self._change(
            lease,
            "status = 'streaming', started_at = coalesce(started_at, ?)",
            (self._clock(),),
        )

    async def append(self, lease: Lease, deltas: Sequence[Delta]) -> None:
        for start in range(0, len(deltas), _ROWS_PER_COMMIT):
            part = deltas[start : start + _ROWS_PER_COMMIT]
            done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            self._queue.append(_Append(lease, part, done))
            if self._committer is None:
                self._committer = asyncio.create_task(self._commit_queue())
            if not await done and not await self._is_stored(lease, part):
                raise StreamFenced(lease.stream_id)

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

    async def beat(self, driver: str) -> None:
        await self._write(
            f"UPDATE streams SET beat = beat + 1 WHERE driver = ? AND {_LIVE}", (driver,)
        )

    async def expire(self, seen: StreamInfo, message: str) -> bool:
        error = dump({"type": "timeout", "message": message})
        rows = await self._write(
            "UPDATE streams SET status = 'timeout', finished_at = ?, error = ?, "
            f"revision = revision + 1 WHERE id = ? AND epoch = ? AND beat = ? AND {_LIVE} "
            "RETURNING id",
            (self._clock(), error, seen.id, seen.epoch, seen.beat),
        )
        return bool(rows)

    async def request_cancel(self, stream_id: str) -> StreamInfo:
        await self._write(
            "UPDATE streams SET cancel_requested = 1, revision = revision + 1 "
            f"WHERE id = ? AND NOT cancel_requested AND {_LIVE}",
            (stream_id,),
        )
        return await self.info(stream_id)

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
        limit = min(max(1, query.limit), MAX_PAGE)
        where, params = _conditions(query)
        rows = await self._read(
            f"SELECT * FROM stream_infos WHERE {where} ORDER BY created_at DESC, id DESC LIMIT ?",
            (*params, limit + 1),
        )
        streams = tuple(to_info(row) for row in rows[:limit])
        return Page(streams, page_token(streams[-1]) if len(rows) > limit else None)

    async def live(self) -> list[StreamInfo]:
        return [
            to_info(row) for row in await self._read(f"SELECT * FROM stream_infos WHERE {_LIVE}")
        ]

    async def read(self, stream_id: str, offset: int = 0) -> list[Delta]:
        rows = await self._read(
            """
            SELECT offset, kind, text, meta FROM deltas
            WHERE stream_id = :id AND offset < :offset + :bytes AND offset >= coalesce(
              (SELECT max(offset) FROM deltas WHERE stream_id = :id AND offset <= :offset), 0)
            ORDER BY offset
            """,
            {"id": stream_id, "offset": offset, "bytes": _READ_BYTES},
        )
        return [rest for row in rows if (rest := after(to_delta(row), offset))]

    def follow(self, stream_id: str, offset: int = 0) -> AsyncGenerator[Batch, None]:
        return self._tail.follow(stream_id, offset)

    def states(self, stream_id: str) -> AsyncGenerator[StreamInfo, None]:
        return self._tail.states(stream_id)

    async def close(self) -> None:
        if self._committer:
            await asyncio.wait([self._committer])
        self._tail.close()
        with suppress(sqlite3.Error):
            await self._reader.close()
            await self._writer.close()

    async def _change(self, lease: Lease, what: str, params: tuple[Any, ...]) -> None:
        rows = await self._write(
            f"UPDATE streams SET {what}, revision = revision + 1 "
            f"WHERE id = ? AND epoch = ? AND {_LIVE} RETURNING id",
            (*params, lease.stream_id, lease.epoch),
        )
        if not rows:
            raise StreamFenced(lease.stream_id)

    async def _commit_queue(self) -> None:
        """Commit what has queued, then what has queued meanwhile, until nothing has."""
        try:
            while self._queue:
                batch, self._queue = _next_commit(self._queue)
                try:
                    stored = await self._insert(batch)
                except StoreError as error:
                    for append in batch:
                        append.done.set_exception(error)
                else:
                    for append in batch:
                        append.done.set_result(append.lease.stream_id in stored)
        finally:
            self._committer = None

    async def _insert(self, batch: list[_Append]) -> set[str]:
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
        info = await self.info(lease.stream_id)
        return info.epoch == lease.epoch and info.length == deltas[-1].end

    async def _write(self, sql: str, params: Any = ()) -> list[sqlite3.Row]:
        return await self._run(self._writer, sql, params)

    async def _read(self, sql: str, params: Any = ()) -> list[sqlite3.Row]:
        return await self._run(self._reader, sql, params)

    async def _run(self, db: aiosqlite.Connection, sql: str, params: Any) -> list[sqlite3.Row]:
        try:
            return list(await db.execute_fetchall(sql, params))
        except sqlite3.Error as error:
            raise explain(error, self._path) from error
        except ValueError as error:
            raise StoreError(f"The store {self._path} is closed.") from error


def _next_commit(queue: list[_Append]) -> tuple[list[_Append], list[_Append]]:
    """What goes into the next commit, and what waits: one append a stream, a bound on the rows."""
    batch: dict[str, _Append] = {}
    rest: list[_Append] = []
    rows = 0
    for append in queue:
        rows += len(append.deltas)
        if append.lease.stream_id in batch or (batch and rows > _ROWS_PER_COMMIT):
            rest.append(append)
        else:
            batch[append.lease.stream_id] = append
    return list(batch.values()), rest


def _conditions(query: Query) -> tuple[str, list[Any]]:
    where, params = ["true"], list[Any]()
    if query.statuses:
        where.append(f"status IN ({', '.join('?' * len(query.statuses))})")
        params += [status.value for status in query.statuses]
    for column, value in (("notebook", query.notebook), ("kernel_id", query.kernel)):
        if value is not None:
            where.append(f"{column} = ?")
            params.append(value)
    if query.unplaced:
        where.append("NOT placed")
    if query.after is not None:
        where.append("(created_at, id) < (?, ?)")
        params += page_start(query.after)
    return " AND ".join(where), params


def _make_file(path: Path) -> None:
    """Make an empty file that only the user may read; SQLite's own would follow the umask."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


async def _connect(path: Path) -> aiosqlite.Connection:
    connection = aiosqlite.connect(path, timeout=_BUSY_TIMEOUT, isolation_level=None)
    db = await connection
    db.row_factory = sqlite3.Row
    await db.execute("PRAGMA foreign_keys = ON")
    return db
