"""OpenAI chat completion chunks and their dialects, as objects of the SDK or as plain JSON.

The shape: https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from typing import Any

from ..protocol import Piece, Report
from ..toolcalls import TOOL_CALL
from .contract import Event
from .failures import CUT_OFF, broke_off
from .fields import REASONING, blocks, get, known, plain, text

# What compatible servers call the reasoning that the API's own chunks do not carry.
_REASONING = ("reasoning_content", "reasoning")
_SAID_AGAIN = ("content.", "refusal.", "tool_calls.function.", "logprobs.")


def is_chunk(item: Any) -> bool:
    """Whether an item looks like a chunk, or like the error that takes its place."""
    return isinstance(get(item, "choices"), (list, tuple)) or _is_error(item)


async def chunks(lines: AsyncIterator[str]) -> AsyncGenerator[Any, None]:
    """The chunks in the lines of an answer, as far as its end.

    OpenAI, Ollama, llama.cpp and vLLM say why they ended. llama-cpp-python and some proxies of
    Gemini may not, but each says `[DONE]` at its end; an answer with neither is not whole.

    Raises:
        SourceFailed: it ended without either, or with an error.
    """
    ended = False
    async for line in lines:
        name, _, value = line.partition(":")
        if name != "data":
            continue
        if value.strip().startswith("[DONE]"):
            return
        chunk = json.loads(value)
        if error := get(chunk, "error"):
            raise broke_off(text(error, "message") or str(error))
        ended = ended or any(get(choice, "finish_reason") for choice in _choices(chunk))
        yield chunk
    if not ended:
        raise broke_off(CUT_OFF)


def is_event(item: Any) -> bool:
    """Whether it is an event of the SDK's `chat.completions.stream()`: one wraps each chunk."""
    return is_chunk(get(item, "chunk")) or text(item, "type").startswith(_SAID_AGAIN)


def read_event(event: Any) -> Iterator[Event]:
    """What an event's chunk says; the other events say it again."""
    if (chunk := get(event, "chunk")) is not None:
        yield from read_chunk(chunk)


def read_chunk(chunk: Any) -> Iterator[Event]:
    """The pieces that a chunk's first answer says, and what the chunk reports.

    Raises:
        SourceFailed: it is an error, as OpenRouter and others send in the midst of an answer.
    """
    if _is_error(chunk):
        raise broke_off(text(chunk, "error", "message"))
    finish_reason = None
    for choice in _choices(chunk):
        if get(choice, "index"):
            continue  # another answer to the same prompt (`n=2`): a stream has one
        yield from _read_delta(get(choice, "delta"))
        finish_reason = get(choice, "finish_reason")
    report = Report(
        model=get(chunk, "model") or None,
        response_id=get(chunk, "id") or None,
        finish_reason=finish_reason,
        usage=plain(get(chunk, "usage")),
    )
    if report != Report():
        yield report


def _choices(chunk: Any) -> Iterable[Any]:
    return get(chunk, "choices") or ()


def _read_delta(delta: Any) -> Iterator[Piece]:
    for name in _REASONING:
        if said := text(delta, name):
            yield Piece(said, REASONING)
            break
    yield from blocks(get(delta, "content"))
    yield from blocks(get(delta, "refusal"))
    for call in get(delta, "tool_calls") or ():
        yield _read_call(call)


def _read_call(call: Any) -> Piece:
    tool = get(call, "function") or get(call, "custom")
    meta = known(index=get(call, "index"), id=get(call, "id"), name=get(tool, "name"))
    return Piece(text(tool, "arguments") or text(tool, "input"), TOOL_CALL, meta)


def _is_error(item: Any) -> bool:
    return isinstance(item, Mapping) and isinstance(get(item, "error", "message"), str)
