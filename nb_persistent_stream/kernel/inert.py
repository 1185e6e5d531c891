"""A body as Markdown for the notebook's file, which others render: nbconvert lets raw HTML through.

`js/src/lab/inert.ts` does the same; `tests/contract/inert.json` holds them to it.
"""

from __future__ import annotations

import re

# Zero-width, in text as in code: after it nothing is a tag, an entity or a script's address.
_JOINER = "\u2060"
_LIVE = re.compile(
    r"<(?=[A-Za-z/!?])|&(?=#?[A-Za-z0-9]+;)|(?:java|vb)script(?=\\?:)", re.IGNORECASE
)
# Renderers disagree where such documents have their code.
_UNSURE = re.compile(
    r"\$\$|\\begin\{|\\\[|\]:|^[ \t>]*:|[\x00\x0b-\x1f\x85\u2028\u2029\u2424]", re.MULTILINE
)
_FENCE_LIKE = re.compile(r"[ \t>*+\-0-9.)]*(?:`{3}|~{3})")
_OPENING = re.compile(r"(`{3,}|~{3,})[ \t]*[A-Za-z0-9_+#.\-]*[ \t]*")


def inert(markdown: str) -> str:
    """The same text for a reader, with nothing in it that is HTML or a script to a renderer.

    Fenced code is left as it is, to be copied, where there is no doubt that it is code.
    """
    lines, fence = [], ""
    for line in markdown.split("\n"):
        if not _FENCE_LIKE.match(line):
            lines.append(line if fence else _defuse(line))
            continue
        opening = _OPENING.fullmatch(line)
        if not opening or (fence and not _closes(line, fence)):
            return _defuse(markdown)
        fence = "" if fence else opening[1]
        lines.append(line)
    return _defuse(markdown) if fence or _UNSURE.search(markdown) else "\n".join(lines)


def _closes(line: str, fence: str) -> bool:
    return line.startswith(fence) and not line.strip(" \t").strip(fence[0])


def _defuse(text: str) -> str:
    return _LIVE.sub(lambda found: found[0] + _JOINER, text)
