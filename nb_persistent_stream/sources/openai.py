"""OpenAI chat completions, and every server that speaks them, through the official client."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ..errors import InvalidInput, ModelNotChosen, SourceFailed
from .chat import read_chunk
from .contract import Event, Source

# Options that configure the client; all others are parameters of the request.
_CLIENT_OPTIONS = ("api_key", "organization", "project", "timeout", "max_retries")
# Parameters of the request that are arguments of `stream()`, or are always the same.
_OURS = {"self", "messages", "stream"}
_SECRETS = re.compile(
    r"key|secret|password|authorization|headers|cookie|(auth|access|api)_?token|extra_query",
    re.IGNORECASE,
)
_KEY_IN_TEXT = re.compile(r"\b(sk|pk|key)-[\w*-]{4,}")
# A server without keys still gets one: the client insists, and such servers ignore it.
_NO_KEY = "none"


@dataclass(frozen=True, slots=True)
class Access:
    """Whom to ask, and with which key; None is OpenAI's own address, and no key."""

    key: str | None
    base_url: str | None

    def __repr__(self) -> str:
        return f"Access(base_url={shown_url(self.base_url)!r})"


def access(base_url: str | None, options: Mapping[str, Any]) -> Access:
    """What the call and the environment (`OPENAI_API_KEY`, `OPENAI_BASE_URL`) say."""
    return Access(
        key=options.get("api_key") or os.environ.get("OPENAI_API_KEY") or None,
        base_url=base_url or os.environ.get("OPENAI_BASE_URL") or None,
    )


def openai_source(
    messages: list[Mapping[str, Any]], model: str, access: Access, options: Mapping[str, Any]
) -> Source:
    """A streamed chat completion.

    Raises:
        ModelNotChosen: there is neither a key nor a server.
        InvalidInput: the client knows no such option.
    """
    if access.key is None and access.base_url is None:
        raise ModelNotChosen(
            f"There is no key to ask the model {model!r} with. Set OPENAI_API_KEY, or pass "
            "base_url='http://localhost:11434/v1' for a server of your own, or try it offline "
            "with model='demo'."
        )
    _check_options(options)
    shown = _without_secrets(options)
    if access.base_url:
        shown["base_url"] = shown_url(access.base_url)
    return Source(
        lambda: _ask(messages, model, access, options),
        provider="openai",
        model=model,
        options=shown,
    )


def shown_url(url: str | None) -> str | None:
    """A URL without what may be secret: user, password, query and fragment."""
    if url is None:
        return None
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


async def _ask(
    messages: list[Mapping[str, Any]], model: str, access: Access, options: Mapping[str, Any]
) -> AsyncGenerator[Event, None]:
    from openai import AsyncOpenAI  # noqa: PLC0415  (imported when used: it costs half a second)

    client_options = {name: options[name] for name in _CLIENT_OPTIONS if name in options}
    request = {name: value for name, value in options.items() if name not in client_options}
    client_options["api_key"] = access.key or _NO_KEY
    client = AsyncOpenAI(base_url=access.base_url, **client_options)
    try:
        async with client:
            chunks = await client.chat.completions.create(
                **{
                    "messages": messages,
                    "model": model,
                    "stream_options": {"include_usage": True},
                    **request,
                    "stream": True,
                }
            )
            async with chunks:
                async for chunk in chunks:
                    for event in read_chunk(chunk):
                        yield event
    except Exception as error:
        # Without the cause: a traceback lands in the notebook, and a server may echo the key.
        raise SourceFailed(_explain(error, model, access)) from None


def _without_secrets(value: Any) -> Any:
    """A value without all that is named like a secret, at any depth."""
    if isinstance(value, Mapping):
        return {
            name: _without_secrets(member)
            for name, member in value.items()
            if not _SECRETS.search(str(name))
        }
    if isinstance(value, (list, tuple)):
        return [_without_secrets(member) for member in value]
    return value


def _explain(error: Exception, model: str, access: Access) -> str:
    """What happened at the provider, why, and what to do now."""
    where = shown_url(access.base_url) or "OpenAI"
    said = _said(error, access)
    advice = {
        400: "Check the prompt and the options",
        401: "Check OPENAI_API_KEY, or the api_key= of this call",
        403: "This key may not use the model: choose another",
        404: f"Check the model's name ({model!r}) and the address",
        429: "Wait a little, or check the account's limits, then run the cell again",
    }
    status = getattr(error, "status_code", None)
    if status is None:
        if not _is_connection_error(error):
            return f"{where} broke off: {said}. Check the options, or run the cell again."
        return (
            f"The connection to {where} failed: {said}. Check the address and run the cell again."
        )
    what = f"{where} refused with {status}" if status < 500 else f"{where} failed with {status}"  # noqa: PLR2004
    return f"{what}: {said}. {advice.get(status, 'Run the cell again')}."


def _said(error: Exception, access: Access) -> str:
    """The provider's own words, or else the client's, without keys."""
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, Mapping) else None
    # The client says "Connection error."; what it met says more.
    text = str(message or error.__cause__ or error) or type(error).__name__
    if access.key:
        text = text.replace(access.key, "[key]")
    return _KEY_IN_TEXT.sub("[key]", text).strip().rstrip(".")


def _is_connection_error(error: Exception) -> bool:
    from openai import APIConnectionError  # noqa: PLC0415

    return isinstance(error, APIConnectionError) or type(error).__module__.startswith("httpx")


def _check_options(options: Mapping[str, Any]) -> None:
    unknown = sorted(set(options) - set(_CLIENT_OPTIONS) - _request_options()) if options else []
    if unknown:
        raise InvalidInput(
            f"OpenAI's client has no option {', '.join(unknown)}. Check the spelling; what only "
            "your server knows goes into extra_body={...}."
        )


@cache
def _request_options() -> set[str]:
    from openai.resources.chat.completions import AsyncCompletions  # noqa: PLC0415

    return set(inspect.signature(AsyncCompletions.create).parameters) - _OURS
