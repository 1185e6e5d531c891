"""Results and events of pydantic-ai.

The shapes: https://ai.pydantic.dev/agents/#streaming-all-events
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from typing import Any

from ..protocol import TEXT, Piece, Report
from ..toolcalls import TOOL_CALL
from .fields import REASONING, get, known, text

_EVENTS = (
    "part_start",
    "part_delta",
    "part_end",
    "final_result",
    "function_tool_call",
    "function_tool_result",
    "output_tool_call",
    "output_tool_result",
    "agent_run_result",
)
# A part's kind, or that of a delta of it.
_KINDS = {
    "text": TEXT,
    "thinking": REASONING,
    "tool-call": TOOL_CALL,
    "builtin-tool-call": TOOL_CALL,
    "tool_call": TOOL_CALL,
}


def is_result(source: Any) -> bool:
    """Whether it is what `async with agent.run_stream(...) as result` gives."""
    return callable(getattr(source, "stream_text", None))


def items_of(result: Any) -> Any:
    """The text of a result as it comes."""
    return result.stream_text(delta=True, debounce_by=None)


def is_cumulative(source: Any) -> bool:
    """Whether it is a `stream_text()` that says all its text again each time, as is its default."""
    frame = getattr(source, "ag_frame", None) or getattr(source, "gi_frame", None)
    return getattr(source, "__name__", "") == "stream_text" and (
        frame is not None and frame.f_locals.get("delta") is False
    )


def report_of(result: Any) -> Report:
    """What a result, also that of a run's last event, says when it has ended."""
    usage, response = get(result, "usage"), get(result, "response")
    return Report(
        model=get(response, "model_name"),
        response_id=get(response, "provider_response_id"),
        finish_reason=get(response, "finish_reason"),
        usage=_counted(usage),
    )


def is_event(item: Any) -> bool:
    """Whether an item looks like an event of a run."""
    return get(item, "event_kind") in _EVENTS


def read_event(event: Any) -> Iterator[Piece | Report]:
    """What an event says; results of tools are not the model's words."""
    kind = event.event_kind
    if kind == "part_start":
        yield from _read(event.part, get(event.part, "part_kind"), event.index)
    elif kind == "part_delta":
        yield from _read(event.delta, get(event.delta, "part_delta_kind"), event.index)
    elif kind == "agent_run_result":
        yield report_of(event.result)


def _read(part: Any, said: str, index: int) -> Iterator[Piece]:
    kind = _KINDS.get(said)
    if kind == TOOL_CALL:
        name = get(part, "tool_name") or get(part, "tool_name_delta")
        meta = known(index=index, id=get(part, "tool_call_id"), name=name)
        yield Piece(_arguments(get(part, "args") or get(part, "args_delta")), kind, meta)
    elif kind is not None:
        yield Piece(text(part, "content") or text(part, "content_delta"), kind, {"index": index})


def _arguments(said: Any) -> str:
    return said if isinstance(said, str) else json.dumps(said) if said else ""


def _counted(usage: Any) -> dict[str, Any] | None:
    """The counts that a provider gave: pydantic-ai sets the others to 0."""
    if not is_dataclass(usage):
        usage = usage() if callable(usage) else None  # a method, before it was a property
    if not is_dataclass(usage) or isinstance(usage, type):
        return None
    return {name: value for name, value in asdict(usage).items() if value} or None
