"""The store's file is the user's alone, whoever else may write in its folder."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from ..errors import StoreError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# SQLite makes the others with the rights of the first: https://sqlite.org/tempfiles.html
_FILES = ("", "-wal", "-shm", "-journal")


def close_to_others(path: Path) -> None:
    """See to it that a store that is there is its user's, and that only the user may read it.

    Raises:
        OSError: it is no file.
        StoreError: it is a symbolic link, or it belongs to somebody else, who lets others in.
    """
    _check(path)
    for suffix in _FILES:
        _close(Path(f"{path}{suffix}"))


def _check(path: Path) -> None:
    if path.is_symlink():
        raise StoreError(
            f"The store {path} is a symbolic link, which somebody else may have put there. If it "
            f"is yours, set NB_STREAM_STORE to the file itself: {path.resolve()}"
        )
    if not path.is_file():
        raise OSError(errno.EISDIR, "it is not a file")


def _close(path: Path) -> None:
    try:
        found = path.lstat()
        if os.name == "posix" and stat.S_ISREG(found.st_mode) and found.st_mode & _OTHERS:
            path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)
    except FileNotFoundError:
        pass  # there is none, or SQLite has just removed it
    except PermissionError:
        # A disk without rights of its own (FAT, some shares) gives each file to who mounted it.
        if found.st_uid != os.geteuid():
            raise StoreError(
                f"The store {path} belongs to another user, and others may read it. Set "
                "NB_STREAM_STORE to a file of your own."
            ) from None
