"""The sidebar of streams in a page, used as a person would."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from .lab import wait_for

AXE = Path(__file__).parents[2] / "js/node_modules/axe-core/axe.min.js"


class Sidebar:
    """The sidebar of one page, and what went over the page's live socket."""

    def __init__(self, page):
        self.page = page
        self.frames = []
        page.on("websocket", self._listen)

    def show(self):
        self._toggle()
        self.root.wait_for()

    def hide(self):
        self._toggle()
        self.root.wait_for(state="hidden")

    @property
    def root(self):
        return self.page.get_by_role("region", name="Streams", exact=True)

    @property
    def search(self):
        return self.root.get_by_role("searchbox")

    @property
    def rows(self):
        return self.root.get_by_role("row")

    def row(self, name):
        return self.root.get_by_role("row", name=name)

    def choose(self, label):
        self.root.get_by_role("radio", name=label).check(force=True)

    def wait_total(self, words):
        self.root.get_by_role("status").get_by_text(words, exact=True).wait_for()

    def press(self, row, button):
        row.hover()
        row.get_by_role("button", name=button).click()

    def violations(self):
        """What axe finds wrong in the sidebar, in its words."""
        self.page.add_script_tag(path=AXE)
        found = self.page.evaluate("() => axe.run('.nbps-panel')")
        assert found["passes"]
        return [rule["help"] for rule in found["violations"]]

    def _toggle(self):
        self.page.locator(".jp-SideBar [data-id='nb-persistent-stream']").click()

    def _listen(self, socket):
        if "/nb-persistent-stream/" not in socket.url:
            return
        socket.on("framesent", lambda data: self.frames.append(json.loads(data)))
        socket.on("framereceived", lambda data: self.frames.append(json.loads(data)))


def fill(lab, count, status="done", notebook="made.ipynb", title="Made", text="Hello"):
    """Put streams into the store of a server; gives back their ids, the newest first."""
    lab.request("nb-persistent-stream/v1/streams")  # opens the store
    ids = [f"{title.lower()}-{number:06}" for number in range(count)]
    now = time.time() - 100
    streams = [
        (id_, status, f"{title} {number}", str(lab.root / notebook), now - count + number, now)
        for number, id_ in enumerate(ids)
    ]
    deltas = [(id_, len(text), text, now) for id_ in ids]
    with closing(sqlite3.connect(lab.store, timeout=10)) as db, db:
        db.executemany(
            "INSERT INTO streams (id, status, title, notebook, created_at, finished_at,"
            " epoch, tags, options, model) VALUES (?, ?, ?, ?, ?, ?, 1, '[]', '{}', 'gpt-5-mini')",
            streams,
        )
        db.executemany(
            "INSERT INTO deltas (stream_id, offset, size, kind, text, created_at)"
            " VALUES (?, 0, ?, 'text', ?, ?)",
            deltas,
        )
    return ids[::-1]


def wait_quiet(frames):
    """Wait until a second has passed without another frame."""
    seen = [len(frames), time.monotonic()]

    def quiet():
        if len(frames) != seen[0]:
            seen[:] = [len(frames), time.monotonic()]
        return time.monotonic() - seen[1] > 1

    wait_for(quiet, "the live socket to be quiet")
