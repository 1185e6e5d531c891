"""The words of a text, and what is looked for in their index.

A word is a run of letters and digits, in small letters and without accents. Where a script has no
spaces, each two characters that stand side by side are one. The index holds them as `entries`: a
letter that says where a word stands, and the word.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zlib import crc32

# Longer words are known by their begin; only machines write such.
_MOST_LETTERS = 40

_LABEL, _BODY, _NOTEBOOK = "l", "b", "n"

_RUN = re.compile(r"[^\W_]+")
# Kana, Han, Hangul; and signs that people write as words of their own.
_DENSE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_SIGNS = "\u2190-\u2bff\U0001f000-\U0001faff"
_PART = re.compile(f"[{_DENSE}]+|[{_SIGNS}]|[^\\W_{_DENSE}{_SIGNS}]+")
_IS_DENSE = re.compile(f"[{_DENSE}]")
_MARKS = re.compile("[\u0300-\u036f]+")

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")
_FOLDER_END = re.compile(r"[/\\]")


def words(text: str) -> set[str]:
    """The words of a text."""
    if text.isascii():
        return {run[:_MOST_LETTERS] for run in _RUN.findall(text.lower())}
    return {word for part in _parts(text) for word in _indexed(part)}


def unescaped(text: str) -> str:
    """The text of JSON, with a space for each sign that is no letter, such as a new line."""
    return _ESCAPE.sub(lambda sign: chr(int(sign[1], 16)) if sign[1] else " ", text)


def label_entries(row: Mapping[str, Any]) -> set[str]:
    """What is to be found of a row of `streams`: title, tags, prompt, model, notebook, id."""
    prompt = row["prompt"]
    texts = [row["id"], row["title"], row["model"] or row["requested_model"]]
    texts += [*json.loads(row["tags"]), *_said(prompt and json.loads(prompt))]
    entries = {_LABEL + word for text in texts if text for word in words(text)}
    notebook = row["notebook"] or ""
    for start in (0, *(end.end() for end in _FOLDER_END.finditer(notebook))):
        folder = _folder(notebook[:start])
        entries |= {folder + word for word in words(notebook[start:])}
    return entries


def body_entries(words: Iterable[str]) -> set[str]:
    """What is to be found of a body that has these words."""
    return {_BODY + word for word in words}


def expression(search: str, root: str) -> str | None:
    """The FTS5 query for streams that hold a word that begins so, for each of a search's words.

    Notebooks are looked at below the folder `root`. None where the search has no words.
    """
    places = (_LABEL, _BODY, _folder(root))
    asked = dict.fromkeys(part for text in search.split() for part in _asked(text))
    return (
        " AND ".join(
            f"({' OR '.join(f'{chr(34)}{place}{part}{chr(34)}*' for place in places)})"
            for part in asked
        )
        or None
    )


def _folder(path: str) -> str:
    return f"{_NOTEBOOK}{crc32(path.encode('utf-8', 'replace')):08x}"


def _parts(text: str) -> Iterator[str]:
    folded = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    # Composed again, for a syllable of Hangul is taken apart too; once more in small letters, for
    # there are signs that stand for capitals.
    return iter(_PART.findall(unicodedata.normalize("NFC", folded).casefold()))


def _indexed(part: str) -> Iterator[str]:
    if not _IS_DENSE.match(part):
        yield part[:_MOST_LETTERS]
        return
    for start in range(len(part)):
        yield part[start : start + 2]


def _asked(text: str) -> Iterator[str]:
    for part in _parts(text):
        if _IS_DENSE.match(part) and len(part) > 1:
            yield from (part[start : start + 2] for start in range(len(part) - 1))
        else:
            yield part[:_MOST_LETTERS]


def _said(prompt: Any) -> Iterator[str]:
    """The texts of a prompt: of one that is a text, or of its messages."""
    if isinstance(prompt, str):
        yield prompt
    elif isinstance(prompt, Mapping):
        for name, value in prompt.items():
            if not isinstance(value, str) or name in ("content", "text"):
                yield from _said(value)
    elif isinstance(prompt, list):
        for part in prompt:
            if not isinstance(part, str):
                yield from _said(part)
