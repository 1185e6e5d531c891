"""One stream on the plain page, as a reader meets it."""

from pathlib import Path

from .lab import wait_for

AXE = Path(__file__).parents[2] / "js/node_modules/axe-core/axe.min.js"
PARAGRAPHS = "".join(
    f"Paragraph **{n}** is one of many, and long enough to be read.\n\n" for n in range(60)
)


def feed(page, text, *more):
    page.evaluate("args => feed('s', ...args)", [text, *more])


def shown(page):
    return page.evaluate("document.querySelector('.nbps').markdown")


def wait_shown(page, text):
    wait_for(lambda: shown(page).endswith(text), f"{text!r} at the end of what is shown")
    # And laid out.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def violations(page):
    """What axe-core finds in the views of a page, in words."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run('.nbps').then(({ violations }) => violations)")
    return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in found]
