"""Stopping a stream: from its handle, through the store, with an await, with an interrupt."""

import asyncio
import signal
import threading

import pytest

from nb_persistent_stream import StreamCancelled, StreamFailed, get, stream
from nb_persistent_stream.errors import StoreUnavailable
from nb_persistent_stream.kernel import driver, orders, runtime
from nb_persistent_stream.protocol import Status
from nb_persistent_stream.store import SqliteStore

from ..waiting import eventually, until


def test_a_stop_from_the_handle(script):
    s = stream(script.say("said "))
    until(lambda: s.text == "said ")
    s.cancel()
    with pytest.raises(StreamCancelled) as caught:
        s.result(20)
    assert (caught.value.text, s.status) == ("said ", "cancelled")
    s.cancel()  # again is harmless
    script.say("unheard")
    assert s.text == "said "


def test_a_stop_from_another_handle_of_this_process(script):
    s = stream(script)
    get(s.id).cancel()
    assert s.status == "cancelled"


def test_a_stop_through_the_store_while_this_thread_is_busy(script, there):
    s = stream(script.say("said "))
    until(lambda: s.text == "said ")
    info = there(lambda store: store.request_cancel(s.id))
    assert info.cancel_requested
    until(s._driver.ended.is_set)  # nothing here runs an event loop
    assert (s.status, there(lambda store: store.info(s.id)).status) == (
        "cancelled",
        Status.CANCELLED,
    )


def test_a_stop_through_the_store_although_it_was_out_of_reach_for_a_while(
    script, there, monkeypatch
):
    states, failures = SqliteStore.states, [StoreUnavailable("Locked.")] * 3

    async def unreliable(self, stream_id):
        if failures:
            raise failures.pop()
        async for info in states(self, stream_id):
            yield info

    monkeypatch.setattr(SqliteStore, "states", unreliable)
    monkeypatch.setattr(orders, "_PAUSE", 0.01)
    s = stream(script)
    until(lambda: not failures)
    there(lambda store: store.request_cancel(s.id))
    until(s._driver.ended.is_set)
    assert s.status == "cancelled"


def test_a_source_that_obeys_is_not_waited_for_longer(script, monkeypatch):
    monkeypatch.setattr(driver, "_SOURCE_PATIENCE", 3600.0)
    s = stream(script.say("said "))
    until(lambda: s.text)
    runtime.runtime().call(s._driver.cancel(), timeout=20)
    assert s.status == "cancelled"


def test_a_source_that_is_cancelled_by_others_fails_with_words():
    async def say():
        yield "said "
        raise asyncio.CancelledError

    with pytest.raises(StreamFailed, match="was cancelled before it had said") as caught:
        stream(say).result(20)
    assert caught.value.text == "said "


async def test_an_async_source_is_closed():
    closed = threading.Event()

    async def say():
        try:
            yield "one"
            await asyncio.Event().wait()
        finally:
            closed.set()

    s = stream(say)
    await eventually(lambda: s.text)
    s.cancel()
    await eventually(closed.is_set)


async def test_a_cancelled_await_stops_its_own_stream(script):
    s = stream(script.say("said "))
    await eventually(lambda: s.text)

    async def wait():
        await s

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await eventually(lambda: s.status == "cancelled")


def test_an_interrupt_stops_its_own_stream(script):
    s, running = stream(script), runtime.runtime()

    def submit_and_interrupt(coroutine):
        del running.submit  # once
        future = running.submit(coroutine)
        signal.raise_signal(signal.SIGINT)
        return future

    running.submit = submit_and_interrupt
    with pytest.raises(KeyboardInterrupt):
        s.result(20)
    until(lambda: s.status == "cancelled")
