"""Putting a stream that is being written into the file that took the place of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ..errors import StreamFenced
from ..ids import check_id
from ..protocol import Delta, Status, StreamInfo, after, size
from .driving import Lease, NewStream
from .rows import dump, new_row


def restore(
    db: sqlite3.Connection,
    *,
    lease: Lease,
    info: StreamInfo,
    deltas: Sequence[Delta],
    key: str | None,
    now: float,
) -> None:
    """See `StreamStore.restore`; runs within one transaction."""
    row = db.execute(
        "SELECT epoch, status, length FROM stream_infos WHERE id = ?", (info.id,)
    ).fetchone()
    if row is None:
        _insert(db, lease, info, key)
    elif row["epoch"] != lease.epoch or Status(row["status"]).final:
        raise StreamFenced(info.id)
    length = row["length"] if row else 0
    db.executemany(
        "INSERT INTO deltas (stream_id, offset, size, kind, text, meta, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (info.id, rest.offset, size(rest.text), rest.kind, rest.text, dump(rest.meta), now)
            for delta in deltas
            if (rest := after(delta, length))
        ),
    )
    db.execute(
        "UPDATE streams SET status = ?, started_at = ?, revision = revision + 1 WHERE id = ?",
        (info.status.value, info.started_at, info.id),
    )


def _insert(db: sqlite3.Connection, lease: Lease, info: StreamInfo, key: str | None) -> None:
    new = NewStream(
        check_id(info.id), lease.driver, info.title, info.tags, info.provenance, key, info.link
    )
    row = {**new_row(new, info.created_at), "epoch": lease.epoch}
    columns, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
    db.execute(f"INSERT INTO streams ({columns}) VALUES ({marks})", row)
