"""What a page's main thread did, from Chromium's trace: time on a processor, and on the wall."""

import json
from bisect import bisect_right
from dataclasses import dataclass

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
CONFIG = {"includedCategories": CATEGORIES, "traceBufferSizeInKb": 400_000}
SCRIPT = {"FunctionCall", "EvaluateScript", "RunMicrotasks"}
FRAME = 1000 / 60


@dataclass(frozen=True)
class Trace:
    """In milliseconds; a task's are on a processor, and on the wall. `tasks` hold a frame each."""

    script: float
    layout: float
    tasks: list[tuple[float, float]]
    longest: tuple[float, float]

    @property
    def late(self):
        """How many frames took longer than a frame has, on a processor and on the wall."""
        return tuple(sum(task[clock] > FRAME for task in self.tasks) for clock in (0, 1))


class Tracing:
    """Records what a browser does while it is entered; `read()` tells of one page's thread."""

    def __init__(self, browser, page):
        self._cdp = browser.new_browser_cdp_session()
        self._page = page
        self._streams = []

    def __enter__(self):
        self._cdp.on("Tracing.tracingComplete", lambda told: self._streams.append(told["stream"]))
        config = {"transferMode": "ReturnAsStream", "traceConfig": CONFIG}
        self._cdp.send("Tracing.start", config)
        return self

    def __exit__(self, *_):
        self._cdp.send("Tracing.end")
        while not self._streams:
            self._page.wait_for_timeout(20)

    def read(self):
        pieces, done = [], False
        while not done:
            piece = self._cdp.send("IO.read", {"handle": self._streams[0], "size": 1 << 22})
            pieces.append(piece["data"])
            done = piece["eof"]
        self._cdp.detach()
        return summary(json.loads("".join(pieces))["traceEvents"])


def summary(events):
    """Of the thread on which the page dispatched `render` and `layout`, once each a frame."""
    events = [event for event in events if event["ph"] == "X" and "tdur" in event]
    renders = [event for event in events if kind(event) == "render"]
    threads = {(event["pid"], event["tid"]) for event in renders}
    events = [event for event in events if (event["pid"], event["tid"]) in threads]
    events.sort(key=lambda event: event["ts"])
    tasks = [event for event in events if event["name"] == "RunTask"]
    starts = [task["ts"] for task in tasks]
    frames = {bisect_right(starts, render["ts"]) - 1 for render in renders}
    script, end = sum(render["tdur"] for render in renders), 0
    # What a renderer does in tasks of its own counts as well.
    for event in events:
        outermost = event["name"] in SCRIPT and event["ts"] >= end
        if outermost and bisect_right(starts, event["ts"]) - 1 not in frames:
            script += event["tdur"]
            end = event["ts"] + event["dur"]
    layout = sum(event["tdur"] for event in events if kind(event) == "layout")
    took = [(task["tdur"] / 1000, task["dur"] / 1000) for task in tasks]
    # A renderer that is cut off may leave a part without a task.
    longest = tuple(max((task[clock] for task in took), default=0) for clock in (0, 1))
    return Trace(script / 1000, layout / 1000, [took[at] for at in sorted(frames)], longest)


def kind(event):
    if event["name"] != "EventDispatch":
        return None
    return event.get("args", {}).get("data", {}).get("type")
