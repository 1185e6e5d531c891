"""From a driver's word to the text that stands in a real page, drawn."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from ..processes import ROOT, TOKEN, jupyter
from ..table import Row, percentile

RATE, SECONDS = 100, 8
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SAY = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from benchmarks.stamps import paced
from nb_persistent_stream import stream
s = stream(paced({RATE * SECONDS}, {RATE}))
"""
WATCH = """
from nb_persistent_stream import watch
w = watch()
"""
# Each frame looks for stamps that were not there before; `ahead` is how far the page's clock is
# before that of the stamps, in milliseconds. What the first one finds was said before it asked.
LOOK = """
(ahead) => {
  const seen = new Set();
  let begun = false;
  window.lags = [];
  const text = () => {
    const roots = [document, ...[...document.querySelectorAll('*')].flatMap((e) => e.shadowRoot ?? [])];
    return roots.flatMap((r) => [...r.querySelectorAll('.nbps-body')]).map((e) => e.textContent);
  };
  const look = () => {
    const now = performance.now() - ahead;
    for (const part of text()) {
      for (const [, stamp] of part.slice(-2000).matchAll(/@(\\d{10,})@/g)) {
        if (!seen.has(stamp)) {
          if (begun) window.lags.push(now - Number(stamp) / 1e6);
          seen.add(stamp);
        }
      }
    }
    begun = seen.size > 0;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""  # noqa: E501


def rows() -> Iterator[Row]:
    """The lag in the driver's cell, and in a page that another kernel's cell watches in."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for name, cell in (("say", SAY), ("watch", WATCH)):
            _write(Path(folder) / f"{name}.ipynb", cell)
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=FLAGS
        )
        with jupyter(Path(folder), Path(folder) / "s.db") as (port, _):
            driver, watcher = (_open(browser.new_page(), port, name) for name in ("say", "watch"))
            _run(driver)
            driver.wait_for_function("window.lags.length > 0", timeout=120_000)
            _run(watcher)
            watcher.wait_for_function("window.lags.length > 0", timeout=120_000)
            lags = {"driver's cell": _lags(driver), "watcher's page": _lags(watcher)}
        browser.close()
    for where, values in lags.items():
        for name, share, most in (("p50", 0.5, 35), ("p99", 0.99, 80)):
            lag = percentile(values, share)
            yield Row(
                f"driver to pixels, {where}, {name}", "ms", lag, goal=f"≤ {most}", met=lag <= most
            )


def _write(path: Path, cell: str) -> None:
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    code = {"cell_type": "code", "id": "c", "metadata": {}, "source": cell.strip(), "outputs": []}
    book = {"cells": [code | {"execution_count": None}], "metadata": {"kernelspec": spec}}
    path.write_text(json.dumps(book | {"nbformat": 4, "nbformat_minor": 5}))


def _open(page: Page, port: int, name: str) -> Page:
    address = f"http://127.0.0.1:{port}/lab/workspaces/{name}/tree/{name}.ipynb?token={TOKEN}"
    page.goto(address, timeout=120_000)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=120_000)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=120_000)
    page.evaluate(LOOK, min(_asked(page) for _ in range(50))[1])
    return page


def _asked(page: Page) -> tuple[float, float]:
    """How long a page took to say its time, and how far its clock is ahead; in milliseconds."""
    begin = 1000 * time.monotonic()
    now = float(page.evaluate("performance.now()"))
    took = 1000 * time.monotonic() - begin
    return took, now - begin - took / 2


def _run(page: Page) -> None:
    page.click(".jp-Notebook .jp-Cell .cm-content")
    page.keyboard.press("Shift+Enter")


def _lags(page: Page) -> list[float]:
    """What a page saw once nothing new has come for three seconds."""
    count, before = 0, -1
    while count != before:
        page.wait_for_timeout(3000)
        before, count = count, page.evaluate("window.lags.length")
    return [float(lag) for lag in page.evaluate("window.lags")]
