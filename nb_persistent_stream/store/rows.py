"""Between rows and values."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from ..errors import InvalidInput
from ..protocol import Delta, Provenance, Report, Status, StreamInfo, valid
from .contract import NewStream, Query


def dump(value: Any) -> str | None:
    """A JSON column; values that JSON does not know are kept as their text."""
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def load(text: str | None) -> Any:
    """What `dump` wrote."""
    return None if text is None else json.loads(text)


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
            prompt=load(row["prompt"]),
            system=row["system"],
            model=row["requested_model"],
            provider=row["provider"],
            options=load(row["options"]),
            notebook=row["notebook"],
            cell_id=row["cell_id"],
            execution=row["execution"],
            kernel_id=row["kernel_id"],
            host=row["host"],
            user=row["user"],
        ),
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
    """A row of the table `deltas`."""
    return Delta(row["offset"], row["text"], row["kind"], load(row["meta"]))


def new_row(new: NewStream, now: float) -> dict[str, Any]:
    """The columns of a new stream."""
    source = new.provenance
    return {
        "id": new.id,
        "epoch": 1,
        "driver": new.driver,
        "title": new.title,
        "tags": dump(list(new.tags)),
        "prompt": dump(source.prompt),
        "system": source.system,
        "requested_model": source.model,
        "provider": source.provider,
        "options": dump(dict(source.options)),
        "notebook": source.notebook,
        "cell_id": source.cell_id,
        "execution": source.execution,
        "kernel_id": source.kernel_id,
        "host": source.host,
        "user": source.user,
        "created_at": now,
    }


def page_token(info: StreamInfo) -> str:
    """Where a list goes on after a stream."""
    return f"{info.created_at!r}:{info.id}"


def page_start(token: str) -> tuple[float, str]:
    """What `page_token` wrote.

    Raises:
        InvalidInput: it did not write this.
    """
    created_at, _, stream_id = token.partition(":")
    try:
        return float(created_at), stream_id
    except ValueError:
        raise InvalidInput(
            f"{token!r} is not the 'next' of a page. Leave `after` out to begin at the newest."
        ) from None


def conditions(query: Query) -> tuple[str, list[Any]]:
    """A query as SQL, and its parameters."""
    where, params = ["true"], list[Any]()
    if query.statuses:
        where.append(f"status IN ({', '.join('?' * len(query.statuses))})")
        params += [status.value for status in query.statuses]
    for column, value in (("notebook", query.notebook), ("kernel_id", query.kernel)):
        if value is not None:
            where.append(f"{column} = ?")
            params.append(value)
    if query.unplaced:
        where.append("NOT placed")
    if query.after is not None:
        where.append("(created_at, id) < (?, ?)")
        params += page_start(query.after)
    return " AND ".join(where), params
