"""The protocol's headers, read into values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from urllib.parse import unquote

from ...errors import InvalidInput
from ...ids import check_id
from ...store import Fork, Producer
from .positions import position

_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+[ \t]*(;[ -~]*)?", re.ASCII)
_NUMBER = re.compile(r"0|[1-9]\d*", re.ASCII)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_MOST = 2**53 - 1
_LONGEST = 256

Headers = Mapping[str, str]


def closes(headers: Headers) -> bool:
    """Whether a request ends its stream; any value but `true` is none."""
    return headers.get("Stream-Closed", "").lower() == "true"


def content_type(headers: Headers) -> str | None:
    """The content type, if there is one.

    Raises:
        InvalidInput: it is none.
    """
    value = headers.get("Content-Type")
    if value is None or (len(value) <= _LONGEST and _TYPE.fullmatch(value)):
        return value
    raise InvalidInput(f"Content-Type is {value[:_LONGEST]!r}. Give one such as text/plain.")


def ttl(headers: Headers) -> int | None:
    """The seconds without a read or write after which a stream is deleted."""
    return _number(headers, "Stream-TTL")


def expires_at(headers: Headers) -> float | None:
    """The time at which a stream is deleted.

    Raises:
        InvalidInput: it is no RFC 3339 time, or there is a time to live too.
    """
    value = headers.get("Stream-Expires-At")
    if value is None:
        return None
    if "Stream-TTL" in headers:
        raise InvalidInput("There are both Stream-TTL and Stream-Expires-At. Give one of them.")
    found = _TIME.fullmatch(value)
    try:
        if found is None:
            raise ValueError
        seconds, fraction, zone = found.groups()
        zone = "+00:00" if zone.upper() == "Z" else zone
        # In UTC, so that it can be said again: there it may be in the year 10000, which is none.
        moment = datetime.fromisoformat(seconds.upper() + zone).astimezone(timezone.utc)
        return moment.timestamp() + float(fraction or 0)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"Stream-Expires-At is {value!r}. Give a time such as 2030-01-31T12:00:00Z."
        ) from None


def time_text(moment: float) -> str:
    """A time as `Stream-Expires-At` gives it."""
    text = datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def fork(headers: Headers, root: str) -> Fork | None:
    """What a new stream is a fork of; `root` is the path below which the streams are.

    Raises:
        InvalidInput: it is no stream of this server, or its place is none.
    """
    source = headers.get("Stream-Forked-From")
    beyond = _number(headers, "Stream-Fork-Sub-Offset")
    token = headers.get("Stream-Fork-Offset")
    if source is None:
        if beyond is not None or token is not None:
            raise InvalidInput(
                "There is a place to fork at, but no stream to fork. Give Stream-Forked-From too."
            )
        return None
    source_id = check_id(unquote(source.rpartition("/")[2]))
    if not source.startswith("/") or not f"{unquote(root)}{source_id}".endswith(unquote(source)):
        raise InvalidInput(
            f"Stream-Forked-From is {source!r}. Give the path of a stream of this server, such as "
            f"{root}{source_id}."
        )
    offset = None if token is None else position(token).offset
    return Fork(source_id, offset, beyond or 0)


def producer(headers: Headers) -> Producer | None:
    """Which append of which producer a request is.

    Raises:
        InvalidInput: some of its three headers are missing, or are not what they should be.
    """
    names = ("Producer-Id", "Producer-Epoch", "Producer-Seq")
    given = [name for name in names if name in headers]
    if not given:
        return None
    if len(given) < len(names):
        raise InvalidInput(f"Only {' and '.join(given)} came. Give all of {', '.join(names)}.")
    producer_id = headers["Producer-Id"]
    if not 0 < len(producer_id) <= _LONGEST:
        raise InvalidInput(f"Producer-Id must be 1 to {_LONGEST} characters.")
    epoch, sequence = _number(headers, "Producer-Epoch"), _number(headers, "Producer-Seq")
    return Producer(producer_id, epoch or 0, sequence or 0)


def sequence(headers: Headers) -> str | None:
    """The writers' own sequence.

    Raises:
        InvalidInput: it is too long.
    """
    value = headers.get("Stream-Seq")
    if value is not None and len(value) > _LONGEST:
        raise InvalidInput(f"Stream-Seq is too long. Use {_LONGEST} characters at most.")
    return value


def _number(headers: Headers, name: str) -> int | None:
    value = headers.get(name)
    if value is None:
        return None
    if _NUMBER.fullmatch(value) and len(value) <= len(str(_MOST)) and int(value) <= _MOST:
        return int(value)
    raise InvalidInput(f"{name} is {value!r}. Give a whole number such as 0 or 3600.")
