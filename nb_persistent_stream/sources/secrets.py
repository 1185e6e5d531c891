"""Keeping secrets out of what is stored and shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from .contract import Request

_NAMES = re.compile(
    r"key|secret|password|authorization|credential|headers|cookie|(auth|access|api)_?token"
    r"|extra_query",
    re.IGNORECASE,
)
_KEY_IN_TEXT = re.compile(r"\b(sk|pk|key)-[\w*-]{4,}")


def shown_options(request: Request) -> dict[str, Any]:
    """What is stored of a request's options, so that it can be told what was asked, and where."""
    shown: dict[str, Any] = without_secrets(request.options)
    if request.base_url:
        shown["base_url"] = shown_url(request.base_url)
    if request.api:
        shown["api"] = request.api
    if request.schema:
        shown["schema"] = request.schema.json
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


def without_keys(text: str, *keys: str | None) -> str:
    """A sentence without these keys, and without all that looks like one."""
    for key in keys:
        if key:
            text = text.replace(key, "[key]")
    return _KEY_IN_TEXT.sub("[key]", text)
