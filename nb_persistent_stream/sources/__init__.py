"""A model or any iterable, as an async iterator of pieces and reports."""

from .contract import Event, Source
from .iterables import iterable_source
from .models import model_source, to_messages

__all__ = ["Event", "Source", "iterable_source", "model_source", "to_messages"]
