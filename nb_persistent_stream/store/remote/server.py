"""The server's end of the wire: one call, one request."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec

from ...config import URL_ROOT, ServerUrl
from ...errors import InvalidInput, StoreError
from ...protocol import valid
from ..calls import CALLS, VERSION, give
from .refusals import away, error, no_extension, other_version, refusal

# In seconds. A server says that it is there every quarter of a minute while it has no news.
_TIMEOUT = httpx.Timeout(30, connect=10, pool=None)
_NEWS_TIMEOUT = httpx.Timeout(45, connect=10, pool=None)
# A reader that follows a stream holds a connection, so that a slow one slows none but itself.
_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=8)
_CLOSED = "The store was closed."


class Server:
    """Makes calls, each once; the caller repeats those that meet a `StoreUnavailable`."""

    def __init__(self, address: ServerUrl) -> None:
        self._url = address.url
        try:
            base_url = httpx.URL(f"{address.url}/{URL_ROOT}/")
        except httpx.InvalidURL as error:
            raise InvalidInput(
                f"NB_STREAM_STORE is {address.url!r}, which is no URL ({error}). Set it to a "
                "server's, such as https://hub.example/user/alice."
            ) from None
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"token {address.token}"} if address.token else {},
            timeout=_TIMEOUT,
            limits=_LIMITS,
        )

    async def greet(self) -> None:
        """See that there is a server that understands us.

        Raises:
            StoreUnavailable: it can't be reached now.
            StoreError: there is another program, or another version, or the token is refused.
        """
        with self._explained():
            answer = await self._client.get("")
        facts = self._read(answer, "")
        if not isinstance(facts, dict) or "version" not in facts:
            raise no_extension(self._url, "it is something else")
        if facts.get("store") != VERSION:
            raise other_version(self._url, facts["version"])

    async def ask(self, name: str, stream_id: str = "", /, **arguments: object) -> Any:
        """Make a call and give its answer; `stream_id` is what its errors are about.

        Raises:
            StoreUnavailable: the server can't be reached now; it may have obeyed all the same.
            PersistentStreamError: what the call raises there.
        """
        with self._explained():
            answer = await self._client.post(f"store/{name}", content=_dump(arguments))
        return self._value(name, self._read(answer, stream_id))

    async def follow(
        self, name: str, stream_id: str = "", /, **arguments: object
    ) -> AsyncGenerator[Any, None]:
        """Make a call that has one answer after the other; raises what `ask` does."""
        request = self._client.build_request(
            "POST", f"store/{name}", content=_dump(arguments), timeout=_NEWS_TIMEOUT
        )
        with self._explained():
            answer = await self._client.send(request, stream=True)
        try:
            with self._explained():
                if not answer.is_success:
                    await answer.aread()
                    raise refusal(answer, self._url, stream_id)
                async for kind, data in _events(answer.aiter_bytes()):
                    value = json.loads(data)
                    if kind:
                        raise error(value["type"], value["detail"], stream_id)
                    yield self._value(name, value)
        finally:
            await answer.aclose()

    async def close(self) -> None:
        """Let go of all connections; whoever still reads is told so."""
        await self._client.aclose()

    def _read(self, answer: httpx.Response, stream_id: str) -> object:
        if not answer.is_success:
            raise refusal(answer, self._url, stream_id)
        try:
            value: object = answer.json()
        except ValueError:  # a page for people, such as a login
            raise no_extension(self._url, "it is something else") from None
        return value

    def _value(self, name: str, answer: object) -> Any:
        try:
            return CALLS[name].read(answer)
        except msgspec.ValidationError as error:
            raise StoreError(
                f"The server {self._url} answered {name} with something else ({error}). Use the "
                "same version of nb_persistent_stream here and there."
            ) from None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise the errors of a connection as ours."""
        if self._client.is_closed:
            raise StoreError(_CLOSED)
        try:
            yield
        except httpx.RequestError as error:
            if self._client.is_closed:
                raise StoreError(_CLOSED) from error
            raise away(self._url, str(error) or type(error).__name__) from error


def _dump(arguments: object) -> bytes:
    # Half a character, in a title or an error's text, is replaced, as in a file.
    return valid(json.dumps(give(arguments), ensure_ascii=False)).encode()


async def _events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[tuple[bytes, bytes], None]:
    """The events with data, each of one line: what stands before the data, and the data."""
    rest = b""
    async for chunk in chunks:
        *events, rest = (rest + chunk).split(b"\n\n")
        for event in events:
            kind, _, data = event.partition(b"data:")
            if data:
                yield kind, data
