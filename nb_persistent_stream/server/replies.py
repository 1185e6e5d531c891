"""How the server answers: values as JSON, and what went wrong as problem details (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ..errors import (
    InvalidInput,
    PersistentStreamError,
    StoreCorrupt,
    StoreError,
    StoreReplaced,
    StoreTooNew,
    StoreUnavailable,
    StreamDeleted,
    StreamFenced,
    StreamGone,
    StreamNotFound,
)
from ..store import Reason, Refused

NEVER_CACHED = "private, no-store"
_PROBLEM = "urn:problem-type:nb-persistent-stream:"
_ERRORS: list[tuple[type[PersistentStreamError], int, str]] = [
    (StreamGone, 410, "gone"),
    (StreamNotFound, 404, "not-found"),
    (StreamDeleted, 409, "deleted"),
    (StreamFenced, 409, "fenced"),
    (InvalidInput, 400, "invalid-input"),
    (StoreReplaced, 503, "replaced"),
    (StoreUnavailable, 503, "unavailable"),
    (StoreCorrupt, 503, "corrupt"),
    (StoreTooNew, 503, "too-new"),
    (StoreError, 503, "store-failed"),
]
_HTTP_TYPES = {
    400: "invalid-input",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "not-allowed",
    413: "too-large",
    426: "no-socket",
    429: "too-many",
    501: "not-offered",
}


def error_type(error: BaseException | None) -> tuple[int, str] | None:
    """The status code and the machine word of one of our errors; None for any other."""
    if isinstance(error, Refused):
        return 403 if error.reason is Reason.STALE_EPOCH else 409, error.reason.value
    for class_, code, word in _ERRORS:
        if isinstance(error, class_):
            return code, word
    return None


class JsonReplies(JupyterHandler):
    """A handler whose replies and errors are JSON."""

    def reply(self, value: Any, status: int = 200, content_type: str = "application/json") -> None:
        """Finish with JSON that no cache keeps."""
        self.set_status(status)
        self.set_header("Content-Type", content_type)
        self.keep_private()
        _ = self.finish(json.dumps(value, ensure_ascii=False))

    def keep_private(self) -> None:
        """Keep caches, other origins and guessing browsers away from what a stream holds."""
        self.set_header("Cache-Control", NEVER_CACHED)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what happened as a problem: its type, the code, and what happened, why, what now."""
        error = kwargs.get("exc_info", (None, None))[1]
        known = error_type(error)
        if known is not None:
            status_code, type_ = known
            message = str(error)
        else:
            type_ = _HTTP_TYPES.get(status_code, "failed")
            message = _message(error) or self._reason
            if status_code == HTTPStatus.FORBIDDEN:
                message = self._refusal(message)
        if status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            methods = ", ".join(_methods(type(self)))
            self.set_header("Allow", methods)
            message = f"This address has no {self.request.method}. It has {methods}."
        elif status_code == HTTPStatus.UPGRADE_REQUIRED:
            self.set_header("Upgrade", "websocket")
        problem = {
            "type": f"{_PROBLEM}{type_}",
            "title": type_.replace("-", " ").capitalize(),
            "status": status_code,
            "detail": message,
        }
        self.reply(problem, status_code, "application/problem+json")

    def _refusal(self, said: str) -> str:
        """Why the request was let no further, and what to do; Jupyter and tornado say little."""
        if not self.check_host():
            return (
                "This server does not answer to this name. `ServerApp.local_hostnames` lists the "
                "names that it answers to, and `ServerApp.allow_remote_access` allows any."
            )
        if not self.current_user:
            return (
                "This server does not know who asks. Send the header `Authorization: token …`; "
                "`jupyter server list` shows the token."
            )
        if "xsrf" in said.lower():
            return (
                f"{said}. A page sends its cookie `_xsrf` also as the header `X-XSRFToken`; a "
                "program sends `Authorization: token …`, and no cookie."
            )
        return said

    def log_exception(self, *exc_info: Any) -> None:
        """Log what is not somebody's mistake."""
        if not isinstance(exc_info[1], (InvalidInput, StreamNotFound, StreamFenced, Refused)):
            super().log_exception(*exc_info)


def _methods(handler: type[web.RequestHandler]) -> list[str]:
    """The HTTP methods that a handler has."""
    return [
        method
        for method in handler.SUPPORTED_METHODS
        if getattr(handler, method.lower()) is not getattr(web.RequestHandler, method.lower())
    ]


def _message(error: BaseException | None) -> str | None:
    if isinstance(error, web.HTTPError):
        return error.log_message or error.reason
    return "The server failed; its log says why."
