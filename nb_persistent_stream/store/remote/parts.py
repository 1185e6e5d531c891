"""A body in requests that a server takes."""

from __future__ import annotations

from collections.abc import Sequence

from ...protocol import Delta, Piece, place

# What one request carries at most, in characters and deltas: far less than a server takes.
_MOST_TEXT, _MOST_DELTAS = 256 * 1024, 2000


def parts(deltas: Sequence[Delta]) -> list[list[Delta]]:
    """Deltas in requests of a bounded size; a delta that is larger is cut, always in one way."""
    requests: list[list[Delta]] = []
    room = 0
    for delta in deltas:
        for cut in _cut(delta):
            room -= len(cut.text)
            if room < 0 or len(requests[-1]) >= _MOST_DELTAS:
                requests.append([])
                room = _MOST_TEXT - len(cut.text)
            requests[-1].append(cut)
    return requests


def _cut(delta: Delta) -> list[Delta]:
    if len(delta.text) <= _MOST_TEXT:
        return [delta]
    texts = [
        delta.text[start : start + _MOST_TEXT] for start in range(0, len(delta.text), _MOST_TEXT)
    ]
    return list(place([Piece(text, delta.kind, delta.meta) for text in texts], delta.offset))
