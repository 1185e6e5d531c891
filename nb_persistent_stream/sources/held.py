"""What people hold in their hands that is not iterable as it is: managers, and results.

Recognised by what they can do, so that none of their packages is imported.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, Iterable
from types import CodeType
from typing import Any

from ..protocol import Report
from . import llm, pydantic_ai

# Async generators over a response that is open already: httpx's, and pydantic-ai's.
_OPEN_RESPONSES = ("aiter_lines", "aiter_text", "aiter_bytes", "aiter_raw", "stream_text")
# Where pip and the system's package managers put packages.
_PACKAGES = ("site-packages", "dist-packages")


def is_manager(source: Any) -> bool:
    """Whether a stream is opened by `with`, as that of Anthropic's `messages.stream()` is."""
    return not isinstance(source, (Iterable, AsyncIterable)) and any(
        hasattr(type(source), name) for name in ("__enter__", "__aenter__")
    )


def is_async_manager(source: Any) -> bool:
    """Whether it is opened by `async with`."""
    return is_manager(source) and hasattr(type(source), "__aenter__")


def is_result(source: Any) -> bool:
    """Whether it is not iterated itself, but has something that is."""
    return pydantic_ai.is_result(source) or llm.is_response(source)


def is_tied(source: Any) -> bool:
    """Whether it is async and belongs to the event loop of who made it.

    That is what is open already, and what a package's code makes: its clients keep connections, and
    those serve one loop. A person's own async code has no such tie, and may block.
    """
    if is_async_manager(source):
        return True
    if inspect.isasyncgen(source):
        return source.__name__ in _OPEN_RESPONSES or _is_of_a_package(source.ag_code)
    if inspect.iscoroutine(source):
        return _is_of_a_package(source.cr_code)
    return isinstance(items_of(source), AsyncIterable)


def items_of(source: Any) -> Any:
    """What is iterated to read a source: the source itself, for most."""
    if pydantic_ai.is_result(source):
        return pydantic_ai.items_of(source)
    return llm.items_of(source) if llm.is_response(source) else source


def report_of(source: Any) -> Report | None:
    """What a source knows of its answer when it has ended, beside what it yielded."""
    if pydantic_ai.is_result(source):
        return pydantic_ai.report_of(source)
    return llm.report_of(source, source.usage()) if llm.is_response(source) else None


async def areport_of(source: Any) -> Report | None:
    """The same of a source that is read by `async for`."""
    if llm.is_response(source) and inspect.isawaitable(usage := source.usage()):
        return llm.report_of(source, await usage)
    return report_of(source)


def _is_of_a_package(code: CodeType) -> bool:
    return any(place in code.co_filename for place in _PACKAGES)
