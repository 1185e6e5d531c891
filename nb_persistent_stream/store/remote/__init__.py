"""A store that is kept by a Jupyter server, reached by HTTP alone."""

from .store import RemoteStore

__all__ = ["RemoteStore"]
