"""The index of words: FTS5 that keeps no text, https://sqlite.org/fts5.html#contentless_tables.

A stream has a number there, `streams.doc`, under which its labels stand from soon after its
begin, and its body too (`streams.whole`) when it has ended. Nothing is indexed by who drives: a
search brings the index up to date first, a server does each second, and what is left of many
streams is done in the background. Each step is a transaction that looks again at what it found
to do, so that processes may do it at once and die at any time.

The words of a row that is changed or deleted leave with it, in the same transaction. An older
version that has the file open still knows nothing of that, so a trigger takes the number from what
it changes: the words stay under a number that is nobody's any more, and the row is indexed anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from unicodedata import combining

from ..protocol import BYTES, JSON_MESSAGE, Status
from ..toolcalls import TOOL_CALL
from .bodies import BODY
from .queries import CLAIM, IS_LIVE, LABEL
from .rows import cleaned, dump
from .words import body_entries, label_entries, unescaped, words

# About as many bytes of bodies, and as many streams, are read for one transaction.
_STEP_BYTES, _STEP_STREAMS = 512 * 1024, 64

# The entries hold nothing but letters and digits, so this tokenizer takes them as they are. The
# prefixes are the first and second letter that somebody types, after the one that says where.
_TABLE = """
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
  entries, content = '', columnsize = 0, detail = none, tokenize = 'ascii', prefix = '2 3'
)
"""

# Whether a search finds all that there is.
IS_CURRENT = """
SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'words') AND NOT EXISTS (
  SELECT 1 FROM streams INDEXED BY streams_unread WHERE doc IS NULL AND NOT whole AND NOT deleted)
"""
_TO_DO = f"""
FROM streams INDEXED BY streams_unread
WHERE NOT whole AND NOT deleted AND (doc IS NULL OR NOT {IS_LIVE})
"""
TO_DO = f"SELECT EXISTS (SELECT 1 {_TO_DO})"
_NEXT = f"SELECT id, status, revision, doc {_TO_DO} ORDER BY doc LIMIT {_STEP_STREAMS}"

_ROW = """
SELECT id, status, revision, doc, whole, title, tags, prompt, model, requested_model, notebook
FROM streams WHERE id = ? AND NOT deleted
"""
_NEW_DOC = "UPDATE docs SET last = last + 1 RETURNING last"
_TEXTS = f"SELECT kind, text FROM ({BODY}) WHERE kind != '{BYTES}'"
_SEEK = "INSERT INTO found SELECT rowid FROM words WHERE words MATCH ?"
_NO_END = 1 << 62

_JSON = (JSON_MESSAGE, TOOL_CALL)

# Bodies are looked through in parts, so that other threads get their turn.
_PART_LETTERS = 64 * 1024
_MOST_TAIL = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A stream to be indexed; `body` is what its body holds, once that has ended."""

    stream_id: str
    revision: int
    doc: int | None
    body: frozenset[str] | None


@cache
def has_fts5() -> bool:
    """Whether this Python's SQLite can keep an index of words."""
    db = sqlite3.connect(":memory:")
    try:
        db.execute("CREATE VIRTUAL TABLE words USING fts5 (entries)")
    except sqlite3.OperationalError:
        return False
    finally:
        db.close()
    return True


def seek(db: sqlite3.Connection, words: str) -> int:
    """Put the numbers of the streams that a search finds into a table `found`; gives how many.

    The table is the connection's own, and gone with it.
    """
    db.execute("CREATE TEMP TABLE IF NOT EXISTS found (doc INTEGER PRIMARY KEY)")
    db.execute("DELETE FROM found")
    return db.execute(_SEEK, (words,)).rowcount


def look(db: sqlite3.Connection) -> list[Found]:
    """What to index next; takes no lock."""
    found, size = list[Found](), 0
    for row in db.execute(_NEXT).fetchall():
        if size >= _STEP_BYTES:
            break
        body = None
        if Status(row["status"]).final:
            body, read = _body(db, row["id"])
            size += read
        found.append(Found(row["id"], row["revision"], row["doc"], body))
    return found


def add(db: sqlite3.Connection, found: Iterable[Found]) -> None:
    """Index what was found, but for what has changed since."""
    db.execute(_TABLE)
    for one in found:
        row, whole = _row(db, one.stream_id), one.body is not None
        if row is None or row["whole"] or row["doc"] != one.doc:
            continue
        if whole and row["revision"] != one.revision:
            continue  # it may live again, and grow
        doc = one.doc
        if doc is None:
            ((doc,),) = db.execute(_NEW_DOC).fetchall()
        else:
            _remove(db, doc, _labels(row, whole=False))
        _insert(db, doc, _labels(row, whole=whole) | (one.body or set()))
        _put(db, one.stream_id, doc, whole=whole)


def forget(db: sqlite3.Connection, stream_id: str) -> None:
    """Take a stream that is to be deleted out of the index."""
    _take_out(db, _row(db, stream_id))


def claim(db: sqlite3.Connection, stream_id: str, driver: str, epoch: int) -> bool:
    """Give a stream to another driver if it may have it; its body may grow again.

    The words of one that had ended leave the index, until it has ended once more.
    """
    before = _row(db, stream_id)
    claimed = bool(db.execute(CLAIM, cleaned([driver, stream_id, epoch])).fetchall())
    if claimed and before["whole"]:
        _take_out(db, before)
    return claimed


def relabel(
    db: sqlite3.Connection, stream_id: str, title: str | None, tags: Sequence[str] | None
) -> None:
    """Give a stream another title, other tags, or both, in the index too."""
    before = _row(db, stream_id)
    db.execute(LABEL, cleaned([title, None if tags is None else dump(list(tags)), stream_id]))
    if before is not None and before["doc"] is not None and has_fts5():
        doc, whole = before["doc"], before["whole"]
        was, now = _labels(before, whole=whole), _labels(_row(db, stream_id), whole=whole)
        _remove(db, doc, was - now)
        _insert(db, doc, now - was)
        _put(db, stream_id, doc, whole=whole)


def _row(db: sqlite3.Connection, stream_id: str) -> Any:
    return db.execute(_ROW, cleaned([stream_id])).fetchone()


def _take_out(db: sqlite3.Connection, row: Any) -> None:
    if row is None or row["doc"] is None:
        return
    if has_fts5():
        body = _body(db, row["id"])[0] if row["whole"] else frozenset()
        _remove(db, row["doc"], _labels(row, whole=row["whole"]) | body)
    _put(db, row["id"], None, whole=False)


def _put(db: sqlite3.Connection, stream_id: str, doc: int | None, *, whole: bool) -> None:
    db.execute("UPDATE streams SET doc = ?, whole = ? WHERE id = ?", (doc, whole, stream_id))


def _labels(row: Mapping[str, Any], *, whole: bool) -> set[str]:
    """The labels of a row that stand in the index; the model that answered does from the end on."""
    return label_entries(row if whole else {**row, "model": None})


# FTS5 counts rows as they come and go: one that went comes again, even when it is empty.
def _insert(db: sqlite3.Connection, doc: int, entries: Iterable[str]) -> None:
    db.execute("INSERT INTO words (rowid, entries) VALUES (?, ?)", (doc, " ".join(entries)))


def _remove(db: sqlite3.Connection, doc: int, entries: Iterable[str]) -> None:
    db.execute(
        "INSERT INTO words (words, rowid, entries) VALUES ('delete', ?, ?)",
        (doc, " ".join(entries)),
    )


def _body(db: sqlite3.Connection, stream_id: str) -> tuple[frozenset[str], int]:
    """What is to be found of a body, and about how many bytes that are."""
    size = 0
    said = set[str]()
    for text in _whole_words(db, stream_id):
        size += len(text)
        said |= words(text)
    return frozenset(body_entries(said)), size


def _whole_words(db: sqlite3.Connection, stream_id: str) -> Iterator[str]:
    """A body in parts, none of which ends within a word."""
    rest, last = "", ""
    for kind, text in db.execute(_TEXTS, {"id": stream_id, "offset": 0, "end": _NO_END}):
        if kind != last or kind == JSON_MESSAGE:
            rest, last = f"{rest} ", kind
        rest += unescaped(text) if kind in _JSON else text
        if len(rest) < _PART_LETTERS:
            continue
        part, rest = _cut(rest)
        yield part
    yield rest


def _cut(text: str) -> tuple[str, str]:
    """A text without the word at its end, and that."""
    end = len(text)
    while end > len(text) - _MOST_TAIL and (text[end - 1].isalnum() or combining(text[end - 1])):
        end -= 1
    return text[:end], text[end:]
