"""Idempotent producers: each append of one is done once, however often it is sent."""

from __future__ import annotations

import sqlite3

from ..errors import InvalidInput
from .durable import Producer, Reason, Refused


def admit(db: sqlite3.Connection, stream_id: str, producer: Producer) -> Producer | None:
    """Note an append that is the next one; gives the newest one if this was done before.

    Raises:
        InvalidInput: a new epoch does not begin with append 0.
        Refused: the epoch is over, or appends are missing before this one.
    """
    row = db.execute(
        "SELECT epoch, sequence FROM producers WHERE stream_id = ? AND id = ?",
        (stream_id, producer.id),
    ).fetchone()
    epoch, newest = (row["epoch"], row["sequence"]) if row else (producer.epoch, -1)
    if producer.epoch < epoch:
        raise Refused(
            Reason.STALE_EPOCH,
            f"The producer {producer.id!r} began anew as epoch {epoch}, so epoch {producer.epoch} "
            f"may not append any more. Begin anew as epoch {epoch + 1}, if this is the right one.",
            epoch=epoch,
        )
    if producer.epoch > epoch:
        if producer.sequence:
            raise InvalidInput(
                f"Producer-Seq is {producer.sequence}, but a new epoch begins with 0. Begin with "
                "0, or go on in the old epoch."
            )
        newest = -1
    if producer.sequence <= newest:
        return Producer(producer.id, epoch, newest)
    if producer.sequence > newest + 1:
        raise Refused(
            Reason.GAP,
            f"Producer-Seq is {producer.sequence}, but {newest + 1} has not come yet. Send it "
            "first.",
            expected=newest + 1,
            received=producer.sequence,
        )
    db.execute(
        "INSERT OR REPLACE INTO producers (stream_id, id, epoch, sequence) VALUES (?, ?, ?, ?)",
        (stream_id, producer.id, producer.epoch, producer.sequence),
    )
    return None
