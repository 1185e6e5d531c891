"""The contract over HTTP: each call's arguments and answers as JSON.

What a `RemoteStore` sends and what a server takes are read from the contract's own signatures, so
the two can't differ: a call is a method of `StreamStore`, an argument goes by its name, and a value
is an object with its fields. A reader takes no offence at a field that it does not know.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from ..errors import InvalidInput
from .contract import StreamStore
from .rows import plain

# Goes up when a server may not understand an older kernel any more, or the other way round.
VERSION = 1

Action = Literal["read", "write", "execute"]


@dataclass(frozen=True, slots=True)
class Call:
    """A method of the contract; `many` is whether it gives one answer after the other."""

    name: str
    action: Action
    arguments: type[msgspec.Struct]
    answer: Any
    many: bool

    def take(self, body: object) -> dict[str, Any]:
        """The arguments that a request's body holds.

        Raises:
            InvalidInput: it lacks one, or one is not of its type; the message says which.
        """
        try:
            return msgspec.structs.asdict(msgspec.convert(body, self.arguments))
        except (msgspec.ValidationError, RecursionError) as error:
            names = ", ".join(self.arguments.__struct_fields__)
            raise InvalidInput(
                f"The arguments of {self.name} can't be read: {error}. Send an object with {names}."
            ) from None

    def read(self, answer: object) -> Any:
        """An answer's value.

        Raises:
            msgspec.ValidationError: it is none.
        """
        return msgspec.convert(answer, self.answer)


def give(value: object) -> Any:
    """A value as plain lists and dicts; what JSON does not know is given as its text."""
    return msgspec.to_builtins(value, str_keys=True, enc_hook=plain)


def _call(name: str, action: Action) -> Call:
    method = getattr(StreamStore, name)
    hints = get_type_hints(method)
    answer = hints.pop("return")
    fields = [
        (name, hints[name], *(() if each.default is each.empty else (each.default,)))
        for name, each in inspect.signature(method).parameters.items()
        if name in hints
    ]
    many = get_origin(answer) is AsyncGenerator
    return Call(
        name,
        action,
        msgspec.defstruct(name, fields, forbid_unknown_fields=True),
        get_args(answer)[0] if many else answer,
        many,
    )


_ACTIONS: Mapping[str, Action] = {
    "create": "write",
    "create_or_find": "write",
    "claim": "write",
    "start": "write",
    "report": "write",
    "append": "write",
    "finish": "write",
    "restore": "write",
    "beat": "write",
    "expire": "write",
    "request_cancel": "execute",
    "label": "write",
    "delete": "write",
    "place": "write",
    "info": "read",
    "find": "read",
    "window": "read",
    "windows": "read",
    "live": "read",
    "read": "read",
    "follow": "read",
    "states": "read",
    "check": "read",
}
CALLS = {name: _call(name, action) for name, action in _ACTIONS.items()}
