"""OpenAI chat completion chunks, as objects of the SDK or as plain JSON.

The shape: https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..protocol import Piece, Report
from .contract import Event

# What compatible servers call the reasoning that the API's own chunks do not carry.
_REASONING = ("reasoning_content", "reasoning")


def is_chunk(item: Any) -> bool:
    """Whether an item looks like a chunk."""
    return isinstance(_get(item, "choices"), (list, tuple))


def read_chunk(chunk: Any) -> Iterator[Event]:
    """The pieces that a chunk's first answer says, and what the chunk reports."""
    finish_reason = None
    for choice in _get(chunk, "choices"):
        if _get(choice, "index"):
            continue  # another answer to the same prompt (`n=2`): a stream has one
        delta = _get(choice, "delta")
        for name in _REASONING:
            if isinstance(text := _get(delta, name), str) and text:
                yield Piece(text, kind="reasoning")
                break
        for name in ("content", "refusal"):
            if isinstance(text := _get(delta, name), str) and text:
                yield Piece(text)
        finish_reason = _get(choice, "finish_reason")
    report = Report(
        model=_get(chunk, "model") or None,
        response_id=_get(chunk, "id") or None,
        finish_reason=finish_reason,
        usage=_plain(_get(chunk, "usage")),
    )
    if report != Report():
        yield report


def _get(item: Any, name: str) -> Any:
    return item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)


def _plain(usage: Any) -> Mapping[str, Any] | None:
    """Usage as JSON, without what was not said."""
    if usage is None or isinstance(usage, Mapping):
        return usage
    dumped: Mapping[str, Any] = usage.model_dump(exclude_none=True)
    return dumped
