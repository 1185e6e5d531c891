"""A body in memory, as it is being said."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace

from ..protocol import Delta, Piece, after, text_of, valid

_HIGH_SURROGATES = ("\ud800", "\udbff")


class Body:
    """An append-only log of deltas. One thread appends; any thread may read."""

    def __init__(self) -> None:
        self._deltas: list[Delta] = []
        self._half: Piece | None = None
        self.end = 0

    def append(self, piece: Piece) -> Delta | None:
        """Add a piece at the end; None when there is nothing to add yet.

        Text is made valid Unicode: a character that a provider cut into two surrogates is joined,
        also over two pieces, and half a character alone becomes U+FFFD.
        """
        if self._half is not None:
            piece = Piece(self._half.text + piece.text, piece.kind, piece.meta)
            self._half = None
        text = piece.text
        if text and _HIGH_SURROGATES[0] <= text[-1] <= _HIGH_SURROGATES[1]:
            self._half = Piece(text[-1], piece.kind, piece.meta)
            text = text[:-1]
        return self._add(Piece(valid(text), piece.kind, piece.meta))

    def close(self) -> Delta | None:
        """Say that nothing follows; half a character that waited for its other half comes out."""
        half, self._half = self._half, None
        return self._add(Piece(valid(half.text), half.kind, half.meta)) if half else None

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
            deltas.append(replace(last, text=last.bytes[: offset - last.offset].decode()))
        return deltas

    def text(self, kind: str = "text") -> str:
        """All text of one kind so far."""
        return text_of(list(self._deltas), kind)

    def _add(self, piece: Piece) -> Delta | None:
        if not piece.text:
            return None
        delta = Delta(self.end, piece.text, piece.kind, piece.meta)
        self._deltas.append(delta)
        self.end = delta.end
        return delta
