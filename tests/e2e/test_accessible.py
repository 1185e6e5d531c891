"""A view for those who do not see it, or see it in colours of their own."""

import pytest

from .reading import PARAGRAPHS, feed, violations, wait_shown


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


VS_CODE = """:root {{
    --vscode-foreground: {0}; --vscode-editor-background: {1}; --vscode-descriptionForeground: {2};
    --vscode-textLink-foreground: {3}; --vscode-textCodeBlock-background: {4};
}} body {{ color: {0}; background: {1} }}"""
# Pages that are no Jupyter, as their own style makes them.
COLOURS = {
    "light": "body { color: #000; background: #fff }",
    "dark, and does not say so": "body { color: #ddd; background: #1b1b1b }",
    "dark": ":root { color-scheme: dark } body { color: CanvasText; background: Canvas }",
    "VS Code, dark": VS_CODE.format("#ccc", "#1f1f1f", "#9d9d9d", "#4daafc", "#2b2b2b"),
    "VS Code, light": VS_CODE.format("#3b3b3b", "#fff", "#3b3b3b", "#005fb8", "#f8f8f8"),
}
LETTERS = """> > Quoted twice, with a [link](https://x.example)

```python
# A comment
@decorator
class A(B):
    def f(self, n: int = 1.5) -> "text":
        return None is not print(n)
```

```diff
- removed
+ added
```
"""


@pytest.mark.parametrize("style", COLOURS.values(), ids=COLOURS)
def test_all_can_be_read_on_a_page_of_any_colour(page_of, style):
    page = page_of()
    page.add_style_tag(content=style)
    feed(page, "I think.", "reasoning")
    feed(page, LETTERS)
    page.evaluate("finish('s', { usage: { prompt_tokens: 12, completion_tokens: 34 } })")
    wait_shown(page, "added\n```\n")
    page.locator(".nbps-tok-inserted").wait_for()
    page.locator(".nbps-md-code").first.hover()
    assert violations(page) == []
