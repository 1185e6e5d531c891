"""Where a buffer of text may be cut before it is written to the store: pure, no I/O.

Small chunks reach watchers sooner; large ones cost fewer writes. A chunk ends

- `word`: after white space, or after a character of a script that writes without spaces;
- `sentence`: after the white space behind `.`, `!`, `?` or `…` (with closing quotes and brackets),
  after a CJK full stop once the next character shows that no closing quote follows, and after a
  line's end, so that list items and lines of code count;
- `paragraph`: after a blank line;
- an integer: as soon as at least so many UTF-8 bytes wait.

A change of kind ends a chunk too: two kinds never share one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Literal, cast, get_args

from .errors import InvalidInput
from .protocol import Piece, Said, size

Unit = Literal["word", "sentence", "paragraph"]
ChunkBy = Unit | int

_CLOSERS = r"\"'”’»)\]}*_`」』）】》〉"
# Han, kana, Thai, Lao, Myanmar and Khmer are written without spaces between words.
_UNSPACED = (
    r"\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3000-\u30FF\u31F0-\u31FF\u3400-\u4DBF"
    r"\u4E00-\u9FFF\uF900-\uFAFF\uFF00-\uFFEF\U00020000-\U0003FFFF"
)
# A run of stops is tried from its first one only; tried from each, it would cost its square.
_BOUNDARIES: dict[str, re.Pattern[str]] = {
    # To the last one in one go: every delta comes by here.
    "word": re.compile(rf"(?s:.*)[\s{_UNSPACED}]"),
    "sentence": re.compile(
        rf"(?<![.!?…])[.!?…]+[{_CLOSERS}]*\s+"
        rf"|(?<![。！？｡])[。！？｡]+[{_CLOSERS}]*(?=[^。！？｡{_CLOSERS}])|\n"
    ),
    "paragraph": re.compile(r"\n[ \t\r]*\n\s*"),
}
# A boundary may straddle two pieces; none needs to look back further than this.
_LOOKBACK = 16


def check_chunk_by(value: object) -> ChunkBy:
    """The value, when it says where to cut.

    Raises:
        InvalidInput: it is neither a unit nor a number of bytes from 1 up.
    """
    if value in get_args(Unit):
        return cast("Unit", value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise InvalidInput(
        f"chunk_by is {value!r}. Use 'word', 'sentence', 'paragraph', or a number of bytes such as "
        "chunk_by=1024."
    )


def last_boundary(text: str, unit: Unit) -> int:
    """The index after the last place where a text may be cut, or 0 when there is none."""
    if unit == "word":
        last = _BOUNDARIES[unit].match(text)
        return last.end() if last else 0
    end = 0
    for match in _BOUNDARIES[unit].finditer(text):
        end = match.end()
    return end


class Chunker:
    """Collects pieces and gives them back cut at boundaries; nothing is lost, added or moved.

    Each character is looked at a bounded number of times, however long a chunk grows.
    """

    def __init__(self, chunk_by: ChunkBy = "word") -> None:
        self._chunk_by = check_chunk_by(chunk_by)
        self._waiting: list[Said] = []
        self._bytes = 0

    @property
    def waiting(self) -> bool:
        """Whether text waits for a boundary."""
        return bool(self._waiting)

    def push(self, piece: Said) -> list[Said]:
        """Take a piece in; what may be written now comes out."""
        if not piece.text:
            return []
        ready: list[Said] = []
        if self._waiting and not _same_part(self._waiting[-1], piece):
            ready += self.flush()
        cut = self._cut(piece.text)
        if cut == len(piece.text) and not self._waiting:
            return [*ready, piece]
        if cut is not None:
            self._keep(piece, 0, cut)
            ready += self.flush()
        self._keep(piece, cut or 0, len(piece.text))
        return ready

    def flush(self) -> list[Said]:
        """Give out what waits, boundary or not."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        return merge(waiting)

    def _keep(self, piece: Said, start: int, end: int) -> None:
        if start == end:
            return
        if end - start < len(piece.text):
            piece = Piece(piece.text[start:end], piece.kind, piece.meta)
        self._waiting.append(piece)
        if isinstance(self._chunk_by, int):
            self._bytes += size(piece.text)

    def _cut(self, text: str) -> int | None:
        """How much of a new text goes out with what waits before it; None when all must wait."""
        if isinstance(self._chunk_by, int):
            return len(text) if self._bytes + size(text) >= self._chunk_by else None
        before = self._lookback()
        end = last_boundary(before + text, self._chunk_by)
        return max(0, end - len(before)) if end else None

    def _lookback(self) -> str:
        text = ""
        if self._chunk_by == "word":
            return text  # one character decides, and none that waits is one
        for piece in reversed(self._waiting):
            text = piece.text[-_LOOKBACK:] + text
            if len(text) >= _LOOKBACK:
                break
        return text[-_LOOKBACK:]


def merge(pieces: Sequence[Said]) -> list[Said]:
    """Join neighbours of the same kind and meta, so that one commit writes few rows."""
    if len(pieces) <= 1:
        return [*pieces]
    return [
        Piece("".join(piece.text for piece in group), kind, meta)
        for (kind, meta), group in groupby(pieces, key=lambda piece: (piece.kind, piece.meta))
    ]


def _same_part(one: Said, other: Said) -> bool:
    return one.kind == other.kind and one.meta == other.meta
