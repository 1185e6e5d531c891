"""Text that was written by others, made fit for a terminal."""

from __future__ import annotations

import re

# What a terminal would obey: all control characters but tab and newline
# (https://www.unicode.org/charts/PDF/U0080.pdf), and what makes a line read otherwise than it is
# written: the embeddings, overrides and isolates of https://www.unicode.org/reports/tr9/.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text without what a terminal would obey."""
    return _COMMANDS.sub("", text)
