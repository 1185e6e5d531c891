"""What this server offers, told as an OpenAPI document: https://spec.openapis.org/oas/v3.1.0."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from .handlers import StreamHandler


@cache
def description() -> dict[str, Any]:
    """The document. It is written by hand; the docs' reference is made from it."""
    document: dict[str, Any] = json.loads(Path(__file__).with_name("openapi.json").read_bytes())
    return document


class DescriptionHandler(StreamHandler):
    """Serves the document."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with all of it."""
        self.reply(description())
