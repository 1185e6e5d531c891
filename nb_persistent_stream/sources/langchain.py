"""Message chunks of LangChain's `stream` and `astream`.

The shape: https://python.langchain.com/api_reference/core/messages.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..protocol import Piece, Report
from ..toolcalls import TOOL_CALL
from .fields import REASONING, blocks, get, known, plain, text


def is_chunk(item: Any) -> bool:
    """Whether an item looks like a piece of a model's message."""
    return get(item, "type") in ("AIMessageChunk", "ai") and hasattr(item, "content")


def read_chunk(chunk: Any) -> Iterator[Piece | Report]:
    """The pieces of a chunk, and what it reports."""
    if said := text(chunk, "additional_kwargs", "reasoning_content"):
        yield Piece(said, REASONING)
    yield from blocks(chunk.content)
    for call in get(chunk, "tool_call_chunks") or ():
        meta = known(index=get(call, "index"), id=get(call, "id"), name=get(call, "name"))
        yield Piece(text(call, "args"), TOOL_CALL, meta)
    said_of = get(chunk, "response_metadata")
    report = Report(
        model=get(said_of, "model_name") or get(said_of, "model"),
        response_id=get(said_of, "id"),
        finish_reason=get(said_of, "finish_reason") or get(said_of, "stop_reason"),
        usage=plain(get(chunk, "usage_metadata")),
    )
    if report != Report():
        yield report
