"""What it is like to read a stream: on a page that is no notebook, and in JupyterLab."""

import pytest

from .lab import wait_for
from .reading import PARAGRAPHS, feed, shown, violations, wait_shown

SCROLLER = ".nbps-scroller"
GAP = "e => e.scrollHeight - e.clientHeight - e.scrollTop"
CLIPBOARD = "navigator.clipboard.readText()"

# Says a thought, two tool calls and an answer; each waits until a file is there.
THINK = """
import os, time
from nb_persistent_stream import stream
from nb_persistent_stream.protocol import Piece
def wait(n):
    while not os.path.exists(f"{go}{{n}}"): time.sleep(0.02)
def source():
    yield Piece("I should **look it up**.", "reasoning")
    wait(1)
    yield Piece('{{"city":', "tool_call", {{"index": 0, "id": "a", "name": "weather"}})
    yield Piece('"Bern"}}', "tool_call", {{"index": 0, "id": "a", "name": "weather"}})
    wait(2)
    for n in range(200):
        yield f"Line **{{n}}** of the answer.\\n\\n"
        time.sleep(0.005)
    wait(3)
s = stream(source(), title="Forecast")
"""


def test_a_long_body_follows_its_end_until_the_reader_scrolls_up(page_of):
    page = page_of()
    page.evaluate("document.body.style.paddingBottom = '3000px'")
    scroller = page.locator(SCROLLER)
    for paragraph in PARAGRAPHS.splitlines(keepends=True):
        feed(page, paragraph)
    wait_shown(page, PARAGRAPHS)
    assert scroller.evaluate(GAP) <= 1
    assert scroller.bounding_box()["height"] <= 420.5  # 60% of the window's height

    scroller.hover()
    page.mouse.wheel(0, -120)
    jump = page.get_by_role("button", name="Jump to latest")
    jump.wait_for()
    wait_for(lambda: scroller.evaluate(GAP) > 100, "the wheel to scroll")
    top = scroller.evaluate("e => e.scrollTop")
    seen = scroller.locator("p", has_text="Paragraph 50 ")
    y = seen.bounding_box()["y"]
    feed(page, "More.\n\n" * 50)
    wait_shown(page, "More.\n\n")
    assert scroller.evaluate("e => e.scrollTop") == top
    assert seen.bounding_box()["y"] == y

    jump.press("Enter")
    wait_for(lambda: scroller.evaluate(GAP) <= 1, "the end")
    assert scroller.evaluate("e => e.matches(':focus')")
    assert not jump.is_visible()
    feed(page, "And more.\n\n" * 50)
    wait_shown(page, "And more.\n\n")
    assert scroller.evaluate(GAP) <= 1
    page.keyboard.press("PageUp")
    jump.wait_for()
    page.keyboard.press("End")
    jump.wait_for(state="hidden")
    feed(page, "The end.")
    page.evaluate("finish('s')")
    wait_shown(page, "The end.")
    wait_for(lambda: scroller.evaluate(GAP) <= 1, "the very end")
    assert page.evaluate("scrollY") == 0


def test_a_bounded_body_expands_and_collapses_where_it_is_read(page_of):
    page = page_of()
    page.evaluate("document.body.style.paddingBottom = '3000px'")
    feed(page, PARAGRAPHS)
    page.evaluate("finish('s')")
    wait_shown(page, PARAGRAPHS)
    scroller = page.locator(SCROLLER)
    scroller.evaluate("e => { e.scrollTop = 500 }")
    # The first paragraph that is fully in sight.
    seen = page.locator("p", has_text="Paragraph 20 ")
    y = seen.bounding_box()["y"]
    page.get_by_role("button", name="Expand").click()
    assert abs(seen.bounding_box()["y"] - y) <= 1
    assert scroller.evaluate("e => e.scrollHeight - e.clientHeight") <= 1

    collapse = page.get_by_role("button", name="Collapse")
    collapse.scroll_into_view_if_needed()
    last = page.locator("p", has_text="Paragraph 59 ")
    y = last.bounding_box()["y"]
    collapse.click()
    assert abs(last.bounding_box()["y"] - y) <= 1
    assert page.get_by_role("button", name="Expand").is_visible()

    # On paper nothing is bounded, and there is nothing to press.
    page.emulate_media(media="print")
    assert scroller.evaluate("e => e.scrollHeight - e.clientHeight") <= 1
    assert page.get_by_role("button").count() == 0


def test_every_button_can_be_reached_in_a_narrow_column(page_of):
    page = page_of()
    feed(page, "Words.")
    view = page.locator("article")
    for width in (120, 200, 400):
        view.evaluate("(e, width) => { e.style.width = `${width}px` }", width)
        outer = view.bounding_box()
        boxes = [
            button.bounding_box() for button in view.locator(".nbps-header button:visible").all()
        ]
        assert len(boxes) == 3
        assert all(box["x"] >= outer["x"] for box in boxes), width
        assert all(box["x"] + box["width"] <= outer["x"] + width for box in boxes), width


def test_a_selection_survives_and_copy_gives_the_source(page_of):
    page = page_of()
    feed(page, "One *two* three, and **mo")
    wait_for(lambda: page.locator("strong").count(), "the provisional strong text")
    selected = page.evaluate(
        """() => {
            const words = document.querySelector('.nbps-md em').firstChild;
            getSelection().setBaseAndExtent(words, 0, words.parentNode.nextSibling, 6);
            return getSelection().toString();
        }"""
    )
    assert selected == "two three"
    rest = "re** in the paragraph that is selected.\n\n```python\nprint(1)\n```\n"
    for letter in rest:
        feed(page, letter)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    assert page.evaluate("getSelection().toString()") == selected
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate(CLIPBOARD) == "One *two* three, and **mo" + rest
    page.locator(".nbps-md-code").hover()
    page.locator(".nbps-md-copy").click()
    wait_for(lambda: page.evaluate(CLIPBOARD) == "print(1)\n", "the code in the clipboard")
    page.get_by_role("button", name="Raw").click()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.nbps-raw'))")
    page.keyboard.press("Control+c")
    wait_for(lambda: page.evaluate(CLIPBOARD) == shown(page), "the source in the clipboard")


# Six bursts of 300 characters; what is shown at each frame, and when.
BURSTS = """
async () => {
  const [seen, fed] = [[], []];
  let on = true;
  const watch = () => {
    seen.push([performance.now(), document.querySelector('.nbps').markdown.length]);
    if (on) requestAnimationFrame(watch);
  };
  watch();
  for (let i = 0; i < 6; i++) {
    feed('s', 'words that come '.repeat(19));
    fed.push([performance.now(), (i + 1) * 304]);
    await new Promise((done) => setTimeout(done, 300));
  }
  while (document.querySelector('.nbps').markdown.length < 6 * 304) {
    await new Promise(requestAnimationFrame);
  }
  on = false;
  watch();
  return { seen, fed };
}
"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_bursts_are_shown_evenly_and_never_late(page_of, motion):
    page = page_of(reduced_motion=motion)
    told = page.evaluate(BURSTS)
    lengths = [length for _, length in told["seen"]]
    # The bursts that were seen half shown, by their numbers. Two are shown at once: the first,
    # and what comes before the pace is known. How many halves are seen is the machine's matter.
    halves = {length // 304 for length in lengths if length % 304}
    assert halves == set() if motion == "reduce" else halves >= {2, 3, 4, 5}, lengths
    # A frame may come late on a busy machine; what it shows may not.
    for (before, _), _, (_, length) in zip(*(told["seen"][n:] for n in range(3)), strict=False):
        due = [known for at, known in told["fed"] if at <= before - 333]
        assert length >= max(due, default=0)
    assert lengths[-1] == 6 * 304


def test_in_jupyterlab_thoughts_fold_and_only_the_body_scrolls(shared_lab, book_in):
    book = book_in(shared_lab("lab"))
    step = [book.lab.root / f"{book.name}.go{n}" for n in range(4)]
    page = book.open_and_run(THINK.format(go=str(step[0])[:-1]))
    view = page.view()
    view.get_by_text("look it up").wait_for()
    assert view.get_by_text("Thinking…").is_visible()
    step[1].touch()
    view.get_by_text("weather").wait_for()
    assert not view.get_by_text("look it up").is_visible()
    step[2].touch()
    notebook = page.page.locator(".jp-WindowedPanel-outer:visible").first
    page.wait_text("Line **20**")
    place = notebook.evaluate("e => e.scrollTop")
    page.wait_text("Line **199**")
    wait_for(lambda: view.locator(SCROLLER).evaluate(GAP) <= 1, "the end in sight")
    assert notebook.evaluate("e => e.scrollTop") == place
    assert violations(page.page) == []
    page.shot("follows")
    step[3].touch()
    page.wait_status("done")
    view.locator(SCROLLER).evaluate("e => { e.scrollTop = 0 }")
    assert view.get_by_text('{ "city": "Bern" }').is_visible()
    view.get_by_text("Thought for").click()
    assert view.get_by_text("look it up").is_visible()
    page.shot("thought")
    # Where JupyterLab scrolls the outputs, there is no second scrollbar.
    page.cell(0).evaluate("e => e.classList.add('jp-mod-outputsScrolled')")
    assert view.locator(SCROLLER).evaluate("e => e.scrollHeight - e.clientHeight") <= 1
    assert violations(page.page) == []
