"""What a server with the extension costs while nothing happens."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ..processes import TOKEN, cpu_seconds, jupyter, measured
from ..stamps import Readers, live_socket
from ..table import Row
from .latency import LIVE

PAGES, SECONDS = 10, 30


def rows() -> Iterator[Row]:
    """The CPU and wake-ups of a server with ten pages open, none of whose streams lives."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "streams.db"
        env = {"NB_STREAM_STORE": str(store)}
        stream_id = measured("finished", 1, 50, env=env)
        with jupyter(Path(folder), store) as (port, server):
            readers = Readers(port, [live_socket(port, LIVE, TOKEN, stream_id)] * PAGES)
            while min(readers.counts) == 0:
                assert readers.read(5)
            time.sleep(5)  # what a start leaves behind is not what idling costs
            cpu, woken = cpu_seconds(server.pid), _wakeups(server.pid)
            time.sleep(SECONDS)
            cpu, woken = cpu_seconds(server.pid) - cpu, _wakeups(server.pid) - woken
            readers.close()
    share = 100 * cpu / SECONDS
    yield Row(
        f"idle server, {PAGES} pages open", "% of a core", share, goal="≤ 0.2", met=share <= 0.2
    )
    yield Row(
        "its wake-ups, all threads", "/s", woken / SECONDS, goal="≤ 4", met=woken / SECONDS <= 4
    )


def _wakeups(pid: int) -> int:
    total = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        for text in status.read_text().splitlines():
            if text.startswith("voluntary_ctxt_switches:"):
                total += int(text.split()[1])
    return total
