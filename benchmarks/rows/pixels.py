"""From a driver's word to the text that stands in a real page, drawn."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from ..pages import chromium, notebook, run_cell
from ..processes import ROOT, command, jupyter, port_of, running
from ..table import Row, percentile

RATE, SECONDS, ROUNDS = 100, 8, 3
WORDS = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from benchmarks.stamps import prose
words = prose({RATE * SECONDS}, {RATE})
"""
DRIVE = f"""{WORDS}
from nb_persistent_stream import stream
s = stream(words)
"""
WATCH = """
from nb_persistent_stream import watch
w = watch()
"""
TRAIT = f"""{WORDS}
import ipywidgets
from IPython.display import display
widget = ipywidgets.HTML()
display(widget)
async for word in words:
    widget.value += word
"""
UPDATE = f"""{WORDS}
from IPython.display import Markdown, display
shown, text = display(Markdown(""), display_id=True), ""
async for word in words:
    text += word
    shown.update(Markdown(text))
"""
PEERS = {"a trait with the whole text": TRAIT, "update_display": UPDATE}
OURS = {"driver's cell": DRIVE, "watcher's page": WATCH}
BOOKS = OURS | PEERS
# When each stamp was said, and how many milliseconds later the page began the frame after the one
# that painted it: what is painted is handed to the compositor then. `ahead` is how far the page's
# clock is before that of the stamps. Nothing is looked for where nothing has changed.
LOOK = """
(ahead) => {
  const frame = requestAnimationFrame.bind(window);
  const { port1, port2 } = new MessageChannel();
  const seen = new Set();
  const fresh = [];
  let painting = false;
  window.drawn = [];
  // A message that is posted within a frame comes once that is painted.
  const paint = () => {
    if (!painting) port2.postMessage(null);
    painting = true;
  };
  window.requestAnimationFrame = (task) => frame((now) => {
    paint();
    task(now);
  });
  port1.onmessage = () => {
    painting = false;
    const painted = fresh.splice(0);
    if (painted.length) frame(() => {
      const now = performance.now() - ahead;
      window.drawn.push(...painted.map((said) => [said, now - said / 1e6]));
    });
  };
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      for (const node of type === 'characterData' ? [target] : addedNodes) {
        for (const [, stamp] of node.textContent.slice(-2000).matchAll(/@(\\d{10,})@/g)) {
          if (!seen.has(stamp)) fresh.push(Number(stamp));
          seen.add(stamp);
        }
      }
    }
    if (fresh.length && !painting) frame(paint);
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}
"""

Lags = dict[str, list[float]]


def rows() -> Iterator[Row]:
    """The lag in the driver's cell; then in a page that another kernel's cell watches it in.

    The peers draw in a cell of the same application. The limit is a page that has nothing but a
    socket and the text.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        jupyter(Path(folder), Path(folder) / "s.db") as (port, _),
        running(command("bare", RATE * SECONDS, RATE)) as bare,
    ):
        browser = chromium(playwright)
        pages = {name: _open(browser, port, Path(folder), name) for name in BOOKS}
        limit = browser.new_page()
        limit.goto(f"http://127.0.0.1:{port_of(bare)}/")
        _look(limit)
        rounds = [_round(pages, limit) for _ in range(ROUNDS)]
        browser.close()
    for where in OURS:
        for name, share, most in (("p50", 0.5, 35), ("p99", 0.99, 80)):
            lags = {
                who: statistics.median(percentile(lags[who], share) for lags in rounds)
                for who in rounds[0]
            }
            yield Row(
                what=f"driver to pixels, {where}, {name}",
                unit="ms",
                ours=lags[where],
                peers={who: lags[who] for who in PEERS} if where == "driver's cell" else {},
                limit=lags["a bare page"],
                goal=f"≤ {most}",
                met=lags[where] <= most,
            )


def _round(pages: dict[str, Page], limit: Page) -> Lags:
    driver, watcher = (pages[name] for name in OURS)
    lags = {name: _drawn(pages[name]) for name in ("driver's cell", *PEERS)}
    return lags | {"watcher's page": _drawn(driver, watcher), "a bare page": _drawn(limit)}


def _drawn(*pages: Page) -> list[float]:
    """The lags in the last of some pages, of what was said once it showed something."""
    for page in pages:
        page.evaluate("window.drawn.length = 0")
        _begin(page)
        page.wait_for_function("window.drawn.length > 0", timeout=120_000)
    begin = time.monotonic_ns()
    return [lag for said, lag in _settled(pages[-1]) if said > begin]


def _open(browser: Browser, port: int, folder: Path, name: str) -> Page:
    page = notebook(browser, port, folder, str([*BOOKS].index(name)), BOOKS[name])
    _look(page)
    return page


def _look(page: Page) -> None:
    page.evaluate(LOOK, min(_asked(page) for _ in range(50))[1])


def _asked(page: Page) -> tuple[float, float]:
    """How long a page took to say its time, and how far its clock is ahead; in milliseconds."""
    begin = 1000 * time.monotonic()
    now = float(page.evaluate("performance.now()"))
    took = 1000 * time.monotonic() - begin
    return took, now - begin - took / 2


def _begin(page: Page) -> None:
    if page.query_selector(".jp-Notebook") is None:
        page.evaluate("window.begin()")
        return
    run_cell(page)


def _settled(page: Page) -> list[tuple[float, float]]:
    """What a page has drawn once nothing new has come for three seconds."""
    count, before = 0, -1
    while count != before:
        page.wait_for_timeout(3000)
        before, count = count, page.evaluate("window.drawn.length")
    return [(said, lag) for said, lag in page.evaluate("window.drawn")]
