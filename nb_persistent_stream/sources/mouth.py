"""What people's items mean, said where they are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..protocol import Piece, size, valid
from .contract import Event
from .handoff import Abandoned, Handoff
from .read import Reader


class Mouth:
    """Hands over what a source's items mean: unlike an item, that has a size."""

    def __init__(self, reader: Reader, handoff: Handoff) -> None:
        self._reader = reader
        self._handoff = handoff

    @property
    def is_unheard(self) -> bool:
        """Whether nobody listens any more."""
        return self._handoff.abandoned

    def say(self, item: Any) -> None:
        """Say an item from a thread.

        Raises:
            Abandoned: nobody listens any more.
            InvalidInput: it means nothing.
        """
        for event in self._reader.read(item):
            self._handoff.put(event, _size(event))

    async def say_async(self, item: Any) -> None:
        """Say an item from another event loop; raises what `say` does."""
        for event in self._reader.read(item):
            await self._handoff.put_async(event, _size(event))

    @contextmanager
    def telling_its_end(self) -> Iterator[None]:
        """Tell the consumer how a block ended; nothing leaves the block."""
        try:
            yield
        except Abandoned:
            return
        except BaseException as error:
            self._handoff.end(error)
        else:
            self._handoff.end()


def _size(event: Event) -> int:
    return size(valid(event.text)) if isinstance(event, Piece) else 0
