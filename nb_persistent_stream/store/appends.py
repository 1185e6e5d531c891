"""What programs append over HTTP. Each function runs within one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple

from ..errors import StreamGone, StreamNotFound
from ..protocol import BYTES, PLAIN, TEXT
from ..utf8 import parts as utf8_parts
from ..utf8 import shown, whole
from . import forks, producers
from .durable import (
    Appended,
    NewParts,
    Reason,
    Refused,
    Resource,
    kind_of,
    media_type,
)
from .rows import dump, load, to_resource

_PART_BYTES = 64 * 1024

RESOURCE = """
SELECT i.*, r.content_type, r.tail, r.ttl, r.expires_at, r.source_id, r.forked_at, r.sequence,
  r.closed_by, r.stream_id IS NOT NULL AS own
FROM stream_infos i LEFT JOIN resources r ON r.stream_id = i.id WHERE i.id = ?
"""
DELETED = "SELECT 1 FROM streams WHERE id = ? AND deleted"


def append(db: sqlite3.Connection, stream_id: str, new: NewParts, now: float) -> Appended:
    """Append to a stream, and end it if asked, once for each append of a producer.

    Raises:
        StreamNotFound: there is no such stream.
        StreamGone: it was deleted, and is kept for its forks.
        Refused: it has ended, a driver holds it, or it waits for something else.
    """
    forks.expire(db, now)
    row = found(db, stream_id)
    touch(db, stream_id, now)
    resource = to_resource(row)
    if resource.closed:
        return _after_the_end(db, row, resource, new)
    if resource.info.driver is not None:
        raise Refused(
            Reason.HELD,
            f"The stream {stream_id!r} is written by a driver, and only that may append to it. "
            "Fork it and append to the fork, or create a stream of your own.",
        )
    if new.parts and media_type(new.content_type) != resource.media_type:
        raise Refused(
            Reason.CONTENT_TYPE,
            f"The stream {stream_id!r} is {resource.content_type}, and this is "
            f"{new.content_type or 'of no type'}. Send what the stream is made of.",
        )
    if new.producer and (newest := producers.admit(db, stream_id, new.producer)):
        return Appended(resource, repeated=True, producer=newest)
    _check_sequence(row["sequence"], new.sequence)
    store(db, row, new.parts, now)
    if new.sequence is not None:
        db.execute(
            "UPDATE resources SET sequence = ? WHERE stream_id = ?", (new.sequence, stream_id)
        )
    if new.closes:
        close(db, stream_id, now, new)
    return Appended(to_resource(found(db, stream_id)), producer=new.producer)


def touch(db: sqlite3.Connection, stream_id: str, now: float) -> None:
    """Note that a stream was read or written: its time to live begins anew."""
    db.execute(
        "UPDATE resources SET expires_at = ? + ttl WHERE stream_id = ? AND ttl IS NOT NULL "
        "AND expires_at > ?",
        (now, stream_id, now),
    )


def found(db: sqlite3.Connection, stream_id: str) -> sqlite3.Row:
    """The row of a stream.

    Raises:
        StreamNotFound: there is none.
        StreamGone: it was deleted, and is kept for its forks.
    """
    row: sqlite3.Row | None = db.execute(RESOURCE, (stream_id,)).fetchone()
    if row is not None:
        return row
    if db.execute(DELETED, (stream_id,)).fetchone():
        raise StreamGone(stream_id)
    raise StreamNotFound(stream_id)


def store(db: sqlite3.Connection, row: sqlite3.Row, parts: Sequence[bytes], now: float) -> None:
    """Append messages or bytes. What a character is only begun with waits for its end."""
    if not parts:
        return
    kind, tail = kind_of(media_type(row["content_type"])), b""
    if kind in (TEXT, PLAIN):
        data = row["tail"] + b"".join(parts)
        end = whole(data)
        data, tail = data[:end], data[end:]
        parts = list(utf8_parts(data, _PART_BYTES))
    elif kind == BYTES:
        parts = list(utf8_parts(b"".join(parts), _PART_BYTES))
    db.executemany(
        "INSERT INTO deltas (stream_id, offset, size, kind, text, data, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((row["id"], *values, now) for values in _rows(kind, row["length"], parts)),
    )
    if tail != row["tail"]:
        # A reader is told of a change that is not in the deltas.
        db.execute("UPDATE resources SET tail = ? WHERE stream_id = ?", (tail, row["id"]))
        db.execute("UPDATE streams SET revision = revision + 1 WHERE id = ?", (row["id"],))


def _rows(
    kind: str, offset: int, parts: Iterable[bytes]
) -> Iterator[tuple[int, int, str, str, bytes | None]]:
    for part in parts:
        text = shown(part)
        is_utf8 = text.encode() == part
        yield offset, len(part), kind, text if is_utf8 else "", None if is_utf8 else part
        offset += len(part)


def close(db: sqlite3.Connection, stream_id: str, now: float, new: NewParts | None = None) -> None:
    """End a stream as done, and note which append of which producer ended it."""
    db.execute(
        "UPDATE streams SET status = 'done', finished_at = ?, revision = revision + 1 WHERE id = ?",
        (now, stream_id),
    )
    if new is not None and new.producer is not None:
        db.execute(
            "UPDATE resources SET closed_by = ? WHERE stream_id = ?",
            (dump(astuple(new.producer)), stream_id),
        )


def _after_the_end(
    db: sqlite3.Connection, row: sqlite3.Row, resource: Resource, new: NewParts
) -> Appended:
    """What an append to a stream that has ended comes to: nothing new, but perhaps a repeat."""
    if new.producer and load(row["closed_by"]) == list(astuple(new.producer)):
        return Appended(resource, repeated=True, producer=new.producer)
    if new.closes and not new.parts and new.producer is None:
        return Appended(resource, repeated=True)
    raise Refused(
        Reason.CLOSED,
        f"The stream {resource.info.id!r} has ended ({resource.info.status}), so nothing can be "
        "appended to it. Fork it to go on, or create another.",
        length=resource.length,
    )


def _check_sequence(last: str | None, sequence: str | None) -> None:
    """See that the writers' own sequence grows; it is one for all writers of a stream."""
    if sequence is not None and last is not None and sequence.encode() <= last.encode():
        raise Refused(
            Reason.SEQUENCE,
            f"Stream-Seq is {sequence!r}, and the last one was {last!r}. It must grow, compared "
            "byte by byte: leave out what was appended before.",
        )
