"""Anthropic Messages, through the official client (extra `[anthropic]`)."""

from __future__ import annotations

import inspect
import os
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from ..errors import InvalidInput, ModelNotChosen
from . import messages
from .contract import Event, Request, Source
from .extras import load, need
from .failures import Peer, answer
from .schema import Schema
from .secrets import secrets_of, shown_options, shown_url
from .unread import ended

# The API wants to be told how long an answer may be; each model of today may say as much.
MAX_TOKENS = 16_384
_CLIENT_OPTIONS = ("api_key", "auth_token", "timeout", "max_retries")
_OURS = {"self", "messages", "stream"}
_NO_KEY = "none"
_KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")


def anthropic_source(request: Request) -> Source:
    """A streamed message.

    Raises:
        ModelNotChosen: there is neither a key nor a server.
        InvalidInput: the extra is not installed, or the client knows no such option.
    """
    need("anthropic", f"The model {request.model!r}")
    address = request.base_url or os.environ.get("ANTHROPIC_BASE_URL") or None
    request = replace(request, base_url=address)
    if _key_of(request.options) is None and address is None:
        raise ModelNotChosen(
            f"There is no key to ask the model {request.model!r} with. Set ANTHROPIC_API_KEY, or "
            "try it offline with model='demo'."
        )
    _check_options(request.options)
    peer = Peer(
        shown_url(address) or "Anthropic",
        str(request.model),
        "ANTHROPIC_API_KEY",
        secrets_of(request),
    )
    return Source(
        lambda: answer(peer, _ask(request)),
        provider="anthropic",
        model=request.model,
        options=shown_options(request),
    )


async def _ask(request: Request) -> AsyncGenerator[Event, None]:
    anthropic = await load("anthropic")
    options = dict(request.options)
    of_client = {name: options.pop(name) for name in _CLIENT_OPTIONS if name in options}
    if _key_of(request.options) is None:
        of_client["api_key"] = _NO_KEY
    async with anthropic.AsyncAnthropic(base_url=request.base_url, **of_client) as client:
        items = await client.messages.create(**{**_asked(request), **options, "stream": True})
        async with ended(items):
            async for item in items:
                for event in messages.read_event(item):
                    yield event


def _asked(request: Request) -> dict[str, Any]:
    # The API has no system messages among the others.
    system = [request.system] if request.system else []
    system += [m["content"] for m in request.messages if m.get("role") == "system"]
    asked: dict[str, Any] = {
        "model": request.model,
        "max_tokens": MAX_TOKENS,
        "messages": [m for m in request.messages if m.get("role") != "system"],
    }
    if system:
        asked["system"] = "\n\n".join(map(str, system))
    if request.schema:
        asked["output_config"] = {"format": _form(request.schema)}
    return asked


def _form(schema: Schema) -> dict[str, Any]:
    """https://platform.claude.com/docs/en/build-with-claude/structured-outputs ."""
    from anthropic import transform_schema  # noqa: PLC0415  (imported when used)

    return {"type": "json_schema", "schema": transform_schema(schema.model or dict(schema.json))}


def _key_of(options: Mapping[str, Any]) -> str | None:
    given = options.get("api_key") or options.get("auth_token")
    return given or next(filter(None, map(os.environ.get, _KEYS)), None)


def _check_options(options: Mapping[str, Any]) -> None:
    known = {*_CLIENT_OPTIONS, *_parameters()} if options else set()
    if unknown := sorted(set(options) - known):
        raise InvalidInput(
            f"Anthropic's client has no option {', '.join(unknown)}. Check the spelling; what it "
            "does not know yet goes into extra_body={...}."
        )


@cache
def _parameters() -> set[str]:
    from anthropic.resources.messages import AsyncMessages  # noqa: PLC0415

    return set(inspect.signature(AsyncMessages.create).parameters) - _OURS
