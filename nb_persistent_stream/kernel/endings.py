"""How a stream's end is told to who awaits it."""

from __future__ import annotations

from ..errors import SchemaMismatch, StreamCancelled, StreamEnded, StreamFailed
from ..protocol import BROKEN_OFF, ErrorRecord, Status, StreamInfo

# The longest error that is stored, in characters: it is in each list that the stream is in.
_LONGEST = 2000


def ending(info: StreamInfo, text: str) -> StreamEnded | None:
    """The error of a stream that did not end as `done`; None for one that did, or that lives."""
    if info.status is Status.CANCELLED:
        return StreamCancelled(
            info.id, text, "The stream was stopped. What was said until then is in `.text`."
        )
    if info.status in BROKEN_OFF:
        message = info.error["message"] if info.error else "It did not say why."
        misfit = info.error is not None and info.error["type"] == SchemaMismatch.__name__
        return (SchemaMismatch if misfit else StreamFailed)(info.id, text, message)
    return None


def error_record(failure: BaseException | None) -> ErrorRecord | None:
    """An error as it is stored."""
    if failure is None:
        return None
    message = str(failure) or repr(failure)
    if len(message) > _LONGEST:
        message = f"{message[:_LONGEST]}…"
    return {"type": type(failure).__name__, "message": message}
