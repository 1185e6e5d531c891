"""What a stream is called by, everywhere."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timezone

from .errors import InvalidInput

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")


def new_id() -> str:
    """A new stream id: the day (UTC) and 48 random bits, such as `20260102-3f9a1c5e7b20`."""
    return f"{datetime.now(timezone.utc):%Y%m%d}-{secrets.token_hex(6)}"


def check_id(stream_id: object) -> str:
    """The id, when it is of a stream id's form.

    Raises:
        InvalidInput: it is not 1 to 128 letters, digits, `.`, `_`, `~` and `-`.
    """
    if isinstance(stream_id, str) and _ID.fullmatch(stream_id):
        return stream_id
    raise InvalidInput(
        f"{stream_id!r} is not a stream id. An id is 1 to 128 letters, digits, '.', '_', '~' or "
        "'-', such as the one in `s.id`."
    )
