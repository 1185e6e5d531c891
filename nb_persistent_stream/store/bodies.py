"""How a body is read: the deltas that a fork shares with its sources, then its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from ..protocol import Delta
from .rows import DELTA, to_delta

READ_BYTES = 128 * 1024

Read = Callable[[str, Any], Awaitable[list[sqlite3.Row]]]

# The deltas from the one that holds `:offset` on, as far as they begin before `:end`.
BODY = f"""
SELECT {DELTA} FROM deltas
WHERE stream_id = :id AND offset < :end AND offset >= coalesce(
  (SELECT max(offset) FROM deltas WHERE stream_id = :id AND offset <= :offset), 0)
UNION ALL
SELECT {", ".join(f"d.{name}" for name in DELTA.split(", "))}
FROM shares s CROSS JOIN deltas d ON d.stream_id = s.source_id
WHERE s.stream_id = :id AND s.first < :end AND s.last > :offset
  AND d.offset < min(s.last, :end)
  AND d.offset >= max(s.first, coalesce(
    (SELECT max(offset) FROM deltas WHERE stream_id = s.source_id AND offset <= :offset), 0))
ORDER BY offset
"""


async def read_whole(read: Read, stream_id: str, offset: int) -> list[Delta]:
    """About 128 KiB of a body, from the delta on that holds `offset`; it is not cut."""
    params = {"id": stream_id, "offset": offset, "end": offset + READ_BYTES}
    return [to_delta(row) for row in await read(BODY, params)]
