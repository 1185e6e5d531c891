"""Reading a source whole."""

from contextlib import aclosing

from nb_persistent_stream.protocol import Piece
from nb_persistent_stream.sources import iterable_source


async def events_of(source):
    """All that a source says."""
    async with aclosing(source.open()) as events:
        return [event async for event in events]


async def read(anything):
    """All that an iterable says, as a source."""
    return await events_of(iterable_source(anything))


async def text(anything):
    """All text that an iterable says, as a source."""
    return "".join(event.text for event in await read(anything) if isinstance(event, Piece))
