"""What the items that people's iterables yield mean."""

from __future__ import annotations

import codecs
import json
import reprlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import InvalidInput
from ..protocol import Delta, Piece, Report
from . import chat, langchain, llm, messages, pydantic_ai, responses
from .contract import Event

_KNOWN: tuple[tuple[Callable[[Any], bool], Callable[[Any], Iterator[Event]]], ...] = (
    (chat.is_chunk, chat.read_chunk),
    (chat.is_event, chat.read_event),
    (responses.is_event, responses.read_event),
    (messages.is_event, messages.read_event),
    (langchain.is_chunk, langchain.read_chunk),
    (langchain.is_of_graph, langchain.read_of_graph),
    (pydantic_ai.is_event, pydantic_ai.read_event),
    (llm.is_event, llm.read_event),
)


class Reader:
    """Reads text, bytes, deltas, and what SDKs yield, one item after the other."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self, item: Any) -> Iterator[Event]:
        """The events in one item; None is no text.

        Raises:
            InvalidInput: the item is none of these.
        """
        if isinstance(item, (bytes, bytearray, memoryview)):
            item = self._decoder.decode(bytes(item))
        if item is None:
            return
        if isinstance(item, str):
            yield Piece(item)
        elif isinstance(item, (Piece, Report)):
            yield item
        elif isinstance(item, Delta):
            yield Piece(item.text, item.kind, item.meta)
        else:
            yield from _read_known(item)

    def end(self) -> Iterator[Event]:
        """What is left when the iterable has ended."""
        rest = self._decoder.decode(b"", final=True)
        if rest:
            yield Piece(rest)


class WholeReader(Reader):
    """Reads an iterable that says all its text again each time, and more."""

    def __init__(self) -> None:
        super().__init__()
        self._said = ""

    def read(self, item: Any) -> Iterator[Event]:
        """What an item adds; see `Reader.read`."""
        if item is not None:
            yield from super().read(item.removeprefix(self._said))
            self._said = item


class LineReader(Reader):
    """Reads a line iterator (of httpx or requests): the newlines come back.

    Lines that are server-sent events are read as such: the `data` of each is what a provider says,
    or text (https://html.spec.whatwg.org/multipage/server-sent-events.html).
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_sse: bool | None = None

    def read(self, item: Any) -> Iterator[Event]:
        """The events in one line; see `Reader.read`."""
        line = item.decode("utf-8", "replace") if isinstance(item, bytes) else item
        if not isinstance(line, str):
            yield from super().read(line)
            return
        if self._is_sse is None and line:
            self._is_sse = line.startswith(("data:", "event:", "id:", "retry:", ":"))
        if self._is_sse:
            yield from self._read_field(line)
        else:
            yield Piece(line + "\n")

    def _read_field(self, line: str) -> Iterator[Event]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name != "data" or value == "[DONE]":
            return
        try:
            data = json.loads(value)
        except ValueError:
            data = value
        yield from super().read(data if isinstance(data, (str, Mapping)) else value)


def _read_known(item: Any) -> Iterator[Event]:
    for is_known, read in _KNOWN:
        if is_known(item):
            yield from read(item)
            return
    raise InvalidInput(
        f"The source yielded {_shown(item)}, which is not text. Let it yield str, bytes or what a "
        "model's SDK yields, for example `stream(str(x) for x in source)`."
    )


def _shown(item: Any) -> str:
    return f"{type(item).__name__} {reprlib.repr(item)}"
