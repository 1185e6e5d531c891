"""OpenAI's two APIs, and every server that speaks one of them, through the official client."""

from __future__ import annotations

import inspect
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from ..errors import InvalidInput, ModelNotChosen
from . import chat, responses
from .background import Answers, in_background
from .contract import Event, Request, Source
from .extras import load
from .failures import Peer, answer
from .schema import Schema, is_strict
from .secrets import secrets_of, shown_options, shown_url
from .unread import ended

# Options that configure the client; all others are parameters of the request.
_CLIENT_OPTIONS = ("api_key", "organization", "project", "timeout", "max_retries")
# Parameters of the request that are arguments of `stream()`, or are always the same.
_OURS = {"self", "messages", "input", "stream"}
# A server without keys still gets one: the client insists, and such servers ignore it.
_NO_KEY = "none"


@dataclass(frozen=True, slots=True)
class _Api:
    """One of the two: the resource of the client, how it is asked, and how it is read."""

    resource: str
    ask: Callable[[Request], dict[str, Any]]
    hear: Callable[[Any, dict[str, Any]], AsyncGenerator[Any, None]]
    read: Callable[[Any], Iterator[Event]]
    says_why_it_ended: bool


def key_of(options: Mapping[str, Any]) -> str | None:
    """The key that the call or the environment (`OPENAI_API_KEY`) has."""
    return options.get("api_key") or os.environ.get("OPENAI_API_KEY") or None


def address_of(base_url: str | None) -> str | None:
    """The server that the call or the environment (`OPENAI_BASE_URL`) names."""
    return base_url or os.environ.get("OPENAI_BASE_URL") or None


def chat_source(request: Request) -> Source:
    """A streamed chat completion.

    Raises:
        ModelNotChosen: there is neither a key nor a server.
        InvalidInput: the client knows no such option.
    """
    return _source(request, _CHAT)


def responses_source(request: Request) -> Source:
    """A streamed response of OpenAI's Responses API; raises what `chat_source` does."""
    return _source(request, _RESPONSES)


def _source(request: Request, api: _Api) -> Source:
    request = replace(request, base_url=address_of(request.base_url))
    if key_of(request.options) is None and request.base_url is None:
        raise ModelNotChosen(
            f"There is no key to ask the model {request.model!r} with. Set OPENAI_API_KEY, or pass "
            "base_url='http://localhost:11434/v1' for a server of your own, or try it offline "
            "with model='demo'."
        )
    _check_options(request.options, api.resource)
    key = key_of(request.options)
    peer = Peer(
        shown_url(request.base_url) or "OpenAI",
        str(request.model),
        "OPENAI_API_KEY",
        secrets_of(request),
    )
    source = Source(
        lambda: answer(peer, _ask(request, api, key), says_why=api.says_why_it_ended),
        provider="openai",
        model=request.model,
        options=shown_options(request),
    )
    if not request.options.get("background"):
        return source
    answers = Answers(partial(_client, request, key), partial(_asked, request, api), peer)
    return in_background(source, answers, request)


async def _ask(request: Request, api: _Api, key: str | None) -> AsyncGenerator[Event, None]:
    asked = _asked(request, api)
    async with _client(request, key) as client, aclosing(api.hear(client, asked)) as items:
        async for item in items:
            for event in api.read(item):
                yield event


async def _hear_chat(client: Any, asked: dict[str, Any]) -> AsyncGenerator[Any, None]:
    # Line by line: the client does not tell an answer that is whole from one that was cut off.
    asking = client.chat.completions.with_streaming_response.create(**asked)
    async with asking as response, aclosing(chat.chunks(response.iter_lines())) as items:
        async for item in items:
            yield item


async def _hear_response(client: Any, asked: dict[str, Any]) -> AsyncGenerator[Any, None]:
    items = await client.responses.create(**asked)
    async with ended(items):
        async for item in items:
            yield item


@asynccontextmanager
async def _client(request: Request, key: str | None) -> AsyncIterator[Any]:
    openai = await load("openai")
    options = {name: value for name, value in request.options.items() if name in _CLIENT_OPTIONS}
    options["api_key"] = key or _NO_KEY
    async with openai.AsyncOpenAI(base_url=request.base_url, **options) as client:
        yield client


def _asked(request: Request, api: _Api) -> dict[str, Any]:
    """All parameters of the request."""
    options = {n: value for n, value in request.options.items() if n not in _CLIENT_OPTIONS}
    return {**api.ask(request), **options, "stream": True}


def ask_chat(request: Request) -> dict[str, Any]:
    """The parameters of a chat completion."""
    system = [{"role": "system", "content": request.system}] if request.system else []
    asked: dict[str, Any] = {
        "model": request.model,
        "messages": [*system, *request.messages],
        "stream_options": {"include_usage": True},
    }
    if request.schema:
        asked["response_format"] = {"type": "json_schema", "json_schema": _form(request.schema)}
    return asked


def _ask_responses(request: Request) -> dict[str, Any]:
    asked: dict[str, Any] = {"model": request.model, "input": request.messages}
    if request.system:
        asked["instructions"] = request.system
    if request.schema:
        asked["text"] = {"format": {"type": "json_schema", **_form(request.schema)}}
    return asked


def _form(schema: Schema) -> dict[str, Any]:
    """A schema as OpenAI wants it: a pydantic model in the strict form that the SDK makes of it."""
    json = schema.json
    if schema.model is not None:
        from openai import pydantic_function_tool  # noqa: PLC0415  (imported when used)

        json = pydantic_function_tool(schema.model)["function"]["parameters"]
    return {"name": schema.name, "schema": json, "strict": is_strict(json)}


def _check_options(options: Mapping[str, Any], resource: str) -> None:
    known = {*_CLIENT_OPTIONS, *_parameters(resource)} if options else set()
    if unknown := sorted(set(options) - known):
        raise InvalidInput(
            f"OpenAI's client has no option {', '.join(unknown)}. Check the spelling; what only "
            "your server knows goes into extra_body={...}."
        )


@cache
def _parameters(resource: str) -> set[str]:
    import openai  # noqa: PLC0415

    # The client makes its resources when they are asked for; no request is sent.
    create = _member(openai.AsyncOpenAI(api_key=_NO_KEY), resource).create
    return set(inspect.signature(create).parameters) - _OURS


def _member(client: Any, path: str) -> Any:
    for name in path.split("."):
        client = getattr(client, name)
    return client


_CHAT = _Api("chat.completions", ask_chat, _hear_chat, chat.read_chunk, says_why_it_ended=False)
_RESPONSES = _Api(
    "responses", _ask_responses, _hear_response, responses.read_event, says_why_it_ended=True
)
