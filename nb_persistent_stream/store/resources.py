"""Streams as programs make, append to and read them over HTTP."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..errors import StreamGone, StreamNotFound
from ..protocol import Delta
from . import appends, creation, forks
from .bodies import read_whole
from .database import Database
from .durable import Appended, NewParts, NewResource, Resource
from .index import TO_DO
from .queries import IS_LIVE
from .rows import to_resource

_DUE = f"""
SELECT EXISTS (SELECT 1 FROM resources WHERE expires_at <= ?) AS is_over,
  EXISTS (SELECT 1 FROM streams WHERE driver IS NOT NULL AND {IS_LIVE}) AS is_driven,
  ({TO_DO}) AS is_unread
"""


@dataclass(frozen=True, slots=True)
class Chores:
    """What there is to do: whether any stream has a driver, and whether any is to be indexed."""

    is_driven: bool
    is_unread: bool


class Resources:
    """The streams of a store, in the terms of the Durable Streams protocol.

    Each change is one transaction: what was appended, its producer's state and an end are stored
    together or not at all. A stream whose time is over is not there any more.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def create(self, new: NewResource) -> tuple[Resource, bool]:
        """See `creation.create`."""
        return await self._database.run(partial(creation.create, new=new, now=self._clock()))

    async def append(self, stream_id: str, new: NewParts) -> Appended:
        """See `appends.append`."""
        return await self._database.run(
            partial(appends.append, stream_id=stream_id, new=new, now=self._clock())
        )

    async def delete(self, stream_id: str) -> None:
        """See `forks.delete`."""
        now = self._clock()

        def delete(db: sqlite3.Connection) -> None:
            forks.expire(db, now)
            forks.delete(db, stream_id)

        await self._database.run(delete)

    async def get(self, stream_id: str, *, touch: bool = False) -> Resource:
        """One stream; `touch` makes its time to live begin anew.

        Raises:
            StreamNotFound: there is no such stream, or its time is over.
            StreamGone: it was deleted, and is kept for its forks.
        """
        for row in await self._database.read(appends.RESOURCE, (stream_id,)):
            resource = to_resource(row)
            if resource.expires_at is not None and resource.expires_at <= self._clock():
                break
            if touch and resource.ttl is not None:
                await self._database.run(
                    partial(appends.touch, stream_id=stream_id, now=self._clock())
                )
            return resource
        if await self._database.read(appends.DELETED, (stream_id,)):
            raise StreamGone(stream_id)
        raise StreamNotFound(stream_id)

    async def read(self, stream_id: str, offset: int) -> list[Delta]:
        """The body from the delta on that holds an offset, uncut, about 128 KiB at most."""
        return await read_whole(self._database.read, stream_id, offset)

    async def sweep(self) -> Chores:
        """Delete the streams whose time is over; gives what else there is to do."""
        now = self._clock()
        (row,) = await self._database.read(_DUE, (now,))
        if row["is_over"]:
            await self._database.run(partial(forks.expire, now=now))
        return Chores(bool(row["is_driven"]), bool(row["is_unread"]))
