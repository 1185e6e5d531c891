"""The four functions that people call."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from ..chunking import ChunkBy
from ..config import Config, Reuse
from ..errors import InvalidInput, PersistentStreamError
from ..ids import check_id
from ..protocol import Link
from ..sources import iterable_source, model_source
from ..store import Query
from .driver import Driver
from .handle import Stream
from .interrupts import outcome
from .limits import limits
from .plan import Plan, begin, new_stream, plan
from .provenance import provenance
from .reuse import open_stream, reuse_of
from .runtime import runtime, settings
from .stream_writer import StreamWriter

S = TypeVar("S", bound=Stream)


def stream(
    source: Any,
    /,
    *,
    model: str | None = None,
    system: str | None = None,
    chunk_by: ChunkBy = "word",
    max_delay: float | None = None,
    title: str | None = None,
    tags: Iterable[str] = (),
    base_url: str | None = None,
    reuse: Reuse | None = None,
    link: Link | None = None,
    api: str | None = None,
    schema: object = None,
    max_bytes: int | None = None,
    first_timeout: float | None = None,
    idle_timeout: float | None = None,
    show: bool = True,
    **options: Any,
) -> Stream:
    """Ask a model, or read any source, and show the text in this cell as it comes; it is stored.

    Args:
        source: a prompt; a list of messages; or a sync or async iterable of text, bytes or what a
            model's SDK yields, or a function that returns one.
        model: whom to ask: a model of OpenAI or of the server at `base_url`, `"claude-..."`,
            `"provider/model"` (LiteLLM), or `"demo"`. Without one: `NB_STREAM_MODEL`, else the
            default where `OPENAI_API_KEY` is set.
        system: the system message.
        chunk_by: where text may be cut for the store and for watchers: `"word"`, `"sentence"`,
            `"paragraph"`, or a number of bytes.
        max_delay: the longest that a watcher waits for such a place, in seconds
            (`NB_STREAM_MAX_DELAY`, else 1).
        title: shown above the text and in lists.
        tags: words to find the stream by.
        base_url: the address of an OpenAI-compatible server.
        reuse: True shows the stored answer where the same was asked before, and follows one that
            is being written; `"cell"` does so with answers of this cell only; False always asks.
            By default `NB_STREAM_REUSE`, else False.
        link: the stream that this one comes from, as `reply()` and `retry()` say it.
        api: how the model is asked: `"chat"`, `"responses"`, `"anthropic"`, `"litellm"`, or the
            name of an adapter that another package brings. Without it the model's name decides.
        schema: the form of the answer, a pydantic model or a JSON schema; `.parsed` has it.
        max_bytes: the longest body (`NB_STREAM_MAX_BYTES`, else 64 MiB).
        first_timeout: the longest wait for a first delta, in seconds: of a model
            `NB_STREAM_FIRST_TIMEOUT`, else 600; of an iterable there is no limit unless given.
        idle_timeout: the longest silence after that (`NB_STREAM_IDLE_TIMEOUT`, else 300).
        show: False keeps the stream out of the cell.
        options: passed on to the model: `temperature=0`, `max_completion_tokens=500`, ...;
            `background=True` has OpenAI go on with the answer if this kernel can't.

    Returns:
        The stream's handle, at once. `await` it for the whole text.

    Raises:
        InvalidInput: the source or an option can't be used.
        ModelNotChosen: there is no model to ask.
        StoreError: the stream could not be stored; nothing was asked.
    """
    how = plan(chunk_by, max_delay, title, tags)
    bounds = limits(
        how.config,
        is_model=_is_prompt(source),
        max_bytes=max_bytes,
        first_timeout=first_timeout,
        idle_timeout=idle_timeout,
    )
    if _is_prompt(source):
        origin = model_source(
            source,
            how.config,
            model=model,
            system=system,
            base_url=base_url,
            api=api,
            schema=schema,
            options=options,
        )
        facts = provenance(origin, prompt=source, system=system)
        reuse = reuse_of(reuse, how.config)
    else:
        _refuse(
            {"system": system, "base_url": base_url, "api": api, "reuse": reuse or None, **options}
        )
        origin = iterable_source(source, schema)
        facts, reuse = provenance(origin, model=model), False
    opening = partial(open_stream, runtime(), how, facts, link, reuse, origin.schema)
    with _opened(opening) as (handle, driver):
        if show:
            handle.show()
        if driver is not None:
            runtime().loop.call_soon_threadsafe(driver.begin, origin, bounds)
    return handle


def create(
    *,
    title: str | None = None,
    tags: Iterable[str] = (),
    chunk_by: ChunkBy = "word",
    max_delay: float | None = None,
    show: bool = True,
) -> StreamWriter:
    """Make a stream that this program writes by hand; it is pending until the first `write()`.

    Takes and raises what `stream()` does.

    Example:
        with create(title="nightly run") as w:
            w.write("step 1 done")
    """
    how = plan(chunk_by, max_delay, title, tags)
    with _opened(partial(_create, how)) as (handle, _):
        if show:
            handle.show()
    return handle


def get(stream_id: str) -> Stream:
    """The handle of a stored stream, finished or not.

    Raises:
        InvalidInput: this is not a stream id.
        StreamNotFound: the store holds no such stream.
    """
    stream_id = check_id(stream_id)
    return runtime().call(_get(settings(), stream_id))


def watch(target: Stream | str | None = None) -> Stream:
    """Show a stream in this cell, live, wherever it is driven; without an argument, the newest.

    Returns:
        The stream's handle.

    Raises:
        InvalidInput: this is neither a stream nor a stream id.
        StreamNotFound: the store holds no such stream.
        PersistentStreamError: there is no stream yet.
    """
    if isinstance(target, Stream):
        target = target.id
    elif target is not None:
        target = check_id(target)
    handle = runtime().call(_watched(settings(), target))
    handle.show()
    return handle


@contextmanager
def _opened(
    opening: Callable[[], Coroutine[Any, Any, tuple[S, Driver | None]]],
) -> Iterator[tuple[S, Driver | None]]:
    """A new handle and its driver, for the length of a block.

    An interrupt may come anywhere in here; nobody could stop the stream afterwards, so it ends too.
    """
    driver: Driver | None = None
    broken_off = False

    async def open_it() -> tuple[S, Driver | None]:
        nonlocal driver
        handle, driver = await opening()
        await end_if_broken_off()
        return handle, driver

    async def end_if_broken_off() -> None:
        if broken_off and driver is not None:
            await driver.cancel()

    try:
        yield outcome(runtime().submit(open_it()))
    except BaseException:
        broken_off = True
        runtime().submit(end_if_broken_off())
        raise


async def _create(how: Plan) -> tuple[StreamWriter, Driver]:
    driver = await begin(runtime(), how, new_stream(runtime(), how, provenance()))
    return StreamWriter(runtime(), driver.store, driver.stream_id, driver), driver


async def _get(config: Config, stream_id: str) -> Stream:
    store = await runtime().store(config)
    await store.info(stream_id)
    return Stream(runtime(), store, stream_id, runtime().drivers.get(stream_id))


async def _watched(config: Config, stream_id: str | None) -> Stream:
    store = await runtime().store(config)
    if stream_id is None:
        newest = (await store.find(Query(limit=1))).streams
        if not newest:
            raise PersistentStreamError(
                "There is no stream to watch yet. Start one with stream(...) in any notebook that "
                "uses the same store."
            )
        stream_id = newest[0].id
    await store.info(stream_id)
    return Stream(runtime(), store, stream_id)


def _is_prompt(source: Any) -> bool:
    """Whether a source is a prompt or a list of messages."""
    if isinstance(source, (list, tuple)):
        return all(isinstance(item, Mapping) and "role" in item for item in source)
    return isinstance(source, str)


def _refuse(options: Mapping[str, Any]) -> None:
    names = sorted(name for name, value in options.items() if value is not None)
    if names:
        raise InvalidInput(
            f"{', '.join(names)} can't be used here: an iterable is read as it is. Leave it out, "
            "or give stream() a prompt."
        )
