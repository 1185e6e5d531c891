"""Finds drivers that have stopped beating."""

from __future__ import annotations

import time
from collections.abc import Callable, Container
from dataclasses import dataclass

from ..errors import StoreUnavailable
from ..protocol import StreamInfo
from .contract import StreamStore

GONE = (
    "The kernel went away before the model had finished. What was said until then is kept; run "
    "the cell again for a whole answer."
)

# No driver's id.
_NOBODY = ""
# A write that waits so long, in seconds, waits for somebody who keeps all others from writing.
_LONG = 0.5


@dataclass(frozen=True, slots=True)
class _Seen:
    epoch: int
    beat: int
    since: float


def _nobody(_: list[StreamInfo]) -> Container[str]:
    return ()


class LeaseWatch:
    """Ends the streams of vanished drivers as `timeout`.

    A beat that has stood still for a lease, by this process's monotonic clock, is a lease that ran
    out: no wall clock is compared, so clocks may differ and jump. Time in which this process could
    not write either counts for nobody.
    """

    def __init__(
        self, store: StreamStore, lease: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._lease = lease
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        self._swept = clock()

    async def sweep(
        self, gone: Callable[[list[StreamInfo]], Container[str]] = _nobody
    ) -> list[str]:
        """Look once, and end what must end.

        Args:
            gone: which of the live streams are known to have no driver any more, by their ids.

        Returns:
            The ids of the streams that were ended.
        """
        now = self._clock()
        if now - self._swept > self._lease:
            # This process slept, or the store was out of reach. So it may have been with the
            # drivers: they get a whole lease.
            self._seen.clear()
        # What nobody drives was made over HTTP, and lasts until it is closed.
        streams = [info for info in await self._store.live() if info.driver is not None]
        self._swept = now
        orphans = gone(streams)
        self._seen = {info.id: self._look(info, now) for info in streams}
        silent = {info.id: now - self._seen[info.id].since for info in streams}
        try:
            if any(seconds > self._lease / 2 for seconds in silent.values()):
                await self._try_to_beat()
            return [
                info.id
                for info in streams
                if (info.id in orphans or silent[info.id] > self._lease)
                and await self._store.expire(info, GONE)
            ]
        except StoreUnavailable:
            self._seen.clear()
            raise

    async def _try_to_beat(self) -> None:
        """See whether a driver could write its beat now.

        Raises:
            StoreUnavailable: it could not, or had to wait long.
        """
        began = self._clock()
        await self._store.beat(_NOBODY)
        if self._clock() - began > _LONG:
            raise StoreUnavailable("Another program held the store locked.")

    def _look(self, info: StreamInfo, now: float) -> _Seen:
        before = self._seen.get(info.id)
        if before and (before.epoch, before.beat) == (info.epoch, info.beat):
            return before
        return _Seen(info.epoch, info.beat, now)
