"""Reading a whole stream from the store."""

from __future__ import annotations

import time
from contextlib import aclosing, suppress
from dataclasses import replace

from ..errors import PersistentStreamError
from ..protocol import TEXT, Delta, Status, StreamInfo, text_of
from ..store import StreamStore
from .endings import error_record


async def end_of(store: StreamStore, stream_id: str) -> None:
    """Wait for a stream's end.

    Raises:
        StreamNotFound: there is no such stream, or it was deleted meanwhile.
    """
    async with aclosing(store.states(stream_id)) as states:
        async for _ in states:
            pass


async def ended_as(store: StreamStore, info: StreamInfo, trouble: Exception) -> StreamInfo:
    """How a stream ended whose driver could not end it."""
    with suppress(PersistentStreamError):
        stored = await store.info(info.id)
        if stored.status.final:
            return stored
    return replace(info, status=Status.ERROR, finished_at=time.time(), error=error_record(trouble))


async def whole(store: StreamStore, stream_id: str) -> tuple[StreamInfo, str]:
    """A stream's state, and all its text as of then or later.

    Raises:
        StreamNotFound: there is no such stream.
    """
    return await store.info(stream_id), await whole_text(store, stream_id)


async def whole_text(store: StreamStore, stream_id: str, kind: str = TEXT) -> str:
    """All text of one kind so far."""
    return text_of(await whole_body(store, stream_id), kind)


async def whole_body(store: StreamStore, stream_id: str) -> list[Delta]:
    """All deltas so far."""
    body: list[Delta] = []
    while deltas := await store.read(stream_id, body[-1].end if body else 0):
        body += deltas
    return body
