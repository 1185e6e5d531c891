"""What one request may take."""

from __future__ import annotations

from dataclasses import dataclass

# Where the handlers find them in the web application's settings.
LIMITS = "nb_persistent_stream_limits"


@dataclass(frozen=True, slots=True)
class Limits:
    """Durations in seconds, sizes in bytes.

    Attributes:
        append: the most that one request may append.
        long_poll: how long a read waits for what comes.
        rotation: how long an event stream lasts before its reader is to come again.
        keep_alive: how long an event stream is silent before it says that it is there.
    """

    append: int
    long_poll: float
    rotation: float
    keep_alive: float
