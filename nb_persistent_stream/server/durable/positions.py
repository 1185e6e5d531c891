"""Where readers stand: offset tokens, and cursors."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from ...errors import InvalidInput
from ...protocol import StreamInfo

_TOKEN = re.compile(r"(\d{16})_(\d{16})", re.ASCII)
_START = "-1"
NOW = "now"

# Cursors count intervals since 2024-10-09; the protocol gives both numbers.
_CURSOR_EPOCH, _CURSOR_SECONDS = 1728432000, 20
_MOST_JITTER = 3600
_LONGEST = 15


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a stream: the bytes before it, and the records there that have no bytes.

    Such a record is the one that says how a driver's stream has ended.
    """

    offset: int
    records: int = 0

    def __str__(self) -> str:
        return f"{self.offset:016d}_{self.records:016d}"


def position(token: str) -> Position:
    """The place that an offset token names; `-1` is the start.

    Raises:
        InvalidInput: it is no token of this server.
    """
    if token == _START:
        return Position(0)
    found = _TOKEN.fullmatch(token)
    if found:
        return Position(int(found[1]), int(found[2]))
    raise InvalidInput(
        f"offset is {token!r}. Give -1 for the start, now for the end, or what the header "
        "Stream-Next-Offset said."
    )


def cursor(now: float, last: str | None) -> str:
    """The cursor of an answer at `now`; it is beyond the `last` one, so that caches move on."""
    interval = int(now - _CURSOR_EPOCH) // _CURSOR_SECONDS
    if last is not None and last.isascii() and last.isdecimal() and len(last) <= _LONGEST:
        seen = int(last)
        if seen >= interval:
            steps = random.randint(1, _MOST_JITTER) // _CURSOR_SECONDS  # noqa: S311
            return str(seen + max(1, steps))
    return str(interval)


def etag(info: StreamInfo, start: Position, end: Position, *, closed: bool) -> str:
    """What tells one answer to a read from any other, also of a later stream of the same id."""
    made = int(info.created_at * 1e6)
    return f'"{made:x}:{start}:{end}{":c" if closed else ""}"'
