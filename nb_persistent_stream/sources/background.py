"""Answers that OpenAI goes on with although nobody listens: Responses in background mode.

Each event has a number, and what follows a number can be asked for:
https://developers.openai.com/api/docs/guides/background
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, replace
from typing import Any

from ..errors import InvalidInput, SourceExpired, SourceFailed, SourceUnreachable
from ..patience import pauses
from ..protocol import Piece, Report
from . import responses
from .contract import Background, Event, Request, Source
from .failures import CUT_OFF, Peer, answer, broke_off, explain, is_of_the_connection
from .fields import get
from .unread import ended

# How long, in seconds, a provider that can't be reached is asked again for the rest.
_PATIENCE = 60.0
# What says the way to the provider, in each request.
_WAY = ("extra_headers", "extra_query")
# The statuses, beside all from 500 on, of what may be well a little later.
_FOR_NOW = (408, 429)
# How a cancel of an answer is refused that has ended, or is not there any more.
_ENDED = (400, 404, 409)
# How the rest of an answer is refused. OpenAI sends events for five minutes after the begin, and
# gives the whole for longer: https://github.com/openai/openai-python/issues/2828
_EXPIRED, _GONE = 400, 404
# Seconds between two looks whether an answer is over.
_LOOK = 2.0
_GOES_ON = ("queued", "in_progress")
_RETRY = "What it said is kept; retry() asks once more."


@dataclass(frozen=True, slots=True)
class Answers:
    """How answers are asked for: the client, the parameters of a new one, and whom they go to."""

    client: Callable[[], AbstractAsyncContextManager[Any]]
    asked: Callable[[], dict[str, Any]]
    peer: Peer

    async def events(
        self, response_id: str | None = None, sequence: int | None = None
    ) -> AsyncGenerator[Event, None]:
        """The events of a new answer, or those of one that follow a number.

        A connection that breaks is made again: the answer goes on meanwhile.

        Raises:
            SourceUnreachable: it could not be made again for a minute.
            SourceExpired: the rest is not sent as it comes, but may be asked for as a whole.
            SourceFailed: the answer failed, was cancelled, or is not there any more.
        """
        tries = pauses(_PATIENCE)
        while True:
            trouble: Exception | None = None
            try:
                async with aclosing(self._heard(response_id, sequence)) as items:
                    async for item in items:
                        tries = pauses(_PATIENCE)
                        for event in responses.read_event(item):
                            yield _marked(event, item)
                            if isinstance(event, Report):
                                response_id = event.response_id or response_id
                                if event.finish_reason is not None:
                                    return
                        sequence = _number(item) or sequence
            except Exception as error:
                if response_id is None or not _is_for_now(error):
                    raise _last(error, response_id) from None
                trouble = error
            await self._rest(tries, response_id, trouble)

    async def whole(self, response_id: str) -> AsyncGenerator[Event, None]:
        """All that an answer says, once it is over; until then a report at each look.

        Raises:
            SourceUnreachable: the provider could not be reached for a minute.
            SourceFailed: the answer failed, was cancelled, or is not there any more.
        """
        tries = pauses(_PATIENCE)
        while True:
            try:
                async with self.client() as client:
                    response = await client.responses.retrieve(response_id, **self._way())
            except Exception as error:
                if not _is_for_now(error):
                    raise _last(error, response_id) from None
                await self._rest(tries, response_id, error)
                continue
            if get(response, "status") not in _GOES_ON:
                break
            tries = pauses(_PATIENCE)
            yield Report(response_id=response_id)
            await asyncio.sleep(_LOOK)
        try:
            for event in responses.read_whole(response):
                yield event
        except SourceFailed as error:
            raise _last(error, response_id) from None

    async def cancel(self, response_id: str) -> None:
        """Stop an answer; one that has ended stays as it is.

        Raises:
            SourceFailed: the provider could not be told.
        """
        try:
            async with self.client() as client:
                await client.responses.cancel(response_id, **self._way())
        except Exception as error:
            if getattr(error, "status_code", None) not in _ENDED:
                raise SourceFailed(explain(error, self.peer)) from None

    async def _heard(
        self, response_id: str | None, sequence: int | None
    ) -> AsyncGenerator[Any, None]:
        """What the provider sends over one connection."""
        async with self.client() as client:
            if response_id is None:
                items = await client.responses.create(**{"store": True, **self.asked()})
            else:
                after = {} if sequence is None else {"starting_after": sequence}
                items = await client.responses.retrieve(
                    response_id, stream=True, **after, **self._way()
                )
            async with ended(items):
                async for item in items:
                    if sequence is None or (_number(item) or 0) > sequence:
                        yield item

    def _way(self) -> dict[str, Any]:
        return {name: value for name, value in self.asked().items() if name in _WAY}

    async def _rest(
        self, tries: Iterator[float], response_id: str | None, trouble: Exception | None
    ) -> None:
        """Wait for the next try, if there is an answer to ask for and patience is left."""
        if response_id is None:
            raise broke_off(CUT_OFF)
        pause = next(tries, None)
        if pause is None:
            why = explain(trouble, self.peer) if trouble else "It ends each connection."
            raise SourceUnreachable(
                f"{why} The provider goes on with the answer: resume() takes it up, and so does "
                "its cell with reuse."
            )
        await asyncio.sleep(pause)


def in_background(source: Source, answers: Answers, request: Request) -> Source:
    """A source whose answer is asked for so, and can be taken up.

    Raises:
        InvalidInput: the answer shall not be stored at the provider.
    """
    if request.options.get("store") is False:
        raise InvalidInput(
            "background=True needs store=True: what the provider does not store can't be taken up. "
            "Leave one of the two out."
        )

    def events(
        response_id: str | None = None, sequence: int | None = None
    ) -> AsyncGenerator[Event, None]:
        return answer(answers.peer, answers.events(response_id, sequence))

    def whole(response_id: str) -> AsyncGenerator[Event, None]:
        return answer(answers.peer, answers.whole(response_id))

    return replace(source, open=events, background=Background(events, whole, answers.cancel))


def _marked(event: Event, item: Any) -> Event:
    if isinstance(event, Piece):
        return replace(event, mark=_number(item))
    return event


def _number(item: Any) -> int | None:
    number = get(item, "sequence_number")
    return number if isinstance(number, int) else None


def _is_for_now(error: Exception) -> bool:
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return status in _FOR_NOW or status >= 500  # noqa: PLR2004
    # A connection that was cut may end within an event.
    return is_of_the_connection(error) or isinstance(error, ValueError)


def _last(error: Exception, response_id: str | None) -> Exception:
    """The error of an answer that can't be had any more."""
    if response_id is None:
        return error
    status = getattr(error, "status_code", None)
    if status == _EXPIRED:
        return SourceExpired(
            f"The provider sends no more of the answer {response_id}, as OpenAI does five minutes "
            f"after its begin. {_RETRY}"
        )
    if status == _GONE:
        return SourceFailed(
            f"The provider does not have the answer {response_id} any more: it keeps it for some "
            f"minutes only. {_RETRY}"
        )
    return SourceFailed(f"{error} {_RETRY}") if isinstance(error, SourceFailed) else error
