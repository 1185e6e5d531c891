"""How far a provider's answer is stored, by the provider's own count, so that it can be taken up.

A mark stands in the meta of a delta: so both are stored at once, in any store.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..protocol import Delta

_NAME = "mark"


@dataclass(frozen=True, slots=True)
class Mark:
    """After the provider's event number `sequence` the body ended at `offset`, in bytes.

    Text is cut for the store where words end, so a body may end within a later event.
    """

    sequence: int | None
    offset: int


class Marks:
    """The marks of what is said and not stored yet."""

    def __init__(self) -> None:
        self._marks: deque[Mark] = deque()

    def add(self, mark: Mark) -> None:
        """Note a mark beyond all others."""
        self._marks.append(mark)

    def put_on(self, deltas: list[Delta]) -> list[Delta]:
        """The deltas that are stored next, the last one with the newest mark that they reach."""
        newest, last = None, deltas[-1]
        while self._marks and self._marks[0].offset <= last.end:
            newest = self._marks.popleft()
        if newest is None:
            return deltas
        meta = {**(last.meta or {}), _NAME: [newest.sequence, newest.offset]}
        return [*deltas[:-1], replace(last, meta=meta)]


def newest_mark(body: Sequence[Delta]) -> Mark:
    """The newest mark that a body reaches; where there is none, its start."""
    for delta in reversed(body):
        if delta.meta and _NAME in delta.meta:
            mark = Mark(*delta.meta[_NAME])
            if mark.offset <= delta.end:  # a delta that was cut has it on each part
                return mark
    return Mark(None, 0)
