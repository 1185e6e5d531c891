"""SQLite's errors, said in words that help."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import StoreCorrupt, StoreError, StoreUnavailable

# Primary result codes: https://sqlite.org/rescode.html
_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = (
    5, 6, 8, 10, 11, 13, 14, 26,
)  # fmt: skip
# Python 3.10 has no `sqlite_errorcode`; there the message must do.
_BY_MESSAGE = {
    "database is locked": _BUSY,
    "database table is locked": _LOCKED,
    "attempt to write a readonly database": _READONLY,
    "disk I/O error": _IOERR,
    "database disk image is malformed": _CORRUPT,
    "database or disk is full": _FULL,
    "unable to open database file": _CANTOPEN,
    "file is not a database": _NOTADB,
}
_ADVICE = {
    _BUSY: "another program holds it locked. Close that program, or wait and try again.",
    _LOCKED: "another program holds it locked. Close that program, or wait and try again.",
    _READONLY: "it may not be written to. Make it writable, or set NB_STREAM_STORE to another "
    "file.",
    _IOERR: "the disk did not obey. See that it is mounted, whole and not full, or set "
    "NB_STREAM_STORE to a file on another one.",
    _FULL: "the disk is full. Make room, or set NB_STREAM_STORE to a file on another disk.",
    _CANTOPEN: "the file can't be opened. Check that its folder exists and may be written to, or "
    "set NB_STREAM_STORE to another file.",
}
_DAMAGED = {
    _CORRUPT: "is damaged",
    _NOTADB: "is not a database",
}


# Python's own error, without a code; it goes on with the text, which is nobody's business here.
_NOT_UTF8, _WITH_TEXT = "Could not decode to UTF-8", " with text "


def explain(error: sqlite3.Error | OSError, path: Path) -> StoreError:
    """The error to raise in place of a database's or the file system's own."""
    if isinstance(error, OSError):
        return StoreUnavailable(
            f"The store {path} can't be used: {error.strerror or error}. Check its folder, or set "
            "NB_STREAM_STORE to a file that can be written."
        )
    code = _code(error)
    if code in _DAMAGED:
        said = str(error).partition(_WITH_TEXT)[0]
        return StoreCorrupt(
            f"The store {path} {_DAMAGED[code]} ({said}). It was left as it is: move it away to "
            "start afresh (`sqlite3 FILE .recover` may save what it holds), or set "
            "NB_STREAM_STORE to another file."
        )
    if code in _ADVICE:
        return StoreUnavailable(f"The store {path} can't be used now: {_ADVICE[code]} ({error})")
    return StoreError(f"The store {path} failed: {error}")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise the errors of a block as ours."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise explain(error, path) from error


def _code(error: sqlite3.Error) -> int | None:
    extended = getattr(error, "sqlite_errorcode", None)
    if extended is not None:
        return int(extended) & 0xFF
    if str(error).startswith(_NOT_UTF8):
        return _CORRUPT
    return _BY_MESSAGE.get(str(error))
