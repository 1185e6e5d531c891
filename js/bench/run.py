"""Measure the viewer's Markdown against other renderers, in headless Chromium.

Run by `make bench-viewer`; README.md says how to read it. Each row streams a text, 132 characters
a frame (2,000 deltas a second) with a forced layout after each.
"""

import gzip
import http.server
import os
import shutil
import threading
import time
from functools import partial
from pathlib import Path

from playwright.sync_api import Error, sync_playwright
from tracing import Tracing

DIST = Path(__file__).parent / "dist"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PEERS = [
    "streaming-markdown",
    "streamdown",
    "@incremark/core",
    "markdown-parser",
    "marked + DOMPurify, block memo",
    "marked + DOMPurify",
    "markdown-it + DOMPurify",
    "markdown-it + DOMPurify + morphdom",
]
SIZE = 100_000
PARTS = (0.25, 0.5, 0.75, 1)
# How long a row may take, in seconds: what takes longer is cut off, and says how far it came.
PATIENCE = 12
PATIENCE_OURS = 600
INDEX = b'<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>'
COLUMNS = ("KB", "script", "ratio", "layout", "ratio", "longest", "wall", "late", "wall", "4th/2nd")
HEAD = f"{'':40}" + "".join(f"{name:>9}" for name in COLUMNS)


class Page(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(INDEX)

    def log_message(self, *_):
        pass


def measure(browser, url, patience, **what):
    """Stream in four parts, in a page of its own."""
    page = browser.new_page(viewport={"width": 900, "height": 800})
    page.set_default_timeout(1000 * (patience + 60))
    page.goto(url)
    page.wait_for_function("typeof globalThis.stream === 'function'")
    page.evaluate("(what) => begin(what)", what)
    end = time.monotonic() + patience
    parts = []
    for part in PARTS:
        left = max(0, 1000 * (end - time.monotonic()))
        with Tracing(browser, page) as tracing:
            row = page.evaluate("([part, left]) => stream(part, left)", [part, left])
        parts.append((row, tracing.read()))
        if not row["whole"]:
            break
    page.close()
    return total(parts)


def total(parts):
    kb = sum(row["kb"] for row, _ in parts)
    traces = [trace for _, trace in parts]
    frames = sum(len(trace.tasks) for trace in traces)
    whole = len(parts) == len(PARTS) and parts[-1][0]["whole"]
    cost = [(trace.script + trace.layout) / max(row["kb"], 0.001) for row, trace in parts]
    return {
        "kb": kb,
        "whole": whole,
        "script": sum(trace.script for trace in traces) / kb,
        "layout": sum(trace.layout for trace in traces) / kb,
        "longest": [max(trace.longest[clock] for trace in traces) for clock in (0, 1)],
        "late": [100 * sum(trace.late[clock] for trace in traces) / frames for clock in (0, 1)],
        "growth": cost[3] / cost[1] if whole else None,
    }


def show(name, row, base=None):
    def ratio(what):
        return f"{row[what] / base[what]:.1f}" if base else ""

    cells = [
        f"{row['kb']:.0f}{'' if row['whole'] else '…'}",
        f"{row['script']:.2f}",
        ratio("script"),
        f"{row['layout']:.2f}",
        ratio("layout"),
        *(f"{longest:.0f} ms" for longest in row["longest"]),
        *(f"{late:.1f}%" for late in row["late"]),
        f"{row['growth']:.2f}" if row["growth"] else "",
    ]
    print(f"{name:40}" + "".join(f"{cell:>9}" for cell in cells), flush=True)


def compare(browser, url):
    what = {"size": SIZE, "plain": True}
    base = measure(browser, url, PATIENCE, name="ours", **what)
    show("ours", base, base)
    for name in PEERS:
        for wrapped in (False, True):
            title = f"{name}{', wrapped' if wrapped else ''}"
            try:
                row = measure(browser, url, PATIENCE, name=name, wrapped=wrapped, **what)
            except Error as error:
                print(f"{title:40} failed: {error.message.splitlines()[0]}", flush=True)
            else:
                show(title, row, base)


def ours(browser, url):
    for size in (100_000, 1_000_000, 5_000_000):
        for plain in (True, False):
            row = measure(browser, url, PATIENCE_OURS, name="ours", size=size, plain=plain)
            show(f"ours{'' if plain else ', colours and formulas'}", row)
    for only in ("paragraph", "list", "table", "code"):
        row = measure(browser, url, PATIENCE_OURS, name="ours", size=SIZE, only=only)
        show(f"ours, one {only}", row)


def main():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    handler = partial(Page, directory=str(DIST))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        size = len(gzip.compress((DIST / "renderer.js").read_bytes(), 9))
        print(f"The renderer without mathematics: {size / 1000:.1f} kB gzipped\n\n{HEAD}")
        compare(browser, url)
        print(f"\n{HEAD}")
        ours(browser, url)
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
