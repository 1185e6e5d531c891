"""Between rows and values."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from ..protocol import (
    PROVENANCE_NAMES,
    Delta,
    ErrorRecord,
    Link,
    Provenance,
    Report,
    Status,
    StreamInfo,
    valid,
)
from ..utf8 import shown
from .driving import NewStream
from .durable import Resource

DELTA = "offset, kind, text, meta, data"

# Columns of a provenance that are JSON.
_JSON = ("prompt", "options")


def dump(value: Any) -> str | None:
    """A JSON column; values that JSON does not know, such as NaN, are kept as their text."""
    if value is None:
        return None
    text = json.dumps(value, ensure_ascii=False, default=plain)
    if "NaN" in text or "Infinity" in text:  # Python's own words, which no other reader knows
        text = json.dumps(json.loads(text, parse_constant=str), ensure_ascii=False)
    return text


def load(text: str | None) -> Any:
    """What `dump` wrote."""
    return None if text is None else json.loads(text)


def plain(value: Any) -> Any:
    """What stands in JSON for a value that it does not know."""
    return dict(value) if isinstance(value, Mapping) else str(value)


def cleaned(params: Any) -> Any:
    """Parameters whose text is valid Unicode, as UTF-8 needs it."""
    if isinstance(params, dict):
        return dict(zip(params, cleaned(list(params.values())), strict=True))
    return [valid(value) if isinstance(value, str) else value for value in params]


def to_info(row: sqlite3.Row) -> StreamInfo:
    """A row of the view `stream_infos`."""
    return StreamInfo(
        id=row["id"],
        status=Status(row["status"]),
        created_at=row["created_at"],
        revision=row["revision"],
        epoch=row["epoch"],
        driver=row["driver"],
        beat=row["beat"],
        length=row["length"],
        title=row["title"],
        tags=tuple(load(row["tags"])),
        provenance=Provenance(
            **{
                name: load(row[column]) if column in _JSON else row[column]
                for name, column in PROVENANCE_NAMES.items()
            }
        ),
        link=row["parent_id"] and Link(row["parent_id"], row["relation"]),
        report=Report(
            model=row["model"],
            response_id=row["response_id"],
            finish_reason=row["finish_reason"],
            usage=load(row["usage"]),
        ),
        error=load(row["error"]),
        cancel_requested=bool(row["cancel_requested"]),
        started_at=row["started_at"],
        first_delta_at=row["first_delta_at"],
        finished_at=row["finished_at"],
    )


def to_delta(row: sqlite3.Row) -> Delta:
    """The columns `DELTA` of a row of the table `deltas`."""
    data = row["data"]
    text = row["text"] if data is None else shown(data)
    return Delta(row["offset"], text, row["kind"], load(row["meta"]), data)


def to_resource(row: sqlite3.Row) -> Resource:
    """A row of a stream with what it has over HTTP."""
    if not row["own"]:
        return Resource(to_info(row))
    return Resource(
        to_info(row), row["content_type"], row["tail"], row["ttl"], row["expires_at"], own=True
    )


def new_row(new: NewStream, now: float) -> dict[str, Any]:
    """The columns of a new stream."""
    source = {column: getattr(new.provenance, name) for name, column in PROVENANCE_NAMES.items()}
    return {
        "id": new.id,
        "epoch": 1,
        "driver": new.driver,
        "title": new.title,
        "tags": dump(list(new.tags)),
        **{column: dump(value) if column in _JSON else value for column, value in source.items()},
        "key": new.key,
        "parent_id": new.link and new.link.stream_id,
        "relation": new.link and new.link.relation,
        "created_at": now,
    }


def new_report(report: Report) -> dict[str, Any]:
    """The columns of what a provider said about an answer."""
    return {
        "model": report.model,
        "response_id": report.response_id,
        "finish_reason": report.finish_reason,
        "usage": dump(report.usage),
    }


def new_end(report: Report, error: ErrorRecord | None) -> dict[str, Any]:
    """The columns of what is known of a stream at its end."""
    return {**new_report(report), "error": dump(error)}
