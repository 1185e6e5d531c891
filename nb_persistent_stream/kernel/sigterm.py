"""SIGTERM is how systems ask a program to end; Python would end at once and flush nothing."""

from __future__ import annotations

import _thread
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

_PAUSE = 0.01


def before_sigterm(close: Callable[[], None], goes_on: Callable[[], bool]) -> None:
    """Call `close` before SIGTERM ends this process, unless somebody else has a use for it.

    It runs on a thread of its own, and the main thread does nothing else meanwhile, as long as
    `goes_on` says that what is to be closed can do its part. That may need a lock which the main
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
        while goes_on():
            time.sleep(_PAUSE)

    signal.signal(signal.SIGTERM, end)
