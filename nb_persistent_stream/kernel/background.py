"""Answers that their provider goes on with by itself: taken up where they broke off, or let go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from ..errors import SourceExpired, SourceFailed, SourceTooLong, StreamDeleted
from ..protocol import Delta, Piece, Report, Status, StreamInfo, after
from ..sources import Background, Event, Source
from .body import Body
from .marks import newest_mark

# How long, in seconds, a provider may take to stop.
_PATIENCE = 5.0


async def events_of(
    source: Source, info: Callable[[], StreamInfo], body: Body
) -> AsyncGenerator[Event, None]:
    """What a source says; of an answer that is taken up, what its body lacks.

    `info` tells what is known of the stream at the time.
    """
    background, response_id = source.background, info().report.response_id
    if background is None or response_id is None:
        events = source.open()
    else:
        said = body.since(0)
        mark = newest_mark(said)
        events = _unsaid(background.reopen(response_id, mark.sequence), said, mark.offset)
    try:
        async with aclosing(events):
            async for event in events:
                yield event
    except SourceExpired:
        response_id = info().report.response_id
        if background is None or response_id is None:
            raise
        body.forget_begun()
        async with aclosing(_unsaid(background.whole(response_id), body.since(0), 0)) as rest:
            async for event in rest:
                yield event


async def let_go(
    background: Background | None,
    info: StreamInfo,
    status: Status,
    failure: BaseException | None,
) -> SourceFailed | None:
    """Have the provider stop an answer that nobody wants any more; gives why it can't be told."""
    unwanted = status is Status.CANCELLED or isinstance(failure, (StreamDeleted, SourceTooLong))
    response_id = info.report.response_id
    if background is None or response_id is None or not unwanted:
        return None
    try:
        await asyncio.wait_for(background.cancel(response_id), _PATIENCE)
    except (SourceFailed, asyncio.TimeoutError) as error:
        why = str(error) or f"It did not answer within {_PATIENCE:g} s."
        return SourceFailed(
            f"The stream was stopped, but its provider could not be told: {why} It may go on with "
            f"the answer {response_id}, and count it."
        )
    return None


async def _unsaid(
    events: AsyncGenerator[Event, None], said: Sequence[Delta], start: int
) -> AsyncGenerator[Event, None]:
    """What events add to a body; they say again what it has from `start` on.

    They are placed as a driver that had said it all would place them, and what is there is left
    out. An answer that broke off is not closed: what is begun may still become whole.

    Raises:
        SourceFailed: they say something else than the body has.
    """
    length = said[-1].end if said else 0
    replay = Body(_until(said, start))
    there = b"".join(delta.raw for delta in said)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Report):
                yield event
            elif delta := replay.append(event):
                mark = event.mark if replay.is_settled else None
                if rest := _beyond(delta, length, there):
                    yield Piece(rest.text, rest.kind, rest.meta, mark)
    for delta in replay.close():
        if rest := _beyond(delta, length, there):
            yield Piece(rest.text, rest.kind, rest.meta)


def _until(said: Sequence[Delta], end: int) -> list[Delta]:
    whole = [delta for delta in said if delta.end <= end]
    cut = next((delta for delta in said if delta.offset < end < delta.end), None)
    if cut is not None:
        text = cut.raw[: end - cut.offset].decode()
        whole.append(Delta(cut.offset, text, cut.kind, cut.meta))
    return whole


def _beyond(delta: Delta, length: int, there: bytes) -> Delta | None:
    """What a delta adds to a body of so many bytes."""
    if not delta.raw.startswith(there[delta.offset : delta.end]):
        raise SourceFailed(
            "The provider does not say again what it had said, so the answer can't be taken up. "
            "What is stored is kept; retry() asks once more."
        )
    return after(delta, length)
