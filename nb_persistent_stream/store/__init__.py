"""The only room with SQL: where streams are kept, and how readers hear of what was kept."""

from .contract import MAX_PAGE, Batch, Lease, NewStream, Page, Query, StreamStore, Window
from .leases import LeaseWatch
from .sqlite import SqliteStore

__all__ = [
    "MAX_PAGE",
    "Batch",
    "Lease",
    "LeaseWatch",
    "NewStream",
    "Page",
    "Query",
    "SqliteStore",
    "StreamStore",
    "Window",
]
