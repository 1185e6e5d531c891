"""Hostile text in a real browser, in the built viewer, on a page that forbids markup in strings."""

import json
from pathlib import Path

import pytest

from .lab import wait_for
from .plain import PlainServer

CORPUS = Path(__file__).parents[1] / "contract" / "hostile.json"

# Looks at every element and attribute as it comes, and notes what may not be there.
WATCH = """
(() => {
  const found = (globalThis.found = new Set());
  globalThis.hits = 0;
  globalThis.hit = () => { globalThis.hits++; };
  const ours = new Set(['nbps', 'jp', 'katex']);
  const html = new Set(`section div span p h1 h2 h3 h4 h5 h6 blockquote hr ul ol li table thead
    tbody tr th td em strong del code pre br sub sup kbd a input button article`.split(/\\s+/));
  const look = (element) => {
    const typeset = element.closest('.katex');
    const { localName: tag } = element;
    if (!typeset && !html.has(tag)) found.add(`<${tag}>`);
    if (typeset && /^(script|style|a|img|image|iframe|foreignObject|use|animate)$/.test(tag)) {
      found.add(`<${tag}> in a formula`);
    }
    for (const { name, value } of element.attributes) {
      if (/^on|^(id|name|src|srcset|action|formaction|ping|srcdoc|is|slot)$/.test(name)) {
        found.add(`${tag} ${name}=${value}`);
      }
      if (name.endsWith('href') && !/^(https?:\\/\\/|mailto:)/.test(value)) {
        found.add(`${tag} ${name}=${value}`);
      }
      if (name === 'style' && (!typeset || /url\\(|position:\\s*(fixed|sticky)/.test(value))) {
        found.add(`${tag} ${name}=${value}`);
      }
      if (name === 'class' && !typeset && !/^(nbps|katex)/.test(value)) {
        found.add(`${tag} ${name}=${value}`);
      }
    }
  };
  const each = (node) => {
    if (!(node instanceof Element)) return;
    look(node);
    node.querySelectorAll('*').forEach(look);
  };
  new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) {
      if (type === 'attributes') look(target);
      addedNodes.forEach(each);
    }
  }).observe(document.querySelector('main'), {
    subtree: true, childList: true, attributes: true, characterData: true,
  });
  const names = new Set([...Object.getOwnPropertyNames(globalThis), 'fresh']);
  globalThis.fresh = () => Object.getOwnPropertyNames(globalThis).filter((n) => !names.has(n));
})()
"""

# One character of each payload a frame: a delta boundary at every place.
FEED_ALL = """
async (payloads) => {
  const frame = () => new Promise(requestAnimationFrame);
  payloads.forEach((_, i) => show(`s${i}`));
  const texts = payloads.map((payload) => [...payload]);
  for (let at = 0; texts.some(({ length }) => at < length); at++) {
    texts.forEach((text, i) => { if (at < text.length) feed(`s${i}`, text[at]); });
    await frame();
  }
  payloads.forEach((_, i) => finish(`s${i}`));
  await frame();
  await frame();
}
"""


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1000, "height": 800})
    with PlainServer() as url:
        page = context.new_page()
        page.outside, page.heard = [], []
        own = url + "/"

        def look(route):
            if not route.request.url.startswith(own):
                page.outside.append(route.request.url)
            route.continue_()

        context.route("**/*", look)
        context.on("page", lambda opened: page.heard.append(f"a window: {opened.url}"))
        page.on("dialog", lambda dialog: (page.heard.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.on("framenavigated", lambda frame: page.heard.append(f"went to {frame.url}"))
        page.goto(own)
        wait_for(lambda: page.evaluate("() => globalThis.ready"), "the viewer to be loaded")
        page.heard.clear()
        page.evaluate(WATCH)
        yield page
        context.close()


def test_nothing_comes_of_hostile_text_at_any_delta_boundary(page):
    groups = json.loads(CORPUS.read_text())
    payloads = [payload for group in groups.values() for payload in group]
    # Each must still be there, or the feed was at fault, and formulas must have been set.
    page.evaluate(FEED_ALL, payloads)
    wait_for(lambda: page.locator(".katex").count() >= 15, "the formulas to be set")
    shown = page.evaluate("[...document.querySelectorAll('.nbps')].map((v) => v.markdown)")
    assert shown == payloads
    assert page.evaluate("[...found]") == []
    assert page.evaluate("hits") == 0
    assert page.evaluate("fresh()") == []
    assert page.outside == []
    assert page.heard == []
    assert page.evaluate("typeof document.getElementById + typeof document.cookie") == (
        "functionstring"
    )


def test_no_formula_paints_outside_of_its_block(page):
    formulas = json.loads(CORPUS.read_text())["formulas"]
    # A bar over the page's end: whatever is painted beyond its view would cover it.
    page.evaluate(
        """() => {
            const bar = document.querySelector('main').insertAdjacentElement(
                'beforebegin', document.createElement('div'));
            bar.style.cssText = 'height: 120px';
            bar.className = 'bar';
        }"""
    )
    page.evaluate(FEED_ALL, formulas)
    wait_for(lambda: page.locator(".katex").count() >= 15, "the formulas to be set")
    covered = page.evaluate(
        """() => {
            const bar = document.querySelector('.bar').getBoundingClientRect();
            const places = [];
            for (let x = bar.left + 5; x < bar.right; x += 40)
                for (let y = bar.top + 5; y < bar.bottom; y += 20)
                    places.push(document.elementFromPoint(x, y)?.className);
            return places.filter((name) => name !== 'bar');
        }"""
    )
    assert covered == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_image_is_loaded_when_the_reader_asks_and_not_before(page):
    page.evaluate("show('s')")
    page.evaluate("feed('s', '![A cat](https://pictures.example/cat.png) and more')")
    page.evaluate("finish('s')")
    button = page.get_by_role("button", name="Show image")
    button.wait_for()
    assert page.outside == []
    page.context.route("https://pictures.example/**", lambda route: route.abort())
    with page.expect_request("https://pictures.example/cat.png") as request:
        button.click()
    assert "referer" not in request.value.headers
    assert page.locator("img").get_attribute("alt") == "A cat"
