"""How fast one socket may ask."""

from __future__ import annotations

import time
from collections.abc import Callable


class Throttle:
    """Lets `burst` requests through at once, and then `rate` in a second.

    https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
    """

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval = 1 / rate
        self._slack = burst / rate
        self._clock = clock
        self._due = 0.0

    def wait(self) -> float:
        """Count a request; how many seconds it has to wait for its turn."""
        now = self._clock()
        self._due = max(self._due, now - self._slack) + self._interval
        return max(0.0, self._due - now)
