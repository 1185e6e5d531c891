"""The thread that notices commits."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import StoreReplaced, StreamNotFound
from ..protocol import Delta, StreamInfo
from .faults import explain
from .file import FileId, file_id, uri
from .rows import DELTA, to_delta, to_info

# Seconds between two looks: quick while text comes, slower the longer nothing has come.
_QUICK, _CALM, _SLOW = 0.0005, 0.01, 0.05
_CALM_AFTER, _SLOW_AFTER = 2.0, 30.0

# A stream, and whether its body is wanted too.
Key = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class News:
    """What is new of one stream: its state if that changed, its length, its new deltas."""

    stream_id: str
    body: bool = True
    info: StreamInfo | None = None
    length: int = 0
    deltas: tuple[Delta, ...] = ()
    failure: Exception | None = None


@dataclass(slots=True)
class _Interest:
    """What readers of one stream have been told."""

    revision: int = -1
    length: int | None = None


class Poller:
    """Tells `deliver`, from its own thread, what other connections have committed.

    It sleeps without a timer while nobody is interested.
    """

    def __init__(self, path: Path, deliver: Callable[[list[News]], None]) -> None:
        self._path = path
        self._deliver = deliver
        self._file: FileId = ()
        self._file_seen_at = 0.0
        self._interests: dict[Key, _Interest] = {}
        self._wake = threading.Condition()
        self._asked = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def follow(self, stream_id: str, *, body: bool) -> None:
        """Look for news of a stream from now on, with or without its body.

        The first news is its present state, without deltas.
        """
        with self._wake:
            self._interests[stream_id, body] = _Interest()
            self._asked = True
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="nb-persistent-stream-poller", daemon=True
                )
                self._thread.start()
            self._wake.notify()

    def forget(self, stream_id: str, *, body: bool) -> None:
        """Look for news of a stream no more."""
        with self._wake:
            self._interests.pop((stream_id, body), None)

    def close(self) -> None:
        """End the thread and wait for it."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        db: sqlite3.Connection | None = None
        version, changed_at = None, 0.0
        try:
            while self._wait(time.monotonic() - changed_at):
                try:
                    db = self._same(db) or self._connect()
                    newest = db.execute("PRAGMA data_version").fetchone()[0]
                    if newest != version or self._asked:
                        version, changed_at = newest, time.monotonic()
                        self._look(db)
                except (sqlite3.Error, StoreReplaced) as error:
                    self._fail(error)
                    if db is not None:
                        db.close()
                    db = None
        finally:
            if db is not None:
                db.close()

    def _wait(self, quiet: float) -> bool:
        """Sleep until it is time to look; False when the end has come."""
        pause = self._pause(quiet)
        if pause == _QUICK and not self._asked:
            time.sleep(pause)  # a wait that can be woken takes twice the processor's time
            return not self._closed
        with self._wake:
            self._wake.wait_for(lambda: self._closed or self._interests)
            if not self._asked:
                self._wake.wait_for(lambda: self._closed or self._asked, pause)
            return not self._closed

    def _pause(self, quiet: float) -> float:
        interests = list(self._interests)  # other threads add to it
        if quiet > _SLOW_AFTER or not any(body for _, body in interests):
            return _SLOW
        return _CALM if quiet > _CALM_AFTER else _QUICK

    def _look(self, db: sqlite3.Connection) -> None:
        with self._wake:
            self._asked = False
            interests = dict(self._interests)
        db.execute("BEGIN")
        try:
            news = [*self._news(db, interests)] if interests else []
        finally:
            db.execute("COMMIT")
        if news:
            self._deliver(news)

    def _news(self, db: sqlite3.Connection, interests: dict[Key, _Interest]) -> list[News]:
        ids = sorted({stream_id for stream_id, _ in interests})
        marks = ", ".join("?" * len(ids))
        rows = db.execute(
            f"SELECT id, revision, length FROM stream_infos WHERE id IN ({marks})",
            ids,
        )
        found = {row["id"]: (row["revision"], row["length"]) for row in rows}
        return [
            news
            for key, interest in interests.items()
            if (news := _compare(db, key, interest, found.get(key[0])))
        ]

    def _same(self, db: sqlite3.Connection | None) -> sqlite3.Connection | None:
        """The connection, if it still is one to the file that others see."""
        now = time.monotonic()
        if db is not None and now - self._file_seen_at > _SLOW:
            self._file_seen_at = now
            if self._file != file_id(self._path):
                raise StoreReplaced.of(self._path)
        return db

    def _fail(self, error: sqlite3.Error | StoreReplaced) -> None:
        """Tell every reader that the store can't be read, and look again only when asked."""
        failure = error if isinstance(error, StoreReplaced) else explain(error, self._path)
        with self._wake:
            self._asked = False
            lost, self._interests = list(self._interests), {}
        self._deliver([News(stream_id, body, failure=failure) for stream_id, body in lost])

    def _connect(self) -> sqlite3.Connection:
        self._file = file_id(self._path)
        db = sqlite3.connect(uri(self._path), uri=True, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA query_only = ON")
        return db


def _compare(
    db: sqlite3.Connection, key: Key, interest: _Interest, found: tuple[int, int] | None
) -> News | None:
    """What is new since the last look; remembers it as told."""
    stream_id, body = key
    if found is None:
        return News(stream_id, body, failure=StreamNotFound(stream_id))
    revision, length = found
    told = interest.length
    if revision == interest.revision and (length == told or not body):
        return None
    info = None
    if revision != interest.revision:
        row = db.execute("SELECT * FROM stream_infos WHERE id = ?", (stream_id,)).fetchone()
        info = to_info(row)
    deltas: tuple[Delta, ...] = ()
    if body and told is not None and length > told:
        rows = db.execute(
            f"SELECT {DELTA} FROM deltas WHERE stream_id = ? AND offset >= ? ORDER BY offset",
            (stream_id, told),
        )
        deltas = tuple(to_delta(row) for row in rows)
    interest.revision, interest.length = revision, length
    return News(stream_id, body, info, length, deltas)
