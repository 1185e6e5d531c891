"""The tool calls that a model makes, put together from their deltas: pure, no I/O.

A call's text is its arguments, as JSON. The `meta` of its deltas names it: `id`, `name` and
`index`, on each of them or on the first, and `index` alone on the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .protocol import Delta, Json, Piece

TOOL_CALL = "tool_call"
# What a call without arguments says: a text is what has a place in a body.
NO_ARGUMENTS = "{}"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call: `arguments` is the text as the model wrote it."""

    id: str | None
    name: str | None
    arguments: str

    @property
    def parsed(self) -> Any:
        """The arguments as JSON values; None where they are not whole, or are no JSON."""
        try:
            return json.loads(self.arguments)
        except ValueError:
            return None


def belongs(known: Json, said: Json) -> bool:
    """Whether what was said is a part of a known call.

    An id is a call's own; an index only tells the calls of one answer apart. What does not say
    whose it is belongs to the call before it.
    """
    if known.get("id") and said.get("id"):
        return bool(known["id"] == said["id"])
    if said.get("index") is not None:
        return bool(known.get("index") == said["index"])
    return not said.get("id")


def calls_of(deltas: Iterable[Delta | Piece]) -> list[ToolCall]:
    """The calls in a body, by their index, or else in the order in which they were begun."""
    metas: list[dict[str, Any]] = []
    texts: list[list[str]] = []
    for delta in deltas:
        if delta.kind != TOOL_CALL:
            continue
        said = dict(delta.meta or {})
        place = last_of(metas, said)
        if place is None:
            metas.append(said)
            texts.append([delta.text])
        else:
            metas[place] = said | metas[place]
            texts[place].append(delta.text)
    calls = list(zip(metas, texts, strict=True))
    if all(isinstance(meta.get("index"), int) for meta in metas):
        calls.sort(key=lambda call: call[0]["index"])
    return [ToolCall(meta.get("id"), meta.get("name"), "".join(said)) for meta, said in calls]


def last_of(metas: list[dict[str, Any]], said: Json) -> int | None:
    """The place of the newest call that something belongs to; None for a new call."""
    places = reversed(range(len(metas)))
    return next((place for place in places if belongs(metas[place], said)), None)
