"""Streams that programs make over HTTP. Each function runs within one transaction."""

from __future__ import annotations

import sqlite3

from ..errors import StreamGone
from . import forks
from .appends import DELETED, RESOURCE, close, found, store
from .durable import Fork, NewResource, Reason, Refused, Resource, media_type
from .rows import to_resource

DEFAULT_CONTENT_TYPE = "application/octet-stream"


def create(db: sqlite3.Connection, new: NewResource, now: float) -> tuple[Resource, bool]:
    """Make a stream, or find that it is there already; gives it, and whether it is new.

    Raises:
        StreamNotFound: what it forks does not exist.
        InvalidInput: what it forks has no such place.
        Refused: its id is taken by another one, or what it forks is not as asked.
    """
    forks.expire(db, now)
    row = db.execute(RESOURCE, (new.id,)).fetchone()
    if row is not None:
        _check_same(db, row, new)
        return to_resource(row), False
    if db.execute(DELETED, (new.id,)).fetchone():
        raise Refused(
            Reason.EXISTS,
            f"The id {new.id!r} is taken: its stream was deleted, but its forks still share its "
            "text. Use another id.",
        )
    if new.fork is None:
        content_type, head = new.content_type or DEFAULT_CONTENT_TYPE, b""
        _insert_stream(db, new, content_type, now)
    else:
        content_type, head = _leave(db, new, new.fork, now)
    store(db, found(db, new.id), [head, *new.parts] if head else new.parts, now)
    if new.closed:
        close(db, new.id, now)
    return to_resource(found(db, new.id)), True


def _check_same(db: sqlite3.Connection, row: sqlite3.Row, new: NewResource) -> None:
    """See that a stream that exists is the one that was to be made."""
    there = to_resource(row)
    asked = media_type(new.content_type or DEFAULT_CONTENT_TYPE)
    same = there.closed == new.closed
    if new.fork is None:
        same &= row["source_id"] is None and there.media_type == asked
        expires_at = None if there.ttl is not None else there.expires_at
        same &= (there.ttl, expires_at) == (new.ttl, new.expires_at)
    else:
        same &= row["source_id"] == new.fork.source_id
        same &= new.content_type is None or there.media_type == asked
        same &= new.ttl is None or there.ttl == new.ttl
        same &= new.expires_at is None or there.expires_at == new.expires_at
        if same and new.fork.offset is not None:
            source = to_resource(found(db, new.fork.source_id))
            same = forks.place(db, source, new.fork).offset == row["forked_at"]
    if not same:
        raise Refused(
            Reason.EXISTS,
            f"There is a stream {new.id!r} already, and it is not as asked: its content type, its "
            "expiry, its end or its source differ. Use another id, or leave it as it is.",
        )


def _insert_stream(
    db: sqlite3.Connection, new: NewResource, content_type: str, now: float, base: int = 0
) -> None:
    db.execute(
        "INSERT INTO streams (id, status, epoch, tags, options, base, user, created_at, started_at)"
        " VALUES (?, 'streaming', 1, '[]', '{}', ?, ?, ?, ?)",
        (new.id, base, new.user, now, now),
    )
    db.execute(
        "INSERT INTO resources (stream_id, content_type, ttl, expires_at) VALUES (?, ?, ?, ?)",
        (new.id, content_type, new.ttl, new.expires_at if new.ttl is None else now + new.ttl),
    )


def _leave(db: sqlite3.Connection, new: NewResource, fork: Fork, now: float) -> tuple[str, bytes]:
    """Make a fork; gives its content type, and the bytes that its own deltas begin with."""
    try:
        source = to_resource(found(db, fork.source_id))
    except StreamGone as error:
        raise Refused(Reason.SOURCE_DELETED, str(error)) from None
    if new.content_type is not None and media_type(new.content_type) != source.media_type:
        raise Refused(
            Reason.CONTENT_TYPE,
            f"The stream {fork.source_id!r} is {source.content_type}, and so is each fork of it. "
            "Leave the content type out.",
        )
    place = forks.place(db, source, fork)
    if new.ttl is None and new.expires_at is None:
        expires_at = None if source.ttl is not None else source.expires_at
        new = NewResource(new.id, None, ttl=source.ttl, expires_at=expires_at, user=new.user)
    _insert_stream(db, new, source.content_type, now, place.base)
    db.execute(
        "UPDATE resources SET source_id = ?, forked_at = ? WHERE stream_id = ?",
        (fork.source_id, place.offset, new.id),
    )
    forks.share(db, new.id, source, place.base)
    return source.content_type, place.head
