"""Adapters of other packages: entry points of the group `nb_persistent_stream.sources`.

An entry point's name is what `api=` says, or what stands before the slash in a model's name; its
object is an `Adapter`, a function from a `Request` to a `Source`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import entry_points
from typing import cast

from ..errors import InvalidInput
from .contract import Adapter, Request

GROUP = "nb_persistent_stream.sources"


def names() -> set[str]:
    """The names of the adapters that are installed."""
    return set(entry_points(group=GROUP).names)


def adapter(name: str, others: Iterable[str]) -> Adapter:
    """The adapter of this name, imported now.

    Raises:
        InvalidInput: there is none; the message names those that there are.
    """
    found = entry_points(group=GROUP, name=name)
    if not found:
        known = ", ".join(repr(other) for other in [*others, *sorted(names())])
        raise InvalidInput(
            f"api is {name!r}, which is not installed here. It can be one of {known}."
        )
    return cast("Adapter", next(iter(found)).load())


def without_prefix(request: Request, name: str) -> Request:
    """The request with the model's name as the provider knows it: `acme/fast` is `fast`."""
    return replace(request, model=request.model and request.model.removeprefix(f"{name}/"))
