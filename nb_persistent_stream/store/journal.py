"""How SQLite keeps changes safe: a write-ahead log, or a journal where that can't work.

A write-ahead log needs memory that all its processes share, so they must run on one machine:
https://sqlite.org/wal.html#overview. On a network disk it can lose what was stored.
"""

from __future__ import annotations

import logging
from pathlib import Path

import aiosqlite

_MOUNTS = Path("/proc/self/mounts")
# Types of file systems, as Linux calls them, whose files other machines may have open too.
_NETWORK = frozenset((
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "gpfs", "lustre",
    "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "smb3", "smbfs",
    "fuse.ceph", "fuse.cephfs", "fuse.gcsfuse", "fuse.glusterfs", "fuse.juicefs", "fuse.rclone",
    "fuse.s3fs", "fuse.sshfs",
))  # fmt: skip

_log = logging.getLogger("nb_persistent_stream")
_warned: set[Path] = set()


async def choose_journal(db: aiosqlite.Connection, path: Path) -> None:
    """Use a write-ahead log, or else a journal, and say so once.

    The journal is truncated at a commit, not deleted: only so does `synchronous = FULL` see that
    the commit outlasts a power loss (https://sqlite.org/pragma.html#pragma_synchronous).
    """
    disk = network_disk(path)
    if disk is None:
        mode = await _set_mode(db, "WAL")
        if mode == "wal":
            return
        why = f"SQLite can't keep a write-ahead log there (it answered {mode!r})"
    else:
        why = f"it lies on a network disk ({disk}), where SQLite's write-ahead log is not safe"
    await _set_mode(db, "TRUNCATE")
    if path not in _warned:
        _warned.add(path)
        _log.warning(
            "The store %s is used with a rollback journal: %s. It is safe, but slower, and locks "
            "may fail on some network disks. Set NB_STREAM_STORE to a file on a local disk.",
            path,
            why,
        )


def network_disk(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """The type of the network file system that a path lies on; None on a local one.

    Where the system has no list of its mounts, every disk counts as local.
    """
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return None
    # Later mounts hide earlier ones of the same place, so of equals the last one counts.
    at, disk = 0, None
    for line in lines:
        _, place, kind, *_ = line.split(" ")
        parts = Path(_unescaped(place)).parts
        if len(parts) >= at and path.resolve().parts[: len(parts)] == parts:
            at, disk = len(parts), kind
    return disk if disk in _NETWORK else None


def _unescaped(place: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, character)
    return place


async def _set_mode(db: aiosqlite.Connection, mode: str) -> str:
    for row in await db.execute_fetchall(f"PRAGMA journal_mode = {mode}"):
        return str(row[0])
    return ""
