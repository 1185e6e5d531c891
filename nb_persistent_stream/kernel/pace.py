"""How fast this kernel may send to its pages.

A Jupyter server drops all output of a kernel above 1,000 messages or 1 MB a second
(`iopub_msg_rate_limit`, `iopub_data_rate_limit`): all senders together stay well below.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain

from ..chunking import merge
from ..protocol import Delta, Piece, place
from ..utf8 import parts
from ..wire import deltas_message
from .widget import StreamWidget

_FRAME = 1 / 60
_MESSAGES_PER_SECOND = 400
_BYTES_PER_SECOND = 400_000
_MESSAGE_BYTES = 64 * 1024
# In seconds; doubled each time, so that all repeats together are no longer than the body twice.
_FIRST_REPEAT, _LAST_REPEAT = 0.5, 60

_senders = 0


@contextmanager
def sending() -> Iterator[None]:
    """Take a share of the pace for the length of a block, on the runtime's loop."""
    global _senders  # noqa: PLW0603  (all senders of the process share one server)
    _senders += 1
    try:
        yield
    finally:
        _senders -= 1


async def send(widget: StreamWidget, deltas: Iterable[Delta]) -> None:
    """Send neighbouring deltas in few messages, with a pause of a frame or more after each."""
    for group in _groups(deltas):
        first, end = group[0].offset, group[-1].end
        widget.send(deltas_message(place(merge(group), first)))
        await asyncio.sleep(_pause(end - first))


async def repeat(widget: StreamWidget, say: Callable[[], Awaitable[None]]) -> None:
    """Say all again, ever more rarely, until a page was heard; not where pages have a server.

    A page misses what is said while it opens, and a kernel that a cell blocks can't hear it ask.
    """
    pause = _FIRST_REPEAT
    while not widget.has_server and pause < _LAST_REPEAT:
        await asyncio.sleep(pause)
        if widget.heard:
            return
        await say()
        pause *= 2


def _pause(sent: int) -> float:
    share = max(1, _senders)
    return max(_FRAME, share / _MESSAGES_PER_SECOND, share * sent / _BYTES_PER_SECOND)


def _groups(deltas: Iterable[Delta]) -> Iterator[list[Delta]]:
    group: list[Delta] = []
    for delta in chain.from_iterable(map(_parts, deltas)):
        if group and delta.end - group[0].offset > _MESSAGE_BYTES:
            yield group
            group = []
        group.append(delta)
    if group:
        yield group


def _parts(delta: Delta) -> Iterator[Delta]:
    """A delta that is too large for a message, in parts."""
    if delta.end - delta.offset <= _MESSAGE_BYTES:
        return iter((delta,))
    texts = (part.decode() for part in parts(delta.text.encode(), _MESSAGE_BYTES))
    return place((Piece(text, delta.kind, delta.meta) for text in texts), delta.offset)
