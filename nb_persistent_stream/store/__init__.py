"""The only room with SQL: where streams are kept, and how readers hear of what was kept."""

from .contract import Batch, Lease, NewStream, Page, Query, StreamStore
from .leases import LeaseWatch
from .sqlite import SqliteStore

__all__ = [
    "Batch",
    "Lease",
    "LeaseWatch",
    "NewStream",
    "Page",
    "Query",
    "SqliteStore",
    "StreamStore",
]
