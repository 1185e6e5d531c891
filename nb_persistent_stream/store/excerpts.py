"""Of a question, what a list tells: no more than is read there, however long it is."""

from __future__ import annotations

import sqlite3

from ..protocol import PROVENANCE_NAMES
from ..wire import PREVIEW, preview
from .rows import dump, load

_FACTS = """
    id, status, created_at, revision, epoch, driver, beat, length, title, tags, parent_id, relation,
    model, response_id, finish_reason, usage, error, cancel_requested, started_at, first_delta_at,
    finished_at
"""
_SHORT = {
    "prompt": "excerpt(prompt) AS prompt",
    "system": f"substr(system, 1, {PREVIEW}) AS system",
}
# What `to_info` reads, from `stream_infos`, for a connection that can make excerpts.
SUMMARY = ", ".join([_FACTS, *(_SHORT.get(name, name) for name in PROVENANCE_NAMES.values())])


def teach_excerpts(db: sqlite3.Connection) -> None:
    """Let a connection's SQL shorten a prompt, so that a long one never leaves the database."""
    db.create_function("excerpt", 1, _excerpt, deterministic=True)


def _excerpt(prompt: str | None) -> str | None:
    return dump(preview(load(prompt)))
