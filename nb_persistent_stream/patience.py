"""How often what fails for now is tried again."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator


def pauses(patience: float, first: float = 0.1, longest: float = 2.0) -> Iterator[float]:
    """The seconds to wait before each next try, until `patience` seconds have gone by.

    Each is about twice the one before, `longest` at most, and a little at random: what failed for
    many at once is not tried by all of them at once again.
    """
    end, pause = time.monotonic() + patience, first
    while time.monotonic() < end:
        yield pause * random.uniform(0.75, 1.0)  # noqa: S311  (nobody's secret)
        pause = min(2 * pause, longest)
