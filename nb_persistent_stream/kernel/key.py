"""What makes two prompts the same question. docs/reuse.md says it to people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ..protocol import Provenance
from ..sources import to_messages

# Goes up when the same question would get another key: none of before is found then.
_VERSION = 1


def key_of(origin: Provenance) -> str | None:
    """The key of all streams that ask the same of the same model; None without a prompt.

    It is made of what is stored, so no secret is in it, nor has one a say in it.
    """
    if origin.prompt is None:
        return None
    system = [{"role": "system", "content": origin.system}] if origin.system else []
    asked = {
        "messages": [*system, *to_messages(origin.prompt)],
        "provider": origin.provider,
        "model": origin.model,
        "options": origin.options,
    }
    words = json.dumps(_plain(asked), sort_keys=True, separators=(",", ":"))
    return f"{_VERSION}:{hashlib.sha256(words.encode()).hexdigest()}"


def _plain(value: Any) -> Any:
    """The same value in its one form as JSON: `0.0` is `0`, and what JSON lacks is its text."""
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(member) for member in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (str, int, float, type(None))) else str(value)
