"""Keeping secrets out of what is stored and shown."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from .contract import Request

_NAMES = re.compile(
    r"key|secret|password|authorization|credential|headers|cookie|(auth|access|api)_?token"
    r"|extra_query",
    re.IGNORECASE,
)
# What stands between the words of a header, as in `Bearer ...` or `session=...; theme=dark`.
_BETWEEN_WORDS = re.compile(r"[\s,;=]+")
# In characters: what is shorter is no secret, and to cut it out would tear sentences apart. Of the
# words of a header, `Bearer` and `session` are none.
_SHORTEST, _SHORTEST_WORD = 4, 8
_KEY_IN_TEXT = re.compile(r"\b(sk|pk|key)-[\w*-]{4,}")


def shown_options(request: Request) -> dict[str, Any]:
    """What is stored of a request's options, so that it can be told what was asked, and where."""
    shown: dict[str, Any] = without_secrets(request.options)
    if request.base_url:
        shown["base_url"] = shown_url(request.base_url)
    return shown


def without_secrets(value: Any) -> Any:
    """A value without all that is named like a secret, at any depth."""
    if isinstance(value, Mapping):
        return {
            name: without_secrets(member)
            for name, member in value.items()
            if not _NAMES.search(str(name))
        }
    if isinstance(value, (list, tuple)):
        return [without_secrets(member) for member in value]
    return value


def shown_url(url: str | None) -> str | None:
    """A URL without what may be secret: user, password, query and fragment."""
    if url is None:
        return None
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def secrets_of(request: Request) -> tuple[str, ...]:
    """What a provider may know of a request that nobody else shall: the longest first.

    That is all that is named like a secret, in the request and in the environment, and what its
    address says beside the place; each whole, and each word of it.
    """
    found = {*_secrets_in(request.options), *_secrets_in(os.environ), *_beside(request.base_url)}
    words = {word for secret in found for word in _BETWEEN_WORDS.split(secret)}
    secrets = {secret for secret in found if len(secret) >= _SHORTEST}
    secrets |= {word for word in words if len(word) >= _SHORTEST_WORD}
    return tuple(sorted(secrets, key=len, reverse=True))


def without_keys(text: str, secrets: Iterable[str]) -> str:
    """A sentence without these secrets, and without all that looks like a key."""
    for secret in secrets:
        text = text.replace(secret, "[key]")
    return _KEY_IN_TEXT.sub("[key]", text)


def _secrets_in(value: Any, *, secret: bool = False) -> Iterator[str]:
    """The texts at names like a secret's, at any depth: what `without_secrets` leaves out."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _secrets_in(member, secret=secret or bool(_NAMES.search(str(name))))
    elif isinstance(value, (list, tuple)):
        for member in value:
            yield from _secrets_in(member, secret=secret)
    elif secret and isinstance(value, str):
        yield value


def _beside(url: str | None) -> Iterator[str]:
    """What `shown_url` leaves out, as it is written and as it is meant."""
    parts = urlsplit(url or "")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    yield from (parts.username or "", parts.password or "", user, password)
    if user or password:  # as it is sent
        yield b64encode(f"{user}:{password}".encode()).decode()
    for _, value in parse_qsl(parts.query):
        yield from (value, quote(value, safe=""))
    yield parts.fragment
