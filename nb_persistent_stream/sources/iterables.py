"""Anything that yields text, as a source.

People's code runs on a thread of its own, so that it may block without holding up any stream. What
belongs to the caller's event loop (an SDK's stream, an open response, what a package's code makes)
is read there; a callable that opens it is called on the thread and has no such tie.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
)
from contextlib import suppress
from itertools import groupby
from typing import Any

from ..chunking import merge
from ..errors import InvalidInput
from ..protocol import Piece
from . import held
from .contract import Event, Source
from .handoff import Handoff
from .mouth import Mouth
from .pydantic_ai import is_cumulative
from .read import LineReader, Reader, WholeReader
from .schema import to_schema

# At so many characters no more is joined to a piece.
_MOST_JOINED = 16384
_LINES = ("iter_lines", "aiter_lines")


def iterable_source(source: Any, schema: object = None) -> Source:
    """A source that reads an iterable, an async iterable, an awaitable, or a callable of one.

    Raises:
        InvalidInput: it is none of these, or the schema is none.
    """
    form = to_schema(schema)
    if _is_whole(source):
        raise InvalidInput(
            f"stream() can't read a {type(source).__name__}: it is a whole answer. Ask for one "
            "that comes in pieces, with stream=True or the SDK's own method for it."
        )
    if not _is_readable(source):
        raise InvalidInput(
            f"stream() can't read a {type(source).__name__}. Give it a prompt, a list of messages, "
            "an iterable or async iterable of text or of what a model's SDK yields, or a function "
            "that returns one."
        )
    home = _loop_of(source)
    context = contextvars.copy_context()

    def open_() -> AsyncGenerator[Event, None]:
        return _read(source, home, context)

    options = {"schema": form.json} if form else {}
    return Source(open_, provider="iterable", options=options, schema=form)


async def _read(
    source: Any, home: asyncio.AbstractEventLoop | None, context: contextvars.Context
) -> AsyncGenerator[Event, None]:
    handoff = Handoff(join=_joined)
    reader = _reader_of(source)
    mouth = Mouth(reader, handoff)
    stop = _pump_on(home, source, mouth) if home else _pump_apart(source, mouth, context)
    try:
        async for event in handoff:
            yield event
        for event in reader.end():
            yield event
    finally:
        handoff.abandon()
        stop()


def _joined(waiting: list[Any]) -> Iterator[Any]:
    """What waited together, its neighbouring pieces of one part as one: they go to the disk so."""
    for are_pieces, run in groupby(waiting, key=lambda event: isinstance(event, Piece)):
        if not are_pieces:
            yield from run
            continue
        some: list[Piece] = []
        length = 0
        for piece in run:
            some.append(piece)
            length += len(piece.text)
            if length >= _MOST_JOINED:
                yield from merge(some)
                some, length = [], 0
        yield from merge(some)


def _reader_of(source: Any) -> Reader:
    if getattr(source, "__name__", "") in _LINES:
        return LineReader()
    return WholeReader() if is_cumulative(source) else Reader()


def _is_whole(source: Any) -> bool:
    """Whether it is an SDK's answer in one piece: a model of pydantic, which yields its fields."""
    iterate = getattr(type(source), "__iter__", None)
    return getattr(iterate, "__module__", "").partition(".")[0] == "pydantic"


def _is_readable(source: Any) -> bool:
    if isinstance(source, (Mapping, bytes)):
        return False  # they could be iterated, but not into what was meant
    return (
        isinstance(source, (Iterable, AsyncIterable))
        or inspect.isawaitable(source)
        or callable(source)
        or held.is_manager(source)
        or held.is_result(source)
    )


def _loop_of(source: Any) -> asyncio.AbstractEventLoop | None:
    """The loop that an async source belongs to, if it may not be read on another."""
    if not held.is_tied(source):
        return None
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _pump_on(loop: asyncio.AbstractEventLoop, source: Any, mouth: Mouth) -> Callable[[], None]:
    """Read what is async on the loop it belongs to."""

    async def pump() -> None:
        with mouth.telling_its_end():
            await _pump_async(source, mouth)

    future = asyncio.run_coroutine_threadsafe(pump(), loop)
    return lambda: (future.cancel(), None)[1]


def _pump_apart(source: Any, mouth: Mouth, context: contextvars.Context) -> Callable[[], None]:
    """Read anything on a thread of its own."""
    pump = _Pump(source, mouth)
    threading.Thread(
        target=context.run, args=(pump.run,), name="nb-persistent-stream-source", daemon=True
    ).start()
    return pump.stop


class _Pump:
    """A thread's work: call, await or iterate, until the end or until nobody listens."""

    def __init__(self, source: Any, mouth: Mouth) -> None:
        self._source = source
        self._mouth = mouth
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> None:
        with self._mouth.telling_its_end():
            source = self._source
            if _is_opener(source):
                source = source()
            if _is_async(source):
                asyncio.run(self._run_async(source))
            else:
                _pump_sync(source, self._mouth)

    def stop(self) -> None:
        """Cancel what is async; what blocks is left when it yields next."""
        loop, task = self._loop, self._task
        if loop is not None and task is not None:
            with suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(task.cancel)

    async def _run_async(self, source: Any) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self._mouth.is_unheard and self._task is not None:
            self._task.cancel()  # `stop` came before there was a task
        await _pump_async(source, self._mouth)


def _is_opener(source: Any) -> bool:
    """Whether it is a function that opens what is to be read."""
    is_it = isinstance(source, (Iterable, AsyncIterable)) or held.is_manager(source)
    return callable(source) and not is_it


def _is_async(source: Any) -> bool:
    return (
        inspect.isawaitable(source)
        or isinstance(held.items_of(source), AsyncIterable)
        or held.is_async_manager(source)
    )


def _pump_sync(source: Any, mouth: Mouth) -> None:
    if held.is_manager(source):
        with source as opened:
            _pump_sync(opened, mouth)
        return
    if isinstance(source, (str, bytes)):
        source = [source]
    items = held.items_of(source)
    if not isinstance(items, Iterable):
        raise InvalidInput(
            f"The source's function returned a {type(source).__name__}, which can't be read. Let "
            "it return an iterable or async iterable of text."
        )
    iterator = iter(items)
    try:
        for item in iterator:
            mouth.say(item)
        mouth.say(held.report_of(source))
    finally:
        for opened in (iterator, source):
            if close := getattr(opened, "close", None):
                close()


async def _pump_async(source: Any, mouth: Mouth) -> None:
    if inspect.isawaitable(source):
        source = await source
    if held.is_async_manager(source):
        async with source as opened:
            await _pump_async(opened, mouth)
        return
    items = held.items_of(source)
    if not isinstance(items, AsyncIterable):
        _pump_sync(source, mouth)
        return
    iterator = aiter(items)
    try:
        async for item in iterator:
            await mouth.say_async(item)
        await mouth.say_async(await held.areport_of(source))
    finally:
        # An SDK's stream is closed by its own method, not by the iterator that it gives out.
        for opened in (iterator, source):
            close = getattr(opened, "aclose", None) or getattr(opened, "close", None)
            if close is not None and inspect.isawaitable(closing := close()):
                await closing
