"""Measure the viewer's Markdown against other renderers, in headless Chromium.

Run by `make bench-viewer`. Each row streams the same text, 132 characters a frame (2,000 deltas a
second) with a forced layout after each. Figures depend on the machine, ratios hardly do.
"""

import gzip
import http.server
import os
import shutil
import threading
from functools import partial
from pathlib import Path

from playwright.sync_api import sync_playwright

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
INDEX = b'<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>'
HEAD = f"{'':44} {'KB':>5} {'ms/KB':>7} {'ratio':>6} {'longest':>8} {'late':>6} {'4th/2nd':>8}"


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


def measure(browser, url, **what):
    page = browser.new_page(viewport={"width": 900, "height": 800})
    page.set_default_timeout(30_000)
    page.goto(url)
    page.wait_for_function("typeof globalThis.measure === 'function'")
    cdp = page.context.new_cdp_session(page)
    # The page's own time on a processor: a busy machine does not count.
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = seconds(cdp)
    row = page.evaluate("(what) => measure(what)", what)
    row["perKb"] = 1000 * (seconds(cdp) - before) / row["kb"]
    page.close()
    return row


def seconds(cdp):
    """What all but layout and style took so far."""
    metrics = cdp.send("Performance.getMetrics")["metrics"]
    value = {item["name"]: item["value"] for item in metrics}
    return value["TaskDuration"] - value["LayoutDuration"] - value["RecalcStyleDuration"]


def show(name, row, base=None):
    ratio = f"{row['perKb'] / base:6.1f}" if base else f"{'':6}"
    kb = f"{row['kb']}{'' if row['whole'] else '…'}"
    print(
        f"{name:44} {kb:>5} {row['perKb']:7.2f} {ratio} {row['longest']:5.0f} ms"
        f" {row['late']:5.1f}% {row['growth']:8.2f}",
        flush=True,
    )


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
        base = measure(browser, url, name="ours", size=SIZE, plain=True)
        show("ours", base)
        for name in PEERS:
            for wrapped in (False, True):
                row = measure(browser, url, name=name, size=SIZE, plain=True, wrapped=wrapped)
                show(f"{name}{', wrapped' if wrapped else ''}", row, base["perKb"])
        print(f"\n{HEAD}")
        for kilobytes in (100, 1_000, 5_000):
            for plain in (True, False):
                what = {"size": kilobytes * 1_000, "plain": plain, "patience": 240_000}
                row = measure(browser, url, name="ours", **what)
                show(f"ours{'' if plain else ', with colours and formulas'}", row)
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
