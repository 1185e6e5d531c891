import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from nb_persistent_stream.kernel.inert import inert

CASES = json.loads((Path(__file__).parents[1] / "contract" / "inert.json").read_text())

# What a Markdown renderer makes much of, and what must not get through it.
LIVE = ["<evil>", "</evil>", "<evil a='", "<!--", "-->", "<?", "&lt;evil>", "&#60;evil>"]
LIVE += [
    "[x](javascript:a)",
    "[x](<javascript:a>)",
    "[x](java\\script\\:a)",
    "[x](&#106;avascript:a)",
]
MARKS = ["```", "~~~", "````", "`", "> ", "- ", "1. ", "    ", "\t", "$$", "$", "\\[", "\\begin{a}"]
MARKS += ["[a]: b ", '"', "|", "|---|", ": ", "# ", "---", "===", "\r", "\x0c", "\u2028", "x", "py"]
LINES = st.lists(st.sampled_from(LIVE + MARKS), max_size=3).map("".join)
FENCED = LINES.map("```\n{}\n```".format)


class Page(HTMLParser):
    """Notes what a browser would obey."""

    def __init__(self, html):
        super().__init__()
        self.live = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        addresses = [value or "" for name, value in attrs if name in ("href", "src")]
        if tag == "evil" or any(
            re.match(r"\s*(java|vb)script:", a, re.IGNORECASE) for a in addresses
        ):
            self.live.append(self.get_starttag_text())

    def handle_comment(self, data):
        self.live.append(data)

    handle_decl = handle_pi = handle_comment


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_contract(case):
    assert inert(case["markdown"]) == case["expect"]


@given(st.lists(LINES | FENCED, max_size=10).map("\n".join))
def test_nothing_of_a_body_is_live_where_nbconvert_renders_it(markdown):
    assert Page(markdown2html_mistune(inert(markdown))).live == []


@given(st.text() | st.lists(LINES | FENCED).map("\n".join))
def test_a_reader_sees_the_same_text(markdown):
    assert inert(markdown).replace("\u2060", "") == markdown.replace("\u2060", "")
