"""What a source is: something that says pieces, and what was said about them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..protocol import Piece, Report

Event = Piece | Report


@dataclass(frozen=True, slots=True)
class Source:
    """Where a stream's text comes from.

    Attributes:
        open: begins it; called once, on the driver's event loop. Closing the iterator stops the
            source and lets go of what it holds.
        provider: who answers, such as `openai`; shown to people and stored.
        model: the model that is asked, if there is one.
        options: what is passed on to the provider; stored, so it holds no secrets.
    """

    open: Callable[[], AsyncGenerator[Event, None]]
    provider: str
    model: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
