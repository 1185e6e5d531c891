"""The store's file: how it is made, and how one is told from another that took its place.

SQLite would go on writing to a file that was deleted while it was open, and nobody would ever read
that again: https://sqlite.org/howtocorrupt.html#_unlinking_or_renaming_a_database_file_while_in_use
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

try:
    import fcntl
except ImportError:  # Windows, where a file that is open can't be deleted
    fcntl = None  # type: ignore[assignment]

# What tells a file from another of its name: device and inode, of the database and of its log.
FileId: TypeAlias = tuple[int, ...]

_BESIDES = ("-wal", "-shm", "-journal")


def file_id(path: Path) -> FileId:
    """Which file stands at a path now; nothing is known of one that can't be seen.

    The log counts too: it lasts as long as anybody has the database open. Who had it deleted under
    their feet writes to a log that nobody else has.
    """
    found: list[int] = []
    with suppress(OSError):
        database = os.stat(path)
        found += (database.st_dev, database.st_ino)
        found.append(os.stat(f"{path}-wal").st_ino)
    return tuple(found)


def uri(path: Path) -> str:
    """How SQLite opens a file that is there, and makes none: its own would follow the umask."""
    return f"{path.absolute().as_uri()}?mode=rw"


def make_file(path: Path) -> None:
    """Make an empty file that only the user may read, if there is none.

    What a deleted database left beside itself goes first. Those who have it open still use that,
    and it must not be taken for the new one's.
    """
    if _is_missing(path):
        with _folder_locked(path.parent):
            if _is_missing(path):
                _clear(path)
                with suppress(FileExistsError):  # another was faster, where there are no locks
                    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def clear_after(path: Path, gone: FileId) -> None:
    """Remove the log of a database that was replaced: SQLite would add it to the new one."""
    with _folder_locked(path.parent):
        now = file_id(path)
        if now[:2] != gone[:2] and now[2:] == gone[2:]:
            _clear(path)


def _is_missing(path: Path) -> bool:
    """Whether there certainly is nothing; a disk that fails says nothing about that."""
    try:
        os.lstat(path)  # a link is something, wherever it leads
    except FileNotFoundError:
        return True
    return False


def _clear(path: Path) -> None:
    for suffix in _BESIDES:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


@contextmanager
def _folder_locked(folder: Path) -> Iterator[None]:
    """Keep other processes from making a file at the same time, where the system can."""
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems know no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        with suppress(OSError):  # nor do all of them sync folders
            os.fsync(handle)  # the new file's name must survive a power loss too
    finally:
        os.close(handle)
