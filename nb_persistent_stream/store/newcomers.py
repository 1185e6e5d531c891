"""How drivers' streams come to be: a new one, or the one that has asked the same already."""

from __future__ import annotations

import sqlite3
from typing import Any

from ..ids import check_id
from ..protocol import StreamInfo
from .driving import NewStream
from .queries import GOES_ON, IS_LIVE
from .rows import cleaned, new_row, to_info

_SAME = f"""
SELECT * FROM stream_infos
WHERE key = :key AND (status = 'done' OR ({IS_LIVE} OR {GOES_ON}) AND NOT cancel_requested)
  AND (NOT :same_cell OR (notebook = :notebook AND cell_id = :cell_id))
ORDER BY created_at DESC, id DESC LIMIT 1
"""


def insertion(new: NewStream, now: float) -> tuple[str, dict[str, Any]]:
    """The statement that makes a stream, and its parameters."""
    row = {**new_row(new, now), "id": check_id(new.id)}
    columns, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
    return (
        f"INSERT INTO streams ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING id",
        row,
    )


def create_or_find(
    db: sqlite3.Connection, *, new: NewStream, same_cell: bool, now: float
) -> StreamInfo:
    """See `StreamStore.create_or_find`; runs within one transaction."""
    statement, row = insertion(new, now)
    row = cleaned(row)
    found = db.execute(_SAME, {**row, "same_cell": same_cell}).fetchone()
    if found is None:
        db.execute(statement, row)
        found = db.execute("SELECT * FROM stream_infos WHERE id = ?", (new.id,)).fetchone()
    return to_info(found)
