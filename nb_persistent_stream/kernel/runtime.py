"""The background thread: one event loop for all streams of this process.

It runs apart from the cells, so a cell that computes or sleeps holds up no stream.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
import uuid
from collections.abc import AsyncGenerator, Coroutine, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..config import Config, load
from ..errors import PersistentStreamError, StoreError
from ..store import LeaseWatch, StreamStore, open_store
from .frontend import in_kernel
from .interrupts import noticed, outcome
from .sigterm import before_sigterm

if TYPE_CHECKING:
    from .driver import Driver

T = TypeVar("T")

ENDED = (
    "The kernel was shut down before the model had finished. What was said until then is kept; "
    "run the cell again for a whole answer."
)
# How long, in seconds, an end waits for what is still to be shown.
_LAST_WORDS = 1.0
_END = object()


class Runtime:
    """A loop on a daemon thread, the stores it has open, and the drivers that run on it."""

    def __init__(self) -> None:
        self.driver_id = uuid.uuid4().hex
        self.drivers: dict[str, Driver] = {}
        self._stores: dict[Config, StreamStore] = {}
        self._opening = asyncio.Lock()
        self._pulse: asyncio.Task[None] | None = None
        self._following = 0
        self._attended: set[Future[Any]] = set()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self.loop.run_forever, name="nb-persistent-stream", daemon=True
        )
        self._thread.start()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the loop, from any thread.

        Raises:
            PersistentStreamError: the thread is gone, and nothing would run any more.
        """
        if not self._thread.is_alive():
            coroutine.close()
            raise PersistentStreamError(
                "The thread behind this stream is gone: the program is ending, or this process was "
                "forked from the one that made the handle. Use a process that was started afresh, "
                "such as one of multiprocessing's 'spawn'."
            )
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def attend(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the loop; an end of the process waits a little for it."""
        future = self.submit(coroutine)
        self._attended.add(future)
        future.add_done_callback(self._attended.discard)
        return future

    def call(self, coroutine: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Run a coroutine on the loop and wait for it, from any other thread.

        Raises:
            TimeoutError: it took longer than `timeout` seconds; it is cancelled then.
        """
        future = self.submit(coroutine)
        try:
            return outcome(future, timeout)
        except BaseException:
            future.cancel()
            raise

    async def bridge(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and await it from any loop."""
        if asyncio.get_running_loop() is self.loop:
            return await coroutine
        with noticed():
            return await asyncio.wrap_future(self.submit(coroutine))

    async def bridge_each(self, steps: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """Run an async generator on the loop and go through it on any loop."""
        try:
            while (step := await self.bridge(_next(steps))) is not _END:
                yield cast(T, step)
        finally:
            await self.bridge(_close(steps))

    async def store(self, config: Config) -> StreamStore:
        """The store that the settings name, opened the first time."""
        async with self._opening:
            if config not in self._stores:
                self._stores[config] = await open_store(config)
            return self._stores[config]

    def enter(self, driver: Driver) -> None:
        """Count a driver in: from now on its stream has a pulse."""
        self.drivers[driver.stream_id] = driver
        self._beat()

    def leave(self, driver: Driver) -> None:
        """Count a driver out."""
        self.drivers.pop(driver.stream_id, None)

    @contextmanager
    def following(self) -> Iterator[None]:
        """Follow another process's stream for the length of a block, on the loop.

        While somebody does, this process too looks for drivers that are gone: with a store in a
        file there may be no server that does.
        """
        self._following += 1
        self._beat()
        try:
            yield
        finally:
            self._following -= 1

    def close(self, *, patient: bool) -> None:
        """End what runs, flush it, let go of the stores and stop the thread.

        A patient end lets the sources that speak now finish first.
        """
        if self._thread.is_alive():
            if patient:
                self.call(self._sources_end())
            self.call(self._close())
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()
            self.loop.close()

    async def _sources_end(self) -> None:
        for driver in list(self.drivers.values()):
            if driver.has_source:
                await driver.ended.wait()

    async def _close(self) -> None:
        await asyncio.gather(*(driver.vanish(ENDED) for driver in self.drivers.values()))
        if self._attended:
            await asyncio.wait(map(asyncio.wrap_future, self._attended), timeout=_LAST_WORDS)
        for store in self._stores.values():
            await store.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _beat(self) -> None:
        if self._pulse is None:
            self._pulse = self.loop.create_task(self._beat_while_needed())

    async def _beat_while_needed(self) -> None:
        watches: dict[Config, LeaseWatch] = {}
        while self.drivers or self._following:
            for config, store in list(self._stores.items()):  # another may have been opened
                watch = watches.setdefault(config, LeaseWatch(store, config.lease))
                # A beat that fails is followed by another; the writer reports what matters. A store
                # that does not answer must not hold up the beats of others.
                with suppress(StoreError, asyncio.TimeoutError):
                    await asyncio.wait_for(store.beat(self.driver_id), config.beat_interval)
                    if self._following and not store.is_remote:
                        await watch.sweep()
            await asyncio.sleep(min(config.beat_interval for config in self._stores))
        self._pulse = None


async def _next(steps: AsyncGenerator[T, None]) -> T | object:
    return await anext(steps, _END)


async def _close(steps: AsyncGenerator[Any, None]) -> None:
    # A step that was cancelled may still be on its way out; it needs a turn or two of the loop.
    while getattr(steps, "ag_running", False):  # noqa: ASYNC110
        await asyncio.sleep(0)
    await steps.aclose()


_runtime: Runtime | None = None
_lock = threading.Lock()


def runtime() -> Runtime:
    """This process's runtime, begun the first time."""
    global _runtime  # noqa: PLW0603  (one a process, by its nature)
    with _lock:
        if _runtime is None:
            _runtime = Runtime()
            before_sigterm(_end_now, _loop_now)
        return _runtime


def settings() -> Config:
    """The settings as they are now: a notebook may change its environment at any time."""
    return load()


def _end() -> None:
    # A script that has said all it has to say still wants its answers; a kernel must go at once.
    # SIGTERM's end, if it comes meanwhile, cancels this one when all has been flushed.
    if _runtime is not None:
        with suppress(KeyboardInterrupt, CancelledError):
            _runtime.close(patient=not in_kernel())


def _end_now() -> None:
    # An end that was under way already cancels this one, when all has been flushed.
    if _runtime is not None:
        with suppress(CancelledError):
            _runtime.close(patient=False)


def _loop_now() -> asyncio.AbstractEventLoop | None:
    return None if _runtime is None else _runtime.loop


def _forget() -> None:
    """After a fork the child has no such thread; the parent's stores must not be touched."""
    global _runtime, _lock
    _abandoned.append(_runtime)
    _runtime, _lock = None, threading.Lock()


_abandoned: list[Runtime | None] = []

# Python joins the stores' threads before it runs atexit's functions, so these must end earlier:
# where concurrent.futures ends its own (threading.py, `_register_atexit`, since 3.9).
getattr(threading, "_register_atexit", atexit.register)(_end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
