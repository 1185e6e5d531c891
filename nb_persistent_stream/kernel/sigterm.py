"""SIGTERM is how systems ask a program to end; Python would end at once and flush nothing."""

from __future__ import annotations

import _thread
import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

LoopNow = Callable[[], asyncio.AbstractEventLoop | None]

_PAUSE = 0.01
# A turn of a loop that takes longer, in seconds, waits for something.
_LONGEST_TURN = 2.0


def before_sigterm(close: Callable[[], None], loop_now: LoopNow) -> None:
    """Call `close` before SIGTERM ends this process, unless somebody else has a use for it.

    It runs on a thread of its own, and the main thread does nothing else meanwhile, as long as the
    loop goes on that has a part in it, if there is one then. That may need a lock which the main
    thread holds: a signal comes between any two of its steps.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread may say so
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)

        def close_and_end() -> None:
            try:
                close()
            finally:
                os.kill(os.getpid(), number)

        # `threading.Thread` takes a lock that the main thread may hold.
        _thread.start_new_thread(close_and_end, ())
        while _goes_on(loop_now()):
            time.sleep(_PAUSE)

    signal.signal(signal.SIGTERM, end)


def _goes_on(loop: asyncio.AbstractEventLoop | None) -> bool:
    """Whether a loop is held up by nobody; one that is closed has done its part."""
    turned = threading.Event()
    with suppress(RuntimeError):
        if loop is not None:
            loop.call_soon_threadsafe(turned.set)
            return turned.wait(_LONGEST_TURN)
    return True
