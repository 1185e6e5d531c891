"""Forks share the deltas of what they leave, so a stream that has forks is deleted last.

Each function runs within a transaction, and does what it does or raises.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ..errors import InvalidInput, StreamGone, StreamNotFound
from .bodies import BODY
from .durable import Fork, Resource
from .index import forget
from .queries import IS_LIVE
from .rows import to_delta


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fork leaves its source: its own deltas begin at `base`, with the bytes `head`."""

    offset: int
    base: int
    head: bytes


def place(db: sqlite3.Connection, source: Resource, fork: Fork) -> Place:
    """Find where a fork leaves its source.

    The deltas up to there are shared, but for one that lies across: the fork gets a copy of that
    one's begin.

    Raises:
        InvalidInput: it is beyond the source's end, or within a message.
    """
    offset = source.length if fork.offset is None else fork.offset
    if offset <= source.length and fork.beyond:
        offset = _beyond(db, source, offset, fork.beyond)
    if offset > source.length:
        raise InvalidInput(
            f"The fork's place is beyond the end of {source.info.id!r}, which has "
            f"{source.length} bytes. Give an offset that the server gave."
        )
    if offset >= source.info.length:
        return Place(offset, source.info.length, source.tail[: offset - source.info.length])
    row = db.execute(
        f"{BODY} LIMIT 1", {"id": source.info.id, "offset": offset, "end": offset + 1}
    ).fetchone()
    across = to_delta(row)
    if across.offset < offset and source.is_json:
        raise _within_a_message(source, offset)
    return Place(offset, across.offset, across.raw[: offset - across.offset])


def share(db: sqlite3.Connection, stream_id: str, source: Resource, base: int) -> None:
    """Let a new stream share a source's deltas, and what that shares itself, up to its base."""
    db.execute(
        """
        INSERT INTO shares (stream_id, source_id, first, last)
        SELECT :id, source_id, first, min(last, :base) FROM shares WHERE stream_id = :source
        UNION ALL SELECT :id, id, base, :base FROM streams WHERE id = :source
        """,
        {"id": stream_id, "source": source.info.id, "base": base},
    )


def delete(db: sqlite3.Connection, stream_id: str) -> None:
    """Delete a stream; one that has forks is kept for them, out of everybody's sight.

    Raises:
        StreamNotFound: there is no such stream.
        StreamGone: it was deleted, and is kept for its forks.
    """
    row = db.execute("SELECT deleted FROM streams WHERE id = ?", (stream_id,)).fetchone()
    if row is None:
        raise StreamNotFound(stream_id)
    if row["deleted"]:
        raise StreamGone(stream_id)
    forget(db, stream_id)
    db.execute(
        "UPDATE streams SET deleted = 1, revision = revision + 1, "
        f"status = iif({IS_LIVE}, 'cancelled', status) WHERE id = ?",
        (stream_id,),
    )
    db.execute("UPDATE resources SET expires_at = NULL WHERE stream_id = ?", (stream_id,))
    _collect(db)


def expire(db: sqlite3.Connection, now: float) -> None:
    """Delete the streams whose time is over."""
    expired = db.execute("SELECT stream_id FROM resources WHERE expires_at <= ?", (now,))
    for row in expired.fetchall():
        delete(db, row["stream_id"])


def _collect(db: sqlite3.Connection) -> None:
    """Forget what is kept for forks that are gone; its own sources may be next."""
    while db.execute(
        "DELETE FROM streams WHERE deleted "
        "AND NOT EXISTS (SELECT 1 FROM shares WHERE source_id = id) RETURNING id"
    ).fetchall():
        pass


def _beyond(db: sqlite3.Connection, source: Resource, offset: int, beyond: int) -> int:
    """The offset that lies so many bytes or messages after another."""
    if not source.is_json:
        return offset + beyond
    sought = {"id": source.info.id, "offset": offset, "end": source.length, "count": beyond}
    messages = [to_delta(row) for row in db.execute(f"{BODY} LIMIT :count", sought)]
    if len(messages) < beyond:
        return source.length + 1
    if messages[0].offset != offset:
        raise _within_a_message(source, offset)
    return messages[-1].end


def _within_a_message(source: Resource, offset: int) -> InvalidInput:
    return InvalidInput(
        f"The offset {offset} lies within a message of {source.info.id!r}. Give an offset that the "
        "server gave."
    )
