"""How a body is read: the deltas that a fork shares with its sources, then its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from ..protocol import JSON_MESSAGE, Delta
from .rows import DELTA, to_delta

READ_BYTES = 128 * 1024
# A page of one delta costs little more than its bytes.
_JOINED_BYTES = 256 * 1024

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


# The same as one row, up to the first delta of another part, unless that comes soon. A delta of a
# fork's source is not looked for, and a message stays one.
_JOINED = f"""
WITH run AS MATERIALIZED (
  SELECT first.offset, first.kind, first.meta, coalesce((
    SELECT offset FROM deltas
    WHERE stream_id = :id AND offset > first.offset AND offset < :end
      AND (kind <> first.kind OR meta IS NOT first.meta OR data IS NOT NULL)
    ORDER BY offset LIMIT 1), :end) AS edge
  FROM deltas first
  WHERE first.stream_id = :id AND first.kind <> '{JSON_MESSAGE}' AND first.data IS NULL
    AND first.offset = (
      SELECT max(offset) FROM deltas WHERE stream_id = :id AND offset <= :offset)
)
SELECT offset, kind, meta, NULL AS data, (
  SELECT group_concat(text, '') FROM (
    SELECT text FROM deltas
    WHERE stream_id = :id AND offset >= run.offset AND offset < run.edge ORDER BY offset)) AS text
FROM run WHERE edge - :offset >= {READ_BYTES}
"""


async def read_joined(read: Read, stream_id: str, offset: int) -> list[Delta]:
    """About 256 KiB of a body as one delta where it is of one part; else as `read_whole` does."""
    params = {"id": stream_id, "offset": offset, "end": offset + _JOINED_BYTES}
    joined = [to_delta(row) for row in await read(_JOINED, params)]
    return joined or await read_whole(read, stream_id, offset)


async def read_whole(read: Read, stream_id: str, offset: int) -> list[Delta]:
    """About 128 KiB of a body, from the delta on that holds `offset`; it is not cut."""
    params = {"id": stream_id, "offset": offset, "end": offset + READ_BYTES}
    return [to_delta(row) for row in await read(BODY, params)]
