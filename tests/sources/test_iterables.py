"""Everything that can be read as a source, and how its errors arrive."""

import contextvars

import pytest

from nb_persistent_stream.errors import InvalidInput, SourceFailed
from nb_persistent_stream.protocol import Piece
from nb_persistent_stream.sources import iterable_source

from .reading import events_of, read, text


def generator():
    yield "a"
    yield "b"


async def async_generator():
    yield "a"
    yield "b"


class AsyncIterable:
    def __aiter__(self):
        return async_generator()


async def coroutine():
    return ["a", "b"]


async def coroutine_of_async():
    return AsyncIterable()


KINDS = {
    "list": lambda: ["a", "b"],
    "tuple": lambda: ("a", "b"),
    "generator": generator,
    "async generator": async_generator,
    "async iterable": AsyncIterable,
    "function of a generator": lambda: generator,
    "function of an async generator": lambda: async_generator,
    "function of a list": lambda: lambda: ["a", "b"],
    "function of text": lambda: lambda: "ab",
    "function of bytes": lambda: lambda: b"ab",
    "async function": lambda: coroutine,
    "async function of an async iterable": lambda: coroutine_of_async,
    "awaitable": coroutine,
    "awaitable of an async iterable": coroutine_of_async,
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
async def test_it_is_read_whole(make):
    assert await text(make()) == "ab"


@pytest.mark.parametrize("nothing", [[], lambda: "", iter(())])
async def test_nothing_is_nothing(nothing):
    assert await text(nothing) == ""


@pytest.mark.parametrize("thing", [5, None, b"bytes", {"role": "user"}, object()])
def test_what_can_not_be_read_is_named(thing):
    with pytest.raises(InvalidInput, match=f"can't read a {type(thing).__name__}"):
        iterable_source(thing)


@pytest.mark.parametrize("nothing", [None, 5])
async def test_a_function_of_nothing_readable_is_told_so(nothing):
    with pytest.raises(InvalidInput, match=f"returned a {type(nothing).__name__}"):
        await read(lambda: nothing)


async def test_an_async_function_of_nothing_readable_is_told_so():
    async def nothing():
        return 5

    with pytest.raises(InvalidInput, match="returned a int"):
        await read(nothing)


def test_nothing_runs_before_it_is_opened():
    started = []
    iterable_source(lambda: started.append(1))
    assert started == []


async def test_the_provider_is_an_iterable():
    source = iterable_source(["a"])
    assert (source.provider, source.model, dict(source.options)) == ("iterable", None, {})


class Broken(Exception):
    pass


def failing(error):
    yield "before"
    raise error


async def failing_async(error):
    yield "before"
    raise error


@pytest.mark.parametrize("make", [failing, failing_async])
async def test_an_error_comes_as_it_was_raised_after_what_was_said(make):
    error = Broken("why")
    events = iterable_source(make(error)).open()
    assert await anext(events) == Piece("before")
    with pytest.raises(Broken) as caught:
        await anext(events)
    assert caught.value is error


async def test_an_error_of_a_function_comes_as_it_was_raised():
    def fails():
        raise error

    error = Broken("why")
    with pytest.raises(Broken) as caught:
        await read(fails)
    assert caught.value is error


@pytest.mark.parametrize("make", [failing, failing_async])
@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt()], ids=repr)
async def test_a_source_that_exits_ends_its_stream_and_not_the_loop(make, error):
    with pytest.raises(SourceFailed, match=type(error).__name__) as caught:
        await read(make(error))
    assert caught.value.__cause__ is error


async def test_context_variables_reach_the_source():
    who = contextvars.ContextVar("who")
    who.set("me")
    source = iterable_source(who.get)
    who.set("somebody else")
    assert await events_of(source) == [Piece("me")]
