"""When this process's streams write: one alone at once, many in step, so that they share commits.

A commit costs about the same for one stream and for a hundred.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds between two steps, for each stream that writes; and at most.
_SHARE, _LONGEST = 0.0005, 0.032

_writers = 0


@contextmanager
def writing() -> Iterator[None]:
    """Count as one that may write for the length of a block."""
    global _writers  # noqa: PLW0603  (all streams of the process share its disk)
    _writers += 1
    try:
        yield
    finally:
        _writers -= 1


def next_step(now: float) -> float | None:
    """When to write next, on the clock that says it is `now`; None for at once."""
    if _writers <= 1:
        return None
    pause = min(_writers * _SHARE, _LONGEST)
    return (math.floor(now / pause) + 1) * pause
