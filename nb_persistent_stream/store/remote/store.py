"""A store that a Jupyter server keeps, for kernels and programs that share no disk with it.

A lease is an idempotent producer: `driver` and `epoch` say who writes in which of its lives, and a
delta's offset is its number. So each call may be made again when its answer was lost, and a reader
goes on from the offset where it stands. Nothing is lost or repeated when the server restarts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Any, ClassVar, TypeVar

from ...config import ServerUrl
from ...errors import StoreUnavailable, StreamNotFound
from ...patience import pauses
from ...protocol import Delta, ErrorRecord, Report, Status, StreamInfo
from ..contract import Batch
from ..driving import Lease, NewStream, Opened
from ..listing import Page, Query, Window
from .parts import parts
from .server import Server

T = TypeVar("T")

# How long, in seconds, an answer is waited for while the server is away; and news of a stream.
_PATIENCE, _READERS_PATIENCE = 10.0, 300.0


class RemoteStore:
    """A `StreamStore` over HTTP. Use `RemoteStore.open`; it belongs to the loop that opened it.

    What a driver writes is sent once: it knows what to do with a `StoreUnavailable`. All else is
    tried again for a while.
    """

    is_remote: ClassVar = True

    def __init__(self, server: Server) -> None:
        self._server = server

    @classmethod
    async def open(cls, address: ServerUrl) -> RemoteStore:
        """Find the server.

        Raises:
            StoreUnavailable: it can't be reached.
            StoreError: it has no such extension, or another version, or refuses the token.
        """
        server = Server(address)
        try:
            await _patiently(server.greet)
        except BaseException:
            await server.close()
            raise
        return cls(server)

    async def create(self, new: NewStream) -> Lease:
        lease: Lease = await self._ask("create", new.id, new=new)
        return lease

    async def create_or_find(self, new: NewStream, *, same_cell: bool = False) -> Opened:
        opened: Opened = await self._ask("create_or_find", new.id, new=new, same_cell=same_cell)
        return opened

    async def claim(self, stream_id: str, driver: str, epoch: int) -> Lease:
        lease: Lease = await self._ask(
            "claim", stream_id, stream_id=stream_id, driver=driver, epoch=epoch
        )
        return lease

    async def start(self, lease: Lease) -> None:
        await self._server.ask("start", lease.stream_id, lease=lease)

    async def report(self, lease: Lease, report: Report) -> None:
        await self._server.ask("report", lease.stream_id, lease=lease, report=report)

    async def append(self, lease: Lease, deltas: Sequence[Delta]) -> None:
        for part in parts(deltas):
            await self._server.ask("append", lease.stream_id, lease=lease, deltas=part)

    async def finish(
        self, lease: Lease, status: Status, report: Report, error: ErrorRecord | None = None
    ) -> None:
        await self._server.ask(
            "finish", lease.stream_id, lease=lease, status=status, report=report, error=error
        )

    async def check(self, lease: Lease) -> None:
        await self._server.ask("check", lease.stream_id, lease=lease)

    async def restore(
        self, lease: Lease, info: StreamInfo, deltas: Sequence[Delta], key: str | None = None
    ) -> Lease:
        restored = lease
        for part in parts(deltas) or [[]]:
            restored = await self._server.ask(
                "restore", info.id, lease=lease, info=info, deltas=part, key=key
            )
        return restored

    async def beat(self, driver: str) -> None:
        await self._server.ask("beat", driver=driver)

    async def expire(self, seen: StreamInfo, message: str) -> bool:
        # The server looks at no more of it.
        pulse = StreamInfo(seen.id, seen.status, seen.created_at, epoch=seen.epoch, beat=seen.beat)
        expired: bool = await self._ask("expire", seen.id, seen=pulse, message=message)
        return expired

    async def request_cancel(self, stream_id: str) -> StreamInfo:
        info: StreamInfo = await self._ask("request_cancel", stream_id, stream_id=stream_id)
        return info

    async def label(
        self, stream_id: str, *, title: str | None = None, tags: Sequence[str] | None = None
    ) -> StreamInfo:
        info: StreamInfo = await self._ask(
            "label", stream_id, stream_id=stream_id, title=title, tags=tags
        )
        return info

    async def delete(self, stream_id: str) -> None:
        unsure = False

        async def delete() -> None:
            nonlocal unsure
            try:
                await self._server.ask("delete", stream_id, stream_id=stream_id)
            except StoreUnavailable:
                unsure = True
                raise
            except StreamNotFound:
                if not unsure:  # else it was this very call that deleted it
                    raise

        await _patiently(delete)

    async def place(self, stream_ids: Sequence[str]) -> None:
        await self._ask("place", stream_ids=stream_ids)

    async def info(self, stream_id: str) -> StreamInfo:
        info: StreamInfo = await self._ask("info", stream_id, stream_id=stream_id)
        return info

    async def find(self, query: Query) -> Page:
        page: Page = await self._ask("find", query=query)
        return page

    async def window(self, query: Query, first: int, count: int) -> Window:
        window: Window = await self._ask("window", query=query, first=first, count=count)
        return window

    async def windows(self, query: Query, first: int, count: int) -> AsyncGenerator[Window, None]:
        told = None
        arguments = {"query": query, "first": first, "count": count}
        async with aclosing(self._news("windows", "", lambda: arguments)) as windows:
            async for window in windows:
                if window != told:
                    told = window
                    yield window

    async def live(self) -> list[StreamInfo]:
        infos: list[StreamInfo] = await self._ask("live")
        return infos

    async def read(self, stream_id: str, offset: int = 0) -> list[Delta]:
        deltas: list[Delta] = await self._ask("read", stream_id, stream_id=stream_id, offset=offset)
        return deltas

    async def follow(self, stream_id: str, offset: int = 0) -> AsyncGenerator[Batch, None]:
        told = -1
        # Read anew for each connection: the next one begins where the last one was cut.
        batches = self._news(
            "follow", stream_id, lambda: {"stream_id": stream_id, "offset": offset}
        )
        async with aclosing(batches):
            async for batch in batches:
                if batch.deltas:
                    offset = batch.deltas[-1].end
                elif batch.info is not None and batch.info.revision == told:
                    continue
                if batch.info is not None:
                    told = batch.info.revision
                yield batch
                if batch.info is not None and batch.info.status.final:
                    return

    async def states(self, stream_id: str) -> AsyncGenerator[StreamInfo, None]:
        told = -1
        infos = self._news("states", stream_id, lambda: {"stream_id": stream_id})
        async with aclosing(infos):
            async for info in infos:
                if info.revision != told:
                    told = info.revision
                    yield info
                if info.status.final:
                    return

    async def close(self) -> None:
        await self._server.close()

    async def _ask(self, name: str, stream_id: str = "", /, **arguments: object) -> Any:
        return await _patiently(lambda: self._server.ask(name, stream_id, **arguments))

    async def _news(
        self, name: str, stream_id: str, arguments: Callable[[], dict[str, Any]]
    ) -> AsyncGenerator[Any, None]:
        """What a call tells one after the other; asked for again wherever the connection ends."""
        tries = pauses(_READERS_PATIENCE)
        while True:
            trouble: StoreUnavailable | None = None
            try:
                news = self._server.follow(name, stream_id, **arguments())
                async with aclosing(news):
                    async for item in news:
                        tries = pauses(_READERS_PATIENCE)
                        yield item
            except StoreUnavailable as error:
                trouble = error
            await _rest(tries, trouble)


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until there is an answer; raises the last `StoreUnavailable` when there is none."""
    tries = pauses(_PATIENCE)
    while True:
        try:
            return await ask()
        except StoreUnavailable as error:
            await _rest(tries, error)


async def _rest(tries: Iterator[float], trouble: StoreUnavailable | None) -> None:
    """Wait for the next try; raises what was the trouble if there is none."""
    pause = next(tries, None)
    if pause is None:
        raise trouble or StoreUnavailable("The server ends each answer before the stream's end.")
    await asyncio.sleep(pause)
