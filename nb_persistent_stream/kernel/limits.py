"""How much a source may say, and how long it may be silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from dataclasses import asdict, dataclass, replace

from ..config import Config
from ..errors import InvalidInput, SourceFailed, SourceTooLong
from ..protocol import Piece, size, valid
from ..sources import Event
from ..utf8 import whole


@dataclass(frozen=True, slots=True)
class Limits:
    """What ends a source as an error; None is no limit.

    Attributes:
        max_bytes: the longest body, over all kinds.
        first_timeout: the longest wait for the first delta, in seconds.
        idle_timeout: the longest silence after it, in seconds.
    """

    max_bytes: int | None = None
    first_timeout: float | None = None
    idle_timeout: float | None = None


NO_LIMITS = Limits()


def limits(
    config: Config,
    *,
    is_model: bool,
    max_bytes: int | None = None,
    first_timeout: float | None = None,
    idle_timeout: float | None = None,
) -> Limits:
    """The limits of a call: what it asks for, else the settings.

    The settings' timeouts are those of models: a program's own iterable may be silent for hours.

    Raises:
        InvalidInput: one of those that were asked for is not a number above 0.
    """
    asked = Limits(max_bytes, first_timeout, idle_timeout)
    for name, value in asdict(asked).items():
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if value is not None and not (is_number and value > 0):
            raise InvalidInput(f"{name} is {value!r}. Give it a number above 0.")
    return Limits(
        max_bytes or config.max_bytes,
        first_timeout or (config.first_timeout if is_model else None),
        idle_timeout or (config.idle_timeout if is_model else None),
    )


async def limited(
    events: AsyncIterator[Event], limits: Limits, said: int = 0
) -> AsyncGenerator[Event, None]:
    """The events of a source within its limits; `said` are the bytes that came before them.

    Only the wait for the source is timed, not what its reader does meanwhile.

    Raises:
        SourceFailed: it was silent for too long.
        SourceTooLong: it said too much; what fits was said.
    """
    seconds, what = limits.first_timeout, "did not begin to answer"
    patience = _Patience()
    try:
        while (event := await patience.wait(anext(events, None), seconds, what)) is not None:
            if isinstance(event, Piece):
                text = valid(event.text)
                if limits.max_bytes is not None and said + size(text) > limits.max_bytes:
                    yield replace(event, text=_cut(text, limits.max_bytes - said))
                    raise _too_much(limits)
                said += size(text)
                seconds, what = limits.idle_timeout, "fell silent"
            yield event
    finally:
        patience.stop()


class _Patience:
    """Cancels a wait that takes longer than some seconds, and says so.

    One timer serves all waits: when it fires, it looks how long the present one may still take.
    """

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        self._due: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False

    async def wait(
        self, event: Awaitable[Event | None], seconds: float | None, what: str
    ) -> Event | None:
        if seconds is None:
            return await event
        self._due = due = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > due:
            self._set_timer(due)
        try:
            return await event
        except asyncio.CancelledError:
            if not self._is_over:
                raise
            raise SourceFailed(
                f"The source {what} for {seconds:g} s, so it was stopped. Run the cell again, or "
                "give it longer with first_timeout= or idle_timeout=."
            ) from None
        finally:
            self._due = None

    def stop(self) -> None:
        """Let go of the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def _set_timer(self, due: float) -> None:
        self.stop()
        self._timer = self._loop.call_at(due, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._due is None:
            return  # nobody waits; who waits next sets it again
        if self._loop.time() < self._due:
            self._set_timer(self._due)
        elif self._task is not None:
            self._is_over = True
            self._task.cancel()


def _cut(text: str, room: int) -> str:
    data = text.encode()[:room]
    return data[: whole(data)].decode()


def _too_much(limits: Limits) -> SourceTooLong:
    return SourceTooLong(
        f"The source said more than {limits.max_bytes:,} bytes, so it was stopped; what it said "
        "until then is kept. Give it more room with max_bytes= if it is meant to be so long."
    )
