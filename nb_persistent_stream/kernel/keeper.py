"""A stream's place in the store, kept through whatever happens to the store."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence

from ..chunking import merge
from ..errors import StoreCorrupt, StoreReplaced, StoreTooNew, StoreUnavailable
from ..patience import pauses
from ..protocol import Delta, Status, StreamInfo, place
from ..store import Lease, StreamStore
from .body import Body
from .key import key_of

Notice = Callable[[str | None], None]

# What passes by itself, or when somebody follows the advice that comes with it.
_PASSING = (StoreUnavailable, StoreCorrupt, StoreTooNew)

# How long, in seconds, a store that is out of reach is waited for after the end. Who stops a stream
# wants it stopped, and a process that is shut down is soon killed.
_PATIENCE = {
    Status.DONE: 300.0,
    Status.ERROR: 300.0,
    Status.CANCELLED: 30.0,
    Status.TIMEOUT: 3.0,
}


class Keeper:
    """Holds one stream's lease and does all its writes, from the loop it was made in.

    A store that is out of reach is tried again as long as the stream goes on, and then until the
    time is over that `hurry` says. A store whose file was replaced is given the stream once more.
    `notice` is told why nothing is saved, and told None when it is over.
    """

    def __init__(
        self,
        store: StreamStore,
        lease: Lease,
        body: Body,
        info: Callable[[], StreamInfo],
        notice: Notice,
    ) -> None:
        self.lease = lease
        self._store = store
        self._body = body
        self._info = info
        self._notice = notice
        self._saved = body.end
        self._deadline: float | None = None
        self._restoring = asyncio.Lock()

    async def append(self, deltas: Sequence[Delta]) -> None:
        """Append to the body; see `write`."""
        await self.write(lambda lease: self._store.append(lease, deltas))
        self._saved = deltas[-1].end

    async def write(self, act: Callable[[Lease], Awaitable[None]]) -> None:
        """Do what takes the lease, until it is done.

        Raises:
            StreamFenced: the lease is not valid any more.
            StoreError: the store can't be used, and the time is over.
        """
        tries = pauses(math.inf)
        while True:
            try:
                await self._attempt(act)
            except _PASSING as error:
                if self._deadline is not None and time.monotonic() >= self._deadline:
                    self._notice(f"Not saved. {error}")
                    raise
                self._notice(f"Not saved yet. {error}")
                await asyncio.sleep(next(tries))
            else:
                self._notice(None)
                return

    def hurry(self, end: Status) -> None:
        """Give up a while from now, as the stream ends so; or sooner, if that was said before."""
        deadline = time.monotonic() + _PATIENCE[end]
        self._deadline = deadline if self._deadline is None else min(self._deadline, deadline)

    async def restore(self) -> None:
        """Put the stream, as far as it was saved, into the file that took the place of its own.

        Raises:
            StreamFenced: there it has ended, or another driver has it.
            StoreError: the store can't be used.
        """
        lost = self.lease
        async with self._restoring:
            if self.lease is lost:
                deltas = list(place(merge(self._body.until(self._saved)), 0))
                info = self._info()
                self.lease = await self._store.restore(lost, info, deltas, key_of(info.provenance))

    async def _attempt(self, act: Callable[[Lease], Awaitable[None]]) -> None:
        try:
            await act(self.lease)
        except StoreReplaced:
            await self.restore()
            await act(self.lease)
