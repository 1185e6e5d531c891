"""Streams that come from another: replies, the same asked once more, and what broke off."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from ..errors import InvalidInput
from ..protocol import Link, Status, StreamInfo
from ..sources import Source, adapter_of, model_source, to_messages
from . import frontend
from .api import stream
from .handle import Stream
from .limits import limits
from .plan import Plan, plan
from .runtime import runtime, settings
from .takeover import is_abandoned, take_over

T = TypeVar("T")

_ARGUMENTS = ("model", "system", "base_url", "api", "schema")


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


def resume(info: StreamInfo, secrets: Mapping[str, Any]) -> Stream:
    """See `Stream.resume`.

    Raises:
        InvalidInput: it can't be taken up, or need not be; the message says what to do.
    """
    if frontend.cell().afresh:  # the button beside the answer that was taken up
        return retry(info, dict(secrets))
    was_taken_up = not info.status.final and info.epoch > 1
    if not info.can_go_on or not (was_taken_up or is_abandoned(info, runtime().driver_id)):
        raise _not_resumable(info)
    how = plan("word", None, None, ())
    asked = {**_asked(info, {}), **secrets}
    named = {name: asked.pop(name, None) for name in _ARGUMENTS}
    source = model_source(info.provenance.prompt or "", how.config, **named, options=asked)
    handle = runtime().call(_shielded(_resume(how, info, source)))
    handle.show()
    return handle


async def _resume(how: Plan, info: StreamInfo, source: Source) -> Stream:
    here = runtime()
    store = await here.store(how.config)
    # One that was taken up already is followed, as where another kernel is faster.
    if is_abandoned(info, here.driver_id):
        driver = await take_over(here, store, how, info)
        if driver is not None:
            driver.begin(source, limits(how.config, is_model=True))
    return Stream(here, store, info.id, here.drivers.get(info.id), source.schema, reused=True)


async def _shielded(act: Coroutine[Any, Any, T]) -> T:
    """An act that an interrupt does not leave half done."""
    return await asyncio.shield(asyncio.ensure_future(act))


def _not_resumable(info: StreamInfo) -> InvalidInput:
    again = "run its cell again" if info.provenance.prompt is None else "retry() asks once more"
    if not info.status.final:
        then = "resume() takes it up" if info.can_go_on else again
        return InvalidInput(
            f"The stream {info.id} still streams, so there is nothing to take up: watch() shows "
            f"it. If its kernel is gone, that is noticed after {settings().lease:g} s; then "
            f"{then}."
        )
    if info.status is Status.DONE:
        return InvalidInput(
            f"The stream {info.id} is whole: nothing is missing. For another, {again}."
        )
    if info.provenance.options.get("background"):
        why = "it was stopped, at its provider too"
        if info.status is not Status.CANCELLED:
            why = "it broke off before its provider had said by what id the answer is found"
    else:
        why = (
            f"{info.provenance.provider or 'its source'} does not go on with an answer that broke "
            "off (OpenAI Responses does, with background=True)"
        )
    return InvalidInput(
        f"The stream {info.id} can't be taken up: {why}. What it said is kept in .text; {again}."
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
