"""What it is like to read a stream: on a page that is no notebook, and in JupyterLab."""

from pathlib import Path

import pytest

from .lab import wait_for
from .plain import PlainServer

AXE = Path(__file__).parents[2] / "js/node_modules/axe-core/axe.min.js"
PARAGRAPHS = "".join(
    f"Paragraph **{n}** is one of many, and long enough to be read.\n\n" for n in range(60)
)
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


@pytest.fixture(scope="module")
def plain():
    with PlainServer() as url:
        yield url


@pytest.fixture
def page_of(plain, chromium):
    """Opens the plain page as somebody with certain preferences, with one stream, `s`."""
    contexts = []

    def open_(**preferences):
        context = chromium.new_context(viewport={"width": 900, "height": 700}, **preferences)
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.goto(plain)
        wait_for(lambda: page.evaluate("globalThis.ready"), "the page")
        page.evaluate("show('s')")
        return page

    yield open_
    for context in contexts:
        context.close()


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
  await new Promise((done) => setTimeout(done, 350));
  on = false;
  return { seen, fed };
}
"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_bursts_are_shown_evenly_and_never_late(page_of, motion):
    page = page_of(reduced_motion=motion)
    told = page.evaluate(BURSTS)
    lengths = [length for _, length in told["seen"]]
    states = len(set(lengths))
    # Two bursts are shown at once: the first, and what comes before the pace is known.
    assert states <= 8 if motion == "reduce" else states > 30
    # A frame may come late on a busy machine; what it shows may not.
    for (before, _), _, (_, length) in zip(*(told["seen"][n:] for n in range(3)), strict=False):
        due = [known for at, known in told["fed"] if at <= before - 333]
        assert length >= max(due, default=0)
    assert lengths[-1] == 6 * 304


def test_statuses_are_announced_and_tokens_are_not(page_of):
    page = page_of()
    page.evaluate(
        """() => {
            globalThis.announced = [];
            const live = '[role=status], [role=alert], [aria-live]';
            new MutationObserver((records) => {
                for (const { target } of records) {
                    const element = target instanceof Element ? target : target.parentElement;
                    const region = element?.closest(live);
                    if (region) announced.push(region.textContent);
                }
            }).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    feed(page, "I think.", "reasoning")
    for n in range(30):
        feed(page, f"word{n} ")
    feed(page, '{"q": 1}', "tool_call", {"name": "search", "index": 0})
    error = {"type": "x", "message": "The model broke off."}
    page.evaluate("error => finish('s', { status: 'error', error })", error)
    wait_shown(page, "word29 ")
    assert set(page.evaluate("announced")) == {"Failed", "The model broke off."}
    view = page.get_by_role("region", name="Stream: s")
    last, ending = view.get_by_text("word29"), view.get_by_role("alert")
    assert ending.bounding_box()["y"] > last.bounding_box()["y"]


@pytest.mark.parametrize("preferences", [{}, {"forced_colors": "active"}], ids=["usual", "forced"])
def test_axe_finds_nothing_on_a_plain_page(page_of, preferences):
    page = page_of(**preferences)
    feed(page, "I think.", "reasoning")
    feed(page, '{"q": 1}', "tool_call", {"name": "search", "index": 0})
    feed(
        page, "# Answer\n\n- [x] done\n\n`code` and $x^2$\n\n```python\nx = 1\n```\n\n" + PARAGRAPHS
    )
    wait_shown(page, PARAGRAPHS[-20:])
    assert violations(page) == []
    page.evaluate("finish('s', { usage: { prompt_tokens: 12, completion_tokens: 34 } })")
    page.get_by_text("12 tokens in · 34 out").wait_for()
    assert violations(page) == []


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
