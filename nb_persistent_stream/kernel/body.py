"""A body in memory, as it is being said."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace

from ..protocol import Delta, Piece, after, text_of, valid
from ..toolcalls import NO_ARGUMENTS, TOOL_CALL, ToolCall, belongs, calls_of

# A delta takes some 180 bytes beside its text, which may be of six: up to so many characters, what
# is said next is joined to it.
_MOST_JOINED = 1024
_HIGH_SURROGATES = ("\ud800", "\udbff")


class Body:
    """An append-only log of deltas. One thread appends; any thread may read.

    Where one delta ends and the next begins is not kept: the last may grow, but stays in its place.
    What has no place in a log yet waits: half a character for its other half, and a tool call's
    name for the call's first argument.
    """

    def __init__(self, said: Iterable[Delta] = ()) -> None:
        self._deltas = list(said)
        self._waiting: list[Piece] = []
        self.end = self._deltas[-1].end if self._deltas else 0

    @property
    def is_settled(self) -> bool:
        """Whether all that was appended has its place."""
        return not self._waiting

    def forget_begun(self) -> None:
        """Let go of what waits: it will be said again."""
        self._waiting = []

    def append(self, piece: Piece) -> Delta | None:
        """Add a piece at the end; None when there is nothing to add yet.

        Text is made valid Unicode: a character that a provider cut into two surrogates is joined,
        also over two pieces of a part, and half a character alone becomes U+FFFD.
        """
        piece = self._with_what_waits(piece)
        text = piece.text
        half = text[-1:] if _HIGH_SURROGATES[0] <= text[-1:] <= _HIGH_SURROGATES[1] else ""
        text = text[: len(text) - len(half)] if half else text
        if half or (piece.kind == TOOL_CALL and not text):
            self._waiting.append(Piece(half, piece.kind, piece.meta))
        text = valid(text)
        return self._add(piece if text is piece.text else Piece(text, piece.kind, piece.meta))

    def close(self) -> list[Delta]:
        """Say that nothing follows; what waited comes out, a call without arguments as `{}`."""
        waiting, self._waiting = self._waiting, []
        begun = [delta.meta or {} for delta in self._deltas if delta.kind == TOOL_CALL]
        rest = []
        for piece in waiting:
            text = valid(piece.text)
            if not text and not any(belongs(call, piece.meta or {}) for call in begun):
                text = NO_ARGUMENTS
            rest.append(self._add(Piece(text, piece.kind, piece.meta)))
        return [delta for delta in rest if delta is not None]

    def _with_what_waits(self, piece: Piece) -> Piece:
        for waiting in reversed(self._waiting):
            if _same_part(waiting, piece):
                self._waiting.remove(waiting)
                meta = {**(waiting.meta or {}), **(piece.meta or {})} or None
                return Piece(waiting.text + piece.text, piece.kind, meta)
        return piece

    def since(self, offset: int) -> list[Delta]:
        """The deltas from an offset on; the first is cut if the offset lies within it."""
        deltas = self._deltas
        index = bisect_right(deltas, offset, key=lambda delta: delta.offset) - 1
        return [rest for delta in deltas[max(0, index) :] if (rest := after(delta, offset))]

    def until(self, offset: int) -> list[Delta]:
        """The deltas before an offset; the last is cut if the offset lies within it."""
        index = bisect_left(self._deltas, offset, key=lambda delta: delta.offset)
        deltas = self._deltas[:index]
        if deltas and deltas[-1].end > offset:
            last = deltas.pop()
            deltas.append(replace(last, text=last.raw[: offset - last.offset].decode()))
        return deltas

    def text(self, kind: str = "text") -> str:
        """All text of one kind so far."""
        return text_of(list(self._deltas), kind)

    def tool_calls(self) -> list[ToolCall]:
        """The tool calls so far."""
        return calls_of(list(self._deltas))

    def _add(self, piece: Piece) -> Delta | None:
        if not piece.text:
            return None
        delta = Delta(self.end, piece.text, piece.kind, piece.meta)
        last = self._deltas[-1] if self._deltas else None
        if last is not None and _is_joined(last, delta):
            self._deltas[-1] = Delta(last.offset, last.text + delta.text, last.kind, last.meta)
        else:
            self._deltas.append(delta)
        self.end = delta.end
        return delta


def _same_part(waiting: Piece, piece: Piece) -> bool:
    if waiting.kind != piece.kind:
        return False
    return piece.kind != TOOL_CALL or belongs(waiting.meta or {}, piece.meta or {})


def _is_joined(last: Delta, delta: Delta) -> bool:
    return (
        last.kind == delta.kind
        and last.meta == delta.meta
        and last.data is None
        and len(last.text) + len(delta.text) <= _MOST_JOINED
    )
