"""Interrupts: no wait is deaf to them.

Python's handler of a signal runs on the main thread alone, between two of its steps, while the
signal itself may reach any thread ("Signals and threads" in the docs of `signal`): a main thread
that blocks without a limit is then not woken.

In an async cell, ipykernel's handler only puts the end of the cell on its loop
(`_cancel_on_sigint`, by `IOLoop.add_callback`; its issues 881 and 1239 are about what people see).
A loop that waits for events is not woken by that, nor is code that blocks, so the interrupt seems
lost.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from .frontend import in_kernel

# How long, in seconds, an interrupt may go unnoticed while a cell waits.
_NOTICED_WITHIN = 0.1

T = TypeVar("T")


def outcome(future: concurrent.futures.Future[T], timeout: float | None = None) -> T:
    """Wait for a future on any thread, and notice an interrupt meanwhile; gives its result.

    Raises:
        concurrent.futures.TimeoutError: it took longer than `timeout` seconds.
    """
    # A signal's handler may come at any step. `concurrent.futures.wait` holds the future's own lock
    # in many of them, and who is to end the future needs that.
    waits = threading.Lock()
    waits.acquire()
    future.add_done_callback(lambda _: waits.release())
    end = float("inf") if timeout is None else time.monotonic() + timeout
    while (left := end - time.monotonic()) > 0:
        if waits.acquire(timeout=min(left, _NOTICED_WITHIN)):
            break
    return future.result(0)


@contextmanager
def noticed() -> Iterator[None]:
    """Let the running loop of a kernel turn often enough to notice an interrupt."""
    if not in_kernel():
        yield
        return
    loop = asyncio.get_running_loop()
    next_turn: asyncio.TimerHandle

    def turn() -> None:
        nonlocal next_turn
        next_turn = loop.call_later(_NOTICED_WITHIN, turn)

    turn()
    try:
        yield
    finally:
        next_turn.cancel()


@contextmanager
def heard() -> Iterator[None]:
    """Let an interrupt break code that blocks in an async cell, with `asyncio.CancelledError`.

    A `KeyboardInterrupt` would end the kernel, where a task of the cell's blocks.
    """
    handler = signal.getsignal(signal.SIGINT)
    is_kernels = str(getattr(handler, "__module__", "")).startswith("ipykernel.")
    if not (callable(handler) and is_kernels) or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        handler(number, frame)
        raise asyncio.CancelledError

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
