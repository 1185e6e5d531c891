"""SIGTERM is how systems ask a program to end; Python would end at once and flush nothing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType


def before_sigterm(close: Callable[[], None]) -> None:
    """Call `close` before SIGTERM ends this process, unless somebody else has a use for it."""
    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread may say so
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        close()
        os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, end)
