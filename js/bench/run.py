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
PATIENCE_OURS = 45
INDEX = b'<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>'
COLUMNS = ("KB", "ms/KB", "ratio", "layout", "ratio", "longest", "late", "4th/2nd")
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
    """Stream in four parts; the page's own time on a processor: a busy machine hardly counts."""
    page = browser.new_page(viewport={"width": 900, "height": 800})
    page.set_default_timeout(1000 * (patience + 60))
    page.goto(url)
    page.wait_for_function("typeof globalThis.stream === 'function'")
    page.evaluate("(what) => begin(what)", what)
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    end = time.monotonic() + patience
    parts = []
    for part in PARTS:
        before = seconds(cdp)
        left = max(0, 1000 * (end - time.monotonic()))
        row = page.evaluate("([part, left]) => stream(part, left)", [part, left])
        after = seconds(cdp)
        parts.append({**row, "script": after[0] - before[0], "layout": after[1] - before[1]})
        if not row["whole"]:
            break
    page.close()
    return total(parts)


def seconds(cdp):
    """What scripts and the rest took so far, and what layout and style did."""
    metrics = cdp.send("Performance.getMetrics")["metrics"]
    value = {item["name"]: item["value"] for item in metrics}
    layout = value["LayoutDuration"] + value["RecalcStyleDuration"]
    return value["TaskDuration"] - layout, layout


def total(parts):
    kb, frames = sum(part["kb"] for part in parts), sum(part["frames"] for part in parts)
    whole = len(parts) == len(PARTS) and parts[-1]["whole"]
    cost = [part["script"] / max(part["kb"], 0.001) for part in parts]
    return {
        "kb": kb,
        "whole": whole,
        "script": 1000 * sum(part["script"] for part in parts) / kb,
        "layout": 1000 * sum(part["layout"] for part in parts) / kb,
        "longest": max(part["longest"] for part in parts),
        "late": 100 * sum(part["late"] for part in parts) / frames,
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
        f"{row['longest']:.0f} ms",
        f"{row['late']:.1f}%",
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
