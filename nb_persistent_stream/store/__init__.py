"""The only room with SQL: where streams are kept, and how readers hear of what was kept."""

from .contract import Batch, StreamStore
from .driving import Lease, NewStream, Opened
from .durable import (
    JSON,
    Appended,
    Fork,
    NewParts,
    NewResource,
    Producer,
    Reason,
    Refused,
    Resource,
    media_type,
)
from .leases import LeaseWatch
from .listing import MAX_PAGE, Page, Query, Window
from .opening import open_store
from .sqlite import SqliteStore

__all__ = [
    "JSON",
    "MAX_PAGE",
    "Appended",
    "Batch",
    "Fork",
    "Lease",
    "LeaseWatch",
    "NewParts",
    "NewResource",
    "NewStream",
    "Opened",
    "Page",
    "Producer",
    "Query",
    "Reason",
    "Refused",
    "Resource",
    "SqliteStore",
    "StreamStore",
    "Window",
    "media_type",
    "open_store",
]
