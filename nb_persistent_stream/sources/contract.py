"""What a source is: something that says pieces, and what was said about them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..protocol import Piece, Report
from .schema import Schema

Event = Piece | Report
Messages = list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Background:
    """How an answer is had that its provider goes on with by itself.

    Attributes:
        reopen: the events of the answer of an id that follow the one of a number; all of them for
            None. The pieces have marks. May raise `SourceExpired`.
        whole: all that the answer of an id says, once it is over; reports until then.
        cancel: stops the answer of an id.
    """

    reopen: Callable[[str, int | None], AsyncGenerator[Event, None]]
    whole: Callable[[str], AsyncGenerator[Event, None]]
    cancel: Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a stream's text comes from.

    Attributes:
        open: begins it; called once, on the driver's event loop. Closing the iterator stops the
            source and lets go of what it holds.
        provider: who answers, such as `openai`; shown to people and stored.
        model: the model that is asked, if there is one.
        options: what is passed on to the provider; stored, so it holds no secrets.
        schema: the form that the answer must have.
        background: how the answer is taken up where it broke off, if it can be.
    """

    open: Callable[[], AsyncGenerator[Event, None]]
    provider: str
    model: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    schema: Schema | None = None
    background: Background | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks of a model: what each adapter, also a third party's, is given.

    Attributes:
        messages: in the form of chat completions, `{"role": "user", "content": "..."}`, without
            the system message.
        model: the model's name, as the provider knows it.
        system: the system message.
        base_url: the address of a server that is not the provider's own.
        schema: the form that the answer must have.
        api: the adapter, where the call named it.
        options: all else that the call said; it may hold secrets.
    """

    messages: Messages
    model: str | None = None
    system: str | None = None
    base_url: str | None = None
    schema: Schema | None = None
    api: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Request(model={self.model!r}, api={self.api!r})"


Adapter = Callable[[Request], Source]
