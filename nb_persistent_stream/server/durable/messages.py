"""What is sent in and out: messages in JSON mode, and else bytes."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from ...errors import InvalidInput
from ...protocol import JSON_MESSAGE, Delta
from ...store import Resource
from ...wire import delta_record

_SPACE = re.compile(r"[ \t\n\r]*")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# Numbers are not read, so that none is too long, or comes out otherwise than it went in.
_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_int=str, parse_float=str)


def split(body: bytes, *, is_json: bool) -> tuple[bytes, ...]:
    """A request's body as messages, one for each element of an array; or the bytes.

    Raises:
        InvalidInput: JSON was wanted, and this is none.
    """
    if not body or not is_json:
        return (body,) if body else ()
    try:
        return tuple(message.encode() for message in _messages(body.decode()))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            f"The body is not JSON, which this stream is made of ({error}). Send one JSON value, "
            "or an array of them."
        ) from None


def record(delta: Delta) -> bytes:
    """A delta as a message: what was appended, or else the delta's record."""
    if delta.kind == JSON_MESSAGE:
        return delta.raw
    return _dump(delta_record(delta))


def last_record(resource: Resource) -> bytes:
    """The message that follows a driver's last delta: how its stream has ended."""
    info = resource.info
    return _dump(
        {
            "offset": info.length,
            "status": info.status.value,
            "finish_reason": info.report.finish_reason,
            "usage": info.report.usage,
            "error": info.error,
        }
    )


def joined(messages: tuple[bytes, ...], *, is_json: bool) -> bytes:
    """Messages as the array that an answer is in JSON mode; or the bytes."""
    return b"[" + b",".join(messages) + b"]" if is_json else b"".join(messages)


def _messages(text: str) -> list[str]:
    start = _skip(text, 0)
    if not text.startswith("[", start):
        return [_value(text, start, len(text))]
    found, at = list[str](), _skip(text, start + 1)
    while not text.startswith("]", at):
        _, end = _DECODER.raw_decode(text, at)
        found.append(text[at:end])
        at = _skip(text, end)
        if text.startswith(",", at):
            at = _skip(text, at + 1)
            if text.startswith("]", at):
                raise ValueError(f"there is a comma before the end, at character {at}")
        elif not text.startswith("]", at):
            raise ValueError(f"a comma or the end was expected at character {at}")
    _end(text, at + 1)
    return found


def _value(text: str, start: int, end: int) -> str:
    _, end = _DECODER.raw_decode(text, start)
    _end(text, end)
    return text[start:end]


def _end(text: str, at: int) -> None:
    if _skip(text, at) != len(text):
        raise ValueError(f"there is more after the value, at character {at}")


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
