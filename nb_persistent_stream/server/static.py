"""The viewer module, for pages."""

from __future__ import annotations

import re
from typing import Any

from jupyter_server.base.handlers import FileFindHandler

from ..config import STATIC_DIR
from .replies import JsonReplies

# A file with its hash in its name never changes.
_HASHED = re.compile(r"-[A-Z0-9]{8}\.\w+$")


class ViewerFileHandler(JsonReplies, FileFindHandler):
    """Serves the built front end, which holds nobody's data: as all of Jupyter's static files."""

    @classmethod
    def route(cls) -> tuple[type[ViewerFileHandler], dict[str, Any]]:
        """The handler and its arguments."""
        return cls, {"path": [str(STATIC_DIR)]}

    def set_headers(self) -> None:
        """Let browsers keep what has a hash in its name."""
        super().set_headers()
        if _HASHED.search(self.request.path):
            self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        self.set_header("X-Content-Type-Options", "nosniff")
