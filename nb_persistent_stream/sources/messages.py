"""The events of Anthropic Messages, as objects of the SDK or as plain JSON.

The events: https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..protocol import TEXT, Piece, Report
from ..toolcalls import TOOL_CALL
from .contract import Event
from .failures import broke_off
from .fields import REASONING, get, known, plain, text

_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")
# A delta's type: the kind of what it says, and the name of the member that says it.
_DELTAS = {
    "text_delta": (TEXT, "text"),
    "thinking_delta": (REASONING, "thinking"),
    "input_json_delta": (TOOL_CALL, "partial_json"),
}
# What `messages.stream()` adds says again what the raw events say.
_SAID_AGAIN = ("text", "thinking", "input_json", "citation", "signature")


def is_event(item: Any) -> bool:
    """Whether an item looks like an event of Messages."""
    kind = get(item, "type")
    if kind in _SAID_AGAIN:
        return get(item, "snapshot") is not None or bool(get(item, "signature"))
    return kind in _READERS and (kind != "error" or bool(get(item, "error")))


def read_event(event: Any) -> Iterator[Event]:
    """What an event says; `index` in a piece's meta is the place of its block in the answer.

    Raises:
        SourceFailed: it is an error.
    """
    yield from _READERS.get(get(event, "type"), _nothing)(event)


def _start(event: Any) -> Iterator[Event]:
    message = get(event, "message")
    usage = dict(plain(get(message, "usage")) or {})
    usage.pop("output_tokens", None)  # those so far; what is to come is counted at the end
    yield Report(model=get(message, "model"), response_id=get(message, "id"), usage=usage or None)


def _block(event: Any) -> Iterator[Event]:
    block, index = get(event, "content_block"), get(event, "index")
    if get(block, "type") in _CALLS:
        yield Piece("", TOOL_CALL, known(index=index, id=get(block, "id"), name=get(block, "name")))
    for kind, name in ((TEXT, "text"), (REASONING, "thinking")):
        if said := text(block, name):
            yield Piece(said, kind, {"index": index})


def _delta(event: Any) -> Iterator[Event]:
    delta = get(event, "delta")
    if get(delta, "type") in _DELTAS:
        kind, name = _DELTAS[get(delta, "type")]
        yield Piece(text(delta, name), kind, {"index": get(event, "index")})


def _end(event: Any) -> Iterator[Event]:
    reason = get(event, "delta", "stop_reason")
    yield Report(finish_reason=reason, usage=plain(get(event, "usage")))


def _error(event: Any) -> Iterator[Event]:
    raise broke_off(text(event, "error", "message"))


def _nothing(_: Any) -> Iterator[Event]:
    return iter(())


_READERS: Mapping[Any, Callable[[Any], Iterator[Event]]] = {
    "message_start": _start,
    "content_block_start": _block,
    "content_block_delta": _delta,
    "content_block_stop": _nothing,
    "message_delta": _end,
    "message_stop": _nothing,
    "ping": _nothing,
    "error": _error,
}
