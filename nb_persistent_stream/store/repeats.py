"""What a driver asks twice: its first call was obeyed, and the answer was lost on its way.

Such a call matches no row any more. These tell it from one that is not allowed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from ..protocol import Delta
from .driving import Lease, NewStream
from .queries import IS_LIVE
from .rows import DELTA, to_delta

Read = Callable[[str, Any], Awaitable[list[sqlite3.Row]]]


class Repeats:
    """Looks for what an earlier call has left, through one connection."""

    def __init__(self, read: Read) -> None:
        self._read = read

    async def created(self, new: NewStream) -> bool:
        """Whether a driver has made this stream, and nobody has taken it over since."""
        return await self._holds(new.id, new.driver, 1)

    async def claimed(self, stream_id: str, driver: str, epoch: int) -> bool:
        """Whether a driver has taken a stream over that had this epoch, and still has it."""
        return await self._holds(stream_id, driver, epoch + 1)

    async def appended(self, lease: Lease, deltas: Sequence[Delta]) -> bool:
        """Whether a body has just these deltas at their place."""
        rows = await self._read(
            f"SELECT {DELTA} FROM deltas JOIN streams ON id = stream_id "
            "WHERE id = ? AND epoch = ? AND offset >= ? AND offset < ? ORDER BY offset",
            (lease.stream_id, lease.epoch, deltas[0].offset, deltas[-1].end),
        )
        return [_words(to_delta(row)) for row in rows] == [_words(delta) for delta in deltas]

    async def finished(self, lease: Lease, end: Mapping[str, Any]) -> bool:
        """Whether a stream has ended just so, under this lease."""
        same = " AND ".join(f"{column} IS :{column}" for column in end)
        return await self._any(
            f"id = :id AND epoch = :epoch AND {same}",
            {**end, "id": lease.stream_id, "epoch": lease.epoch},
        )

    async def _holds(self, stream_id: str, driver: str, epoch: int) -> bool:
        return await self._any(
            f"id = ? AND driver = ? AND epoch = ? AND {IS_LIVE}",
            (stream_id, driver, epoch),
        )

    async def _any(self, where: str, params: Any) -> bool:
        return bool(await self._read(f"SELECT true FROM stream_infos WHERE {where}", params))


def _words(delta: Delta) -> tuple[int, str, str]:
    """What makes a delta the same as another; its meta may not survive JSON unchanged."""
    return (delta.offset, delta.kind, delta.text)
