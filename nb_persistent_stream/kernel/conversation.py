"""Streams that come from another: replies, and the same asked once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from ..errors import InvalidInput
from ..protocol import Link, Status, StreamInfo
from ..sources import adapter_of, to_messages
from .api import stream
from .handle import Stream
from .runtime import settings


def reply(
    info: StreamInfo, text: str, prompt: str | Sequence[Mapping[str, Any]], changes: dict[str, Any]
) -> Stream:
    """See `Stream.reply`; `text` is what a stream that has ended answered."""
    asked = _asked(info, changes)
    if not text:
        raise InvalidInput(
            f"The stream {info.id} has ended ({info.status}) and said nothing, so there is nothing "
            "to reply to. retry() asks it once more."
        )
    answer = {"role": "assistant", "content": text}
    before = to_messages(info.provenance.prompt or "")
    messages = [*before, answer, *to_messages(prompt)]
    return _stream(messages, {**asked, **changes}, Link(info.id, "reply"))


def retry(info: StreamInfo, changes: dict[str, Any]) -> Stream:
    """See `Stream.retry`: it always asks, whatever the settings say of reuse."""
    same = {**_asked(info, changes), "title": info.title, "tags": info.tags, "reuse": False}
    return _stream(info.provenance.prompt, {**same, **changes}, Link(info.id, "retry"))


def resume(info: StreamInfo) -> NoReturn:
    """See `Stream.resume`.

    Raises:
        InvalidInput: always: no provider can do it yet.
    """
    again = "run its cell again" if info.provenance.prompt is None else "retry() asks once more"
    if not info.status.final:
        raise InvalidInput(
            f"The stream {info.id} still streams, so there is nothing to take up: watch() shows "
            f"it. If its kernel is gone, that is noticed after {settings().lease:g} s; then "
            f"{again}."
        )
    if info.status is Status.DONE:
        raise InvalidInput(
            f"The stream {info.id} is whole: nothing is missing. For another, {again}."
        )
    raise InvalidInput(
        f"The stream {info.id} can't be taken up: {info.provenance.provider or 'its source'} does "
        f"not go on with an answer that broke off. What it said is kept in .text; {again}."
    )


def _asked(info: StreamInfo, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `stream()` that a stored stream was asked with, but for what is secret.

    Where another model is asked through another adapter, its name decides that one too.
    """
    origin = info.provenance
    if origin.prompt is None:
        raise InvalidInput(
            f"The stream {info.id} had no prompt: it was read from a source or written by hand. "
            "Give stream() the messages yourself, or run its cell again."
        )
    asked = {"model": origin.model, "system": origin.system, **origin.options}
    address = changes.get("base_url", asked.get("base_url"))
    if adapter_of(changes.get("model", origin.model), address) != adapter_of(origin.model, address):
        asked.pop("api", None)
    return asked


def _stream(prompt: Any, arguments: dict[str, Any], link: Link) -> Stream:
    given = {name: value for name, value in arguments.items() if value is not None}
    return stream(prompt, **given, link=link)
