"""Server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncGenerator
from typing import Any, TypeVar

from ...store import Resource
from ...utf8 import shown
from .messages import joined
from .reading import Part

T = TypeVar("T")

KEEP_ALIVE = ":\n\n"
_LINE_END = re.compile(r"\r\n|\r|\n")


def is_text(resource: Resource) -> bool:
    """Whether a stream's content goes into events as it is; else it is in base64."""
    return resource.is_json or resource.media_type.startswith("text/")


def events(resource: Resource, part: Part, cursor: str) -> str:
    """The events of one part: its content if it has any, and where the reader stands then."""
    content = ""
    if part.messages:
        whole = joined(part.messages, is_json=resource.is_json)
        text = shown(whole) if is_text(resource) else base64.b64encode(whole).decode()
        content = _event("data", text)
    return content + _event("control", json.dumps(_control(part, cursor)))


def _control(part: Part, cursor: str) -> dict[str, object]:
    control: dict[str, object] = {"streamNextOffset": str(part.position)}
    if part.closed:
        return {**control, "streamClosed": True, "upToDate": True}
    control["streamCursor"] = cursor
    if part.up_to_date:
        control["upToDate"] = True
    return control


def _event(name: str, data: str) -> str:
    """An event; whatever is in the data, it begins no line but a `data` one."""
    lines = (
        # One space after the colon is the format's own.
        f"data:{' ' if line.startswith(' ') else ''}{line}\n"
        for line in _LINE_END.split(data)
    )
    return f"event: {name}\n{''.join(lines)}\n"


async def with_pauses(
    items: AsyncGenerator[T, None], pause: float, until: float, gone: asyncio.Future[None]
) -> AsyncGenerator[T | None, None]:
    """The items, and None after each pause (seconds) without one.

    It ends with the items, at the loop's time `until`, or when the reader has gone.
    """
    loop = asyncio.get_running_loop()
    coming = asyncio.ensure_future(anext(items))
    try:
        while (left := until - loop.time()) > 0 and not gone.done():
            either: set[asyncio.Future[Any]] = {coming, gone}
            await asyncio.wait(
                either, timeout=min(pause, left), return_when=asyncio.FIRST_COMPLETED
            )
            if coming.done():
                try:
                    item = coming.result()
                except StopAsyncIteration:
                    return
                yield item
                coming = asyncio.ensure_future(anext(items))
            elif not gone.done() and loop.time() < until:
                yield None
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await items.aclose()
