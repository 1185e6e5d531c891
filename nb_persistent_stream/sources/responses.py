"""The events of OpenAI Responses, as objects of the SDK or as plain JSON.

The events: https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..protocol import TEXT, Piece, Report
from ..toolcalls import TOOL_CALL
from .contract import Event
from .failures import broke_off
from .fields import REASONING, get, known, plain, text

# The events that say more of a part, and the part's kind.
_DELTAS = {
    "response.output_text.delta": TEXT,
    "response.refusal.delta": TEXT,
    "response.reasoning_summary_text.delta": REASONING,
    "response.reasoning_text.delta": REASONING,
    "response.function_call_arguments.delta": TOOL_CALL,
    "response.custom_tool_call_input.delta": TOOL_CALL,
    "response.mcp_call_arguments.delta": TOOL_CALL,
}
_CALLS = ("function_call", "custom_tool_call", "mcp_call")


def is_event(item: Any) -> bool:
    """Whether an item looks like an event of Responses."""
    kind = text(item, "type")
    return kind.startswith("response.") or (kind == "error" and bool(text(item, "message")))


def read_event(event: Any) -> Iterator[Event]:
    """What an event says; `index` in a piece's meta is the place of its part in the answer.

    Raises:
        SourceFailed: the response failed.
    """
    kind, index = text(event, "type"), get(event, "output_index")
    if kind in _DELTAS:
        yield Piece(text(event, "delta"), _DELTAS[kind], {"index": index})
    elif kind == "response.output_item.added":
        yield from _read_item(get(event, "item"), index)
    elif kind == "response.reasoning_summary_part.added" and get(event, "summary_index"):
        yield Piece("\n\n", REASONING, {"index": index})
    elif kind == "error":
        raise broke_off(_said(event))
    elif get(event, "response") is not None:
        yield from _read_response(get(event, "response"), kind.removeprefix("response."))


def read_whole(response: Any) -> Iterator[Event]:
    """What a response says that is over, in the order and the parts in which it was said.

    Raises:
        SourceFailed: the response failed; what it said before was told.
    """
    for index, item in enumerate(get(response, "output") or ()):
        for number, part in enumerate(get(item, "summary") or ()):
            if number:
                yield Piece("\n\n", REASONING, {"index": index})
            yield Piece(text(part, "text"), REASONING, {"index": index})
        kind = REASONING if get(item, "type") == "reasoning" else TEXT
        for part in get(item, "content") or ():
            yield Piece(text(part, "text") or text(part, "refusal"), kind, {"index": index})
        yield from _read_item(item, index)
        arguments = text(item, "arguments") or text(item, "input")
        if arguments:
            yield Piece(arguments, TOOL_CALL, {"index": index})
    yield from _read_response(response, text(response, "status"))


def _read_item(item: Any, index: Any) -> Iterator[Piece]:
    """A call says its name before its arguments."""
    if get(item, "type") in _CALLS:
        meta = known(index=index, id=get(item, "call_id") or get(item, "id"))
        yield Piece("", TOOL_CALL, {**meta, **known(name=get(item, "name"))})


def _read_response(response: Any, status: str) -> Iterator[Event]:
    reasons = {
        "completed": "completed",
        "incomplete": text(response, "incomplete_details", "reason") or "incomplete",
    }
    yield Report(
        model=get(response, "model"),
        response_id=get(response, "id"),
        finish_reason=reasons.get(status),
        usage=plain(get(response, "usage")),
    )
    if status in ("failed", "cancelled"):
        raise broke_off(_said(get(response, "error")) or f"The response was {status}")


def _said(error: Any) -> str:
    return text(error, "message") or text(error, "code")
