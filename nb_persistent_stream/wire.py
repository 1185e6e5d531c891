"""The shapes of the wire, as JSON: the same on the live socket, on the comm and over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from .protocol import PROVENANCE_NAMES, Delta, ErrorRecord, Json, Link, StreamInfo

# How much of a question a list shows, in characters.
PREVIEW = 200


class DeltaRecord(TypedDict, total=False):
    """A delta on the wire; `meta` is absent when there is none."""

    offset: int
    kind: str
    text: str
    meta: Json


class LinkRecord(TypedDict):
    """What a stream replies to (`reply`) or asks once more (`retry`)."""

    stream_id: str
    relation: str


class StateRecord(TypedDict):
    """A stream's state on the wire: what a viewer's header needs, and no more."""

    stream_id: str
    status: str
    title: str | None
    model: str | None
    provider: str | None
    length: int
    elapsed: float
    created_at: float
    finished_at: float | None
    link: LinkRecord | None
    finish_reason: str | None
    usage: Json | None
    error: ErrorRecord | None
    cancel_requested: bool
    notice: str | None


class SummaryRecord(StateRecord):
    """A stream in a list: its state, and what a person knows it by."""

    notebook: str | None
    cell_id: str | None
    tags: list[str]
    prompt: str | None


def delta_record(delta: Delta) -> DeltaRecord:
    """A delta's wire shape."""
    record: DeltaRecord = {"offset": delta.offset, "kind": delta.kind, "text": delta.text}
    if delta.meta is not None:
        record["meta"] = delta.meta
    return record


def state_record(info: StreamInfo, now: float, notice: str | None = None) -> StateRecord:
    """A stream's state as seen at `now` (UTC seconds)."""
    end = now if info.finished_at is None else info.finished_at
    return {
        "stream_id": info.id,
        "status": info.status.value,
        "title": info.title,
        "model": info.model,
        "provider": info.provenance.provider,
        "length": info.length,
        "elapsed": round(max(0.0, end - info.created_at), 3),
        "created_at": info.created_at,
        "finished_at": info.finished_at,
        "link": _link_record(info.link),
        "finish_reason": info.report.finish_reason,
        "usage": info.report.usage,
        "error": info.error,
        "cancel_requested": info.cancel_requested,
        "notice": notice,
    }


def _link_record(link: Link | None) -> LinkRecord | None:
    return None if link is None else {"stream_id": link.stream_id, "relation": link.relation}


def summary_record(info: StreamInfo, now: float, notebook: str | None) -> SummaryRecord:
    """A stream in a list, as seen at `now`; `notebook` is its path as the reader knows it."""
    return {
        **state_record(info, now),
        "notebook": notebook,
        "cell_id": info.provenance.cell_id,
        "tags": list(info.tags),
        "prompt": preview(info.provenance.prompt),
    }


def preview(prompt: str | list[Any] | None) -> str | None:
    """The beginning of what a person asked last; None when there is no such text."""
    texts = [prompt] if isinstance(prompt, str) else map(_user_text, reversed(prompt or ()))
    for text in texts:
        # No more words are looked at than there is room for: a prompt may be a whole book.
        words = " ".join(text.split(maxsplit=PREVIEW)[:PREVIEW])
        if words:
            return words[:PREVIEW]
    return None


def _user_text(message: object) -> str:
    """What a message of the user says in words."""
    if not isinstance(message, Mapping) or message.get("role") != "user":
        return ""
    content = message.get("content")
    parts = content if isinstance(content, list) else [{"text": content}]
    texts = (part.get("text") for part in parts if isinstance(part, Mapping))
    return " ".join(text for text in texts if isinstance(text, str))


def list_message(total: int, first: int, streams: list[SummaryRecord]) -> dict[str, Any]:
    """The message that carries a list's window: the streams at the places from `first` on."""
    return {"type": "list", "total": total, "first": first, "streams": streams}


def deltas_message(deltas: Iterable[Delta]) -> dict[str, Any]:
    """The message that carries deltas, on every transport."""
    return {"type": "deltas", "deltas": [delta_record(delta) for delta in deltas]}


def state_message(info: StreamInfo, now: float, notice: str | None = None) -> dict[str, Any]:
    """The message that carries a state, on every transport."""
    return {"type": "state", "state": state_record(info, now, notice)}


def error_message(type_: str, message: str) -> dict[str, Any]:
    """The message that says why a reader gets nothing, on every transport."""
    return {"type": "error", "error": {"type": type_, "message": message}}


def info_record(info: StreamInfo, now: float) -> dict[str, Any]:
    """A stream's metadata resource: its state and its provenance."""
    return {
        **state_record(info, now),
        **{column: getattr(info.provenance, name) for name, column in PROVENANCE_NAMES.items()},
        "tags": list(info.tags),
        "response_id": info.report.response_id,
        "started_at": info.started_at,
        "first_delta_at": info.first_delta_at,
        "epoch": info.epoch,
    }
