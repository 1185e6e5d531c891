"""The file itself: it is the user's alone."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from ..errors import StoreError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# SQLite makes these two with the rights of the first: https://sqlite.org/tempfiles.html
_FILES = ("", "-wal", "-shm")


def make_private(path: Path) -> None:
    """Make an empty file that only the user may read, or see to it that what is there is one.

    Raises:
        OSError: it can't be made.
        StoreError: it is a symbolic link, or it belongs to somebody else, who lets others in.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        # Neither a link is followed nor the umask: others may have put something there first.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        _check(path)
    for suffix in _FILES:
        _close_to_others(Path(f"{path}{suffix}"))


def _check(path: Path) -> None:
    if path.is_symlink():
        raise StoreError(
            f"The store {path} is a symbolic link, which somebody else may have put there. If it "
            f"is yours, set NB_STREAM_STORE to the file itself: {path.resolve()}"
        )
    if not path.is_file():
        raise OSError(errno.EISDIR, "it is not a file")


def _close_to_others(path: Path) -> None:
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
