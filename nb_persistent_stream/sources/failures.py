"""What happened at a provider, as an error for people: what, why, and what to do now."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from ..errors import SourceFailed
from ..protocol import Report
from .contract import Event
from .secrets import without_keys

# What LiteLLM puts before a provider's words.
_WRAPPING = re.compile(r"^litellm\.(\w+): (\1: )?(\w+ - )?")


CUT_OFF = "the connection ended before the answer did"
# How much of a provider's words is told, in characters: a gateway may send a whole page of HTML.
_QUOTED = 1000


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom a request goes to.

    Attributes:
        where: its name, or its address.
        model: the model that is asked.
        variable: the environment variable that holds the key.
        secrets: what is to be kept out of every sentence (`secrets.secrets_of`).
    """

    where: str
    model: str
    variable: str
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Peer(where={self.where!r}, model={self.model!r})"


def broke_off(said: str) -> SourceFailed:
    """The error of an answer that its provider ended, or did not end, with the provider's words."""
    said = said.strip().rstrip(".") or "it did not say why"
    return SourceFailed(
        f"The provider broke off: {said}. Check the options, or run the cell again."
    )


async def answer(
    peer: Peer, events: AsyncGenerator[Event, None], *, says_why: bool = True
) -> AsyncGenerator[Event, None]:
    """The events of an answer; what an SDK raises comes as a `SourceFailed`.

    It comes without its cause: a traceback lands in the notebook, and a server may echo the key. A
    provider that always says why an answer ended must have said so, or a part of it is missing;
    others must have said anything at all.
    """
    whole = False
    try:
        async with aclosing(events):
            async for event in events:
                ends = isinstance(event, Report) and event.finish_reason is not None
                whole = whole or ends or not says_why
                yield event
        if not whole:
            raise broke_off(CUT_OFF)
    except SourceFailed as error:
        raise type(error)(without_keys(str(error), peer.secrets)) from None
    except Exception as error:
        raise SourceFailed(explain(error, peer)) from None


def explain(error: Exception, peer: Peer) -> str:
    """What happened, in a sentence without keys."""
    said = _said(error, peer)
    advice = {
        400: "Check the prompt and the options",
        401: f"Check {peer.variable}, or the api_key= of this call",
        403: "This key may not use the model: choose another",
        404: f"Check the model's name ({peer.model!r}) and the address",
        429: "Wait a little, or check the account's limits, then run the cell again",
    }
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status >= 400:  # noqa: PLR2004
        how = f"refused with {status}" if status < 500 else f"failed with {status}"  # noqa: PLR2004
        return f"{peer.where} {how}: {said}. {advice.get(status, 'Run the cell again')}."
    if is_of_the_connection(error):
        return (
            f"The connection to {peer.where} failed: {said}. Check the address and run the cell "
            "again."
        )
    if isinstance(error, ValueError):
        said = f"it sent what can't be read ({said})"
    return f"{peer.where} broke off: {said}. Check the options, or run the cell again."


def _said(error: Exception, peer: Peer) -> str:
    """The provider's own words, or else the client's, without keys."""
    body = getattr(error, "body", None)
    if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping):
        body = body["error"]
    message = body.get("message") if isinstance(body, Mapping) else None
    # The client says "Connection error."; what it met says more.
    text = str(message or error.__cause__ or error) or type(error).__name__
    text = without_keys(_WRAPPING.sub("", text), peer.secrets).strip().rstrip(".")
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def is_of_the_connection(error: Exception) -> bool:
    """Whether a provider could not be reached, or the connection to it broke.

    The SDKs share the name of this error, and the library that they speak HTTP with.
    """
    kinds = type(error).__mro__
    return any(
        kind.__name__ == "APIConnectionError" or kind.__module__.startswith("http")
        for kind in kinds
    )
