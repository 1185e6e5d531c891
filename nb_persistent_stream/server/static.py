"""The viewer module, for pages."""

from __future__ import annotations

from typing import Any

from jupyter_server.base.handlers import FileFindHandler

from ..config import STATIC_DIR


class ViewerFileHandler(FileFindHandler):
    """Serves the built front end; the files' names hold their hash, so they never change."""

    @classmethod
    def route(cls) -> tuple[type[ViewerFileHandler], dict[str, Any]]:
        """The handler and its arguments."""
        return cls, {"path": [str(STATIC_DIR)]}

    def set_headers(self) -> None:
        """Let browsers keep what has a hash in its name."""
        super().set_headers()
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        self.set_header("X-Content-Type-Options", "nosniff")
