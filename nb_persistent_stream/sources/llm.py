"""Responses of the `llm` package, and the events that they are made of.

The shapes: https://llm.datasette.io/en/stable/python-api.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..protocol import TEXT, Piece, Report
from ..toolcalls import TOOL_CALL
from .fields import REASONING, get, known

_KINDS = {
    "text": TEXT,
    "reasoning": REASONING,
    "tool_call_name": TOOL_CALL,
    "tool_call_args": TOOL_CALL,
}


def is_response(source: Any) -> bool:
    """Whether it is a response, sync or async, of a version that tells its events."""
    return all(hasattr(source, name) for name in ("prompt", "usage")) and (
        hasattr(source, "stream_events") or hasattr(source, "astream_events")
    )


def items_of(response: Any) -> Any:
    """The events of a response."""
    events = getattr(response, "astream_events", None) or response.stream_events
    return events()


def report_of(response: Any, usage: Any) -> Report:
    """What a response says when it has ended."""
    counted = known(input_tokens=get(usage, "input"), output_tokens=get(usage, "output"))
    model = get(response, "resolved_model") or get(response, "model", "model_id")
    details = get(usage, "details") if counted else None
    return Report(model=model, usage={**counted, **known(details=details)} or None)


def is_event(item: Any) -> bool:
    """Whether an item looks like an event of a response."""
    return hasattr(item, "part_index") and hasattr(item, "chunk")


def read_event(event: Any) -> Iterator[Piece]:
    """What an event says; results of tools are not the model's words."""
    kind, index = _KINDS.get(event.type), known(index=event.part_index)
    if kind == TOOL_CALL:
        is_name = event.type == "tool_call_name"
        name = (event.tool_name or event.chunk) if is_name else None
        meta = known(**index, id=event.tool_call_id, name=name)
        yield Piece("" if is_name else event.chunk, kind, meta)
    elif kind is not None:
        yield Piece(event.chunk, kind, index or None)
