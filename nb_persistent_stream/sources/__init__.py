"""A model or any iterable, as an async iterator of pieces and reports.

What an adapter of another package needs is here; docs/providers.md tells how it is made.
"""

from ..protocol import Piece, Report
from .contract import Adapter, Background, Event, Request, Source
from .iterables import iterable_source
from .models import adapter_of, model_source, to_messages
from .schema import Misfit, Schema, to_schema

__all__ = [
    "Adapter",
    "Background",
    "Event",
    "Misfit",
    "Piece",
    "Report",
    "Request",
    "Schema",
    "Source",
    "adapter_of",
    "iterable_source",
    "model_source",
    "to_messages",
    "to_schema",
]
