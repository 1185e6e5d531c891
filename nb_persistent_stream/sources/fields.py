"""Reading what providers say, whether it comes as an SDK's object or as plain JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ..protocol import TEXT, Json, Piece

REASONING = "reasoning"


def get(item: Any, *path: str) -> Any:
    """The member at a path of names; None where there is none."""
    for name in path:
        item = item.get(name) if _is_mapping(item.__class__) else getattr(item, name, None)
    return item


@lru_cache
def _is_mapping(kind: type) -> bool:
    """`isinstance` asks an abstract class in Python, and every chunk asks a dozen times."""
    return issubclass(kind, Mapping)


def text(item: Any, *path: str) -> str:
    """The text at a path of names; empty where there is none."""
    value = get(item, *path)
    return value if isinstance(value, str) else ""


def known(**facts: Any) -> dict[str, Any]:
    """The facts that were said."""
    return {name: value for name, value in facts.items() if value is not None and value != ""}


def plain(usage: Any) -> Json | None:
    """Usage as JSON, without what was not said."""
    if usage is None:
        return None
    if not isinstance(usage, Mapping):
        usage = usage.model_dump(mode="json", exclude_none=True)
    return known(**usage) or None


def blocks(content: Any) -> Iterator[Piece]:
    """Content that is text, or a list of typed blocks of text and reasoning."""
    if isinstance(content, str) and content:
        yield Piece(content)
    if isinstance(content, (list, tuple)):
        for block in content:
            if isinstance(block, str) or get(block, "type") in (TEXT, "output_text"):
                yield from blocks(block if isinstance(block, str) else text(block, "text"))
            else:
                yield from _reasoning(block)


def _reasoning(block: Any) -> Iterator[Piece]:
    """Reasoning, under the names that it has: Anthropic's, LangChain's, OpenAI's, Mistral's."""
    for name in ("thinking", "reasoning", "summary"):
        said = get(block, name)
        if isinstance(said, (list, tuple)):
            said = "".join(text(part, "text") for part in said)
        if isinstance(said, str) and said:
            yield Piece(said, REASONING)
