"""A disk that loses its power, simulated below the very SQLite that Python's sqlite3 uses.

SQLite reaches files through a table of functions (https://sqlite.org/vfs.html). Here its default
one is copied, with those replaced that change or sync a file: they log what they are asked for and
then do it. Any beginning of such a log is a moment at which the power may fail, and `Disk` says
what a real disk may hold then: all that was synced, and any part of what was not.
"""

import _sqlite3
import ctypes
from contextlib import suppress

SECTOR = 512
_POINTER = ctypes.c_void_p
_METHODS = (
    "close read write truncate sync file_size lock unlock check_lock control sector_size "
    "characteristics shm_map shm_lock shm_barrier shm_unmap fetch unfetch"
)
_VFS = (
    "open delete access full_path dl_open dl_error dl_sym dl_close randomness sleep time error "
    "time_64 set_call get_call next_call"
)
_TABLE_LOG = []  # what must outlive SQLite's use of it


class Methods(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), *((name, _POINTER) for name in _METHODS.split())]


class Vfs(ctypes.Structure):
    _fields_ = [
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", _POINTER),
        ("name", ctypes.c_char_p),
        ("data", _POINTER),
        *((name, _POINTER) for name in _VFS.split()),
    ]


OPEN = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, _POINTER, ctypes.c_int, _POINTER)
DELETE = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, ctypes.c_int)
WRITE = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, ctypes.c_int, ctypes.c_int64)
TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int64)
SYNC = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int)


def record(log):
    """Log from now on what SQLite does to any file, as tuples.

    Raises:
        AttributeError: Python's SQLite can't be reached: it was linked in, without its names.
    """
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
    default = library.sqlite3_vfs_find(None).contents
    vfs = Vfs.from_buffer_copy(default)
    vfs.name = b"recorded"
    names, tables = {}, {}

    def open_(itself, name, file, flags, out):
        code = OPEN(default.open)(itself, name, file, flags, out)
        methods = _POINTER.from_address(file)
        if code == 0 and name and methods.value:
            names[file] = ctypes.string_at(name).decode()
            if methods.value not in tables:
                tables[methods.value] = _recorded(methods.value, names, log)
            methods.value = ctypes.addressof(tables[methods.value])
        return code

    def delete(itself, name, sync):
        log.append(("delete", ctypes.string_at(name).decode()))
        return DELETE(default.delete)(itself, name, sync)

    _replace(vfs, "open", OPEN(open_))
    _replace(vfs, "delete", DELETE(delete))
    _TABLE_LOG.append((vfs, tables))
    assert library.sqlite3_vfs_register(ctypes.byref(vfs), 1) == 0


def _recorded(address, names, log):
    own = Methods.from_address(address)
    table = Methods.from_buffer_copy(own)

    def write(file, data, size, offset):
        log.append(("write", names[file], offset, ctypes.string_at(data, size)))
        return WRITE(own.write)(file, data, size, offset)

    def truncate(file, size):
        log.append(("truncate", names[file], size))
        return TRUNCATE(own.truncate)(file, size)

    def sync(file, flags):
        # What is written while the sync runs may come too late for it.
        position = len(log)
        code = SYNC(own.sync)(file, flags)
        log.append(("sync", names[file], position))
        return code

    _replace(table, "write", WRITE(write))
    _replace(table, "truncate", TRUNCATE(truncate))
    _replace(table, "sync", SYNC(sync))
    return table


def _replace(table, name, function):
    _TABLE_LOG.append(function)
    setattr(table, name, ctypes.cast(function, _POINTER))


class Disk:
    """What is on the disk after each step of a log."""

    def __init__(self):
        self._safe = {}  # by name: the bytes that were synced
        self._pending = {}  # by name: (position in the log, operation) that were not

    def step(self, position, event):
        kind, name, *rest = event
        if kind == "sync":
            pending = self._pending.get(name, [])
            done = [act for at, act in pending if at < rest[0]]
            self._safe[name] = applied(self._safe.get(name, b""), done)
            self._pending[name] = [(at, act) for at, act in pending if at >= rest[0]]
        elif kind == "delete":
            self._safe.pop(name, None)
            self._pending.pop(name, None)
        elif kind in ("write", "truncate"):
            self._pending.setdefault(name, []).append((position, (kind, *rest)))

    def after_power_loss(self, chance):
        """The files as they may be: `chance` says of each unsynced sector whether it is there."""
        return {
            name: applied(
                self._safe.get(name, b""),
                [part for _, act in self._pending.get(name, []) for part in kept(act, chance)],
            )
            for name in self._safe.keys() | self._pending.keys()
        }


def kept(act, chance):
    """What is left of an operation when the power fails before it was synced."""
    if act[0] == "truncate":
        return [act] if chance() else []
    _, offset, data = act
    parts, at = [], 0
    while at < len(data):
        end = min(len(data), at + SECTOR - (offset + at) % SECTOR)
        if chance():
            parts.append(("write", offset + at, data[at:end]))
        at = end
    return parts


def applied(content, acts):
    content = bytearray(content)
    for kind, *rest in acts:
        if kind == "truncate":
            del content[rest[0] :]
            continue
        offset, data = rest
        content.extend(bytes(max(0, offset - len(content))))
        content[offset : offset + len(data)] = data
    return bytes(content)


def available():
    """Whether Python's SQLite can be recorded."""
    with suppress(AttributeError, OSError):
        return bool(ctypes.CDLL(_sqlite3.__file__).sqlite3_vfs_find)
    return False
