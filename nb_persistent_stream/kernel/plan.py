"""A new stream: its settings checked, its row made, its driver ready."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..chunking import ChunkBy, check_chunk_by
from ..config import Config
from ..errors import InvalidInput
from ..ids import new_id
from ..labels import check_tags, check_title
from ..protocol import Link, Provenance, Status, StreamInfo
from ..store import Lease, NewStream, StreamStore
from .driver import Driver
from .key import key_of
from .runtime import Runtime, settings

_LONGEST_DELAY = 3600


@dataclass(frozen=True, slots=True)
class Plan:
    """How a new stream is kept."""

    config: Config
    chunk_by: ChunkBy
    max_delay: float
    title: str | None
    tags: tuple[str, ...]


def plan(chunk_by: object, max_delay: float | None, title: str | None, tags: object) -> Plan:
    """Check what a person asked for, before anything is made.

    Raises:
        InvalidInput: an argument or a setting can't be used.
    """
    config = settings()
    delay = config.max_delay if max_delay is None else max_delay
    if isinstance(delay, bool) or not isinstance(delay, (int, float)):
        delay = -1
    if not 0 < delay <= _LONGEST_DELAY:
        raise InvalidInput(f"max_delay is {max_delay!r}. Give seconds, more than 0, such as 0.5.")
    return Plan(
        config, check_chunk_by(chunk_by), float(delay), check_title(title), check_tags(tags)
    )


def new_stream(
    runtime: Runtime, plan: Plan, origin: Provenance, link: Link | None = None
) -> NewStream:
    """The stream that is to be stored."""
    return NewStream(
        new_id(), runtime.driver_id, plan.title, plan.tags, origin, key_of(origin), link
    )


async def begin(runtime: Runtime, plan: Plan, new: NewStream) -> Driver:
    """Make the stream's row, pending, and its driver.

    Raises:
        StoreError: it could not be stored.
    """
    store = await runtime.store(plan.config)
    return drive(runtime, store, plan, new, await store.create(new))


def drive(runtime: Runtime, store: StreamStore, plan: Plan, new: NewStream, lease: Lease) -> Driver:
    """The driver of a stream that was just stored."""
    info = StreamInfo(
        id=new.id,
        status=Status.PENDING,
        created_at=time.time(),
        epoch=lease.epoch,
        driver=lease.driver,
        title=new.title,
        tags=new.tags,
        provenance=new.provenance,
        link=new.link,
    )
    return Driver(runtime, store, lease, info, plan.chunk_by, plan.max_delay)
