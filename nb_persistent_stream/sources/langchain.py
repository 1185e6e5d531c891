"""Message chunks of LangChain's `stream` and `astream`, and of LangGraph's stream mode "messages".

The shapes: https://python.langchain.com/api_reference/core/messages.html and
https://docs.langchain.com/oss/python/langgraph/streaming
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


def is_of_graph(item: Any) -> bool:
    """Whether it is a message of a graph, with the facts of the node that said it.

    Before that stands the mode where there are several, and the place where there are subgraphs.
    """
    if not isinstance(item, tuple) or not item:
        return False
    return get(item[-1], "langgraph_node") is not None or is_of_graph(item[-1])


def read_of_graph(item: tuple[Any, ...]) -> Iterator[Piece | Report]:
    """What a model said in a graph; what tools and people said is left out."""
    if is_of_graph(item[-1]):
        yield from read_of_graph(item[-1])
    elif is_chunk(item[0]):
        yield from read_chunk(item[0])
