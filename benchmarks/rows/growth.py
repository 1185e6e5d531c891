"""What a long body costs: memory, and CPU for each delta that is added to it."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from ..pages import chromium, notebook, run_cell
from ..processes import command, cpu_seconds, jupyter, measured, running
from ..table import Row, figure

SHORT, LONG = 10_000, 10_000_000
COUNT, RATE, ROUNDS = 1000, 200, 3
# A store takes so little a delta that more of them are needed to tell.
APPENDS = 3000
ROOMS = ("driver", "store", "server", "page")

Costs = dict[str, float]


def rows() -> Iterator[Row]:
    """The driver's memory for 10 MB; then what a delta costs there over what it costs at 10 KB.

    A driver in a process of its own grows, and a page of JupyterLab watches it.
    """
    rounds = [(_costs(SHORT), _costs(LONG)) for _ in range(ROUNDS)]
    held = statistics.median(long["held"] for _, long in rounds)
    yield Row("driver's memory for a 10 MB body", "× the body", held, goal="≤ 3", met=held <= 3)
    for room in ROOMS:
        short, long = (
            statistics.median(costs[room] for costs in of) for of in zip(*rounds, strict=True)
        )
        yield Row(
            f"{room}'s CPU a delta at 10 MB over that at 10 KB ({figure(1e6 * short)} µs)", "×",
            long / short, goal="≤ 1.2", met=long <= 1.2 * short,
        )  # fmt: skip


def _costs(size: int) -> Costs:
    with tempfile.TemporaryDirectory() as folder:
        store = {"NB_STREAM_STORE": f"{folder}/appended.db"}
        appended = measured("append", size, APPENDS, env=store) / APPENDS
        return {"store": appended, **_watched(Path(folder), size)}


def _watched(folder: Path, size: int) -> Costs:
    store = folder / "s.db"
    with (
        jupyter(folder, store) as (port, server),
        running(command("grow", size, COUNT, RATE), {"NB_STREAM_STORE": str(store)}) as driver,
        sync_playwright() as playwright,
    ):
        stream_id = _told(driver)
        browser = chromium(playwright)
        code = f"from nb_persistent_stream import watch\nw = watch({stream_id!r})"
        page = Watcher(notebook(browser, port, folder, "watch", code), size)
        served, drawn = cpu_seconds(server.pid), page.cpu()
        driven = _told(driver, "grow")
        page.settle()
        served, drawn = cpu_seconds(server.pid) - served, page.cpu() - drawn
        # At its end a notebook is saved that holds all of it: once, and not for each delta.
        held = _told(driver, "end")
        browser.close()
    costs = {"driver": driven, "server": served, "page": drawn}
    return {"held": held, **{room: cost / COUNT for room, cost in costs.items()}}


def _told(driver: subprocess.Popen[str], cue: str = "") -> Any:
    """What the driver says next, if need be after it was told to go on."""
    assert driver.stdin is not None
    assert driver.stdout is not None
    if cue:
        print(cue, file=driver.stdin, flush=True)
    return json.loads(driver.stdout.readline())


class Watcher:
    """A page that shows a body of some size, and what its main thread does."""

    def __init__(self, page: Page, size: int) -> None:
        self._page = page
        self._cdp = page.context.new_cdp_session(page)
        self._cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        run_cell(page)
        # What ends a paragraph is no text of it.
        shown = f"document.querySelector('.nbps')?.textContent.length > {0.95 * size}"
        page.wait_for_function(shown, timeout=120_000)
        self.settle()

    def settle(self) -> None:
        """Wait until it does nothing any more."""
        before = -1.0
        while (now := self.cpu()) > before + 0.05:
            before = now
            self._page.wait_for_timeout(1000)

    def cpu(self) -> float:
        """Seconds of a core: scripts, style, layout, painting."""
        told = self._cdp.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in told if one["name"] == "TaskDuration"))
