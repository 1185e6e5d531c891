"""A stream that asks what was asked before, and the one that answers in its place."""

from __future__ import annotations

from ..config import Config, Reuse
from ..errors import InvalidInput
from ..protocol import Link, Provenance
from ..sources import Schema
from . import frontend
from .driver import Driver
from .handle import Stream
from .plan import Plan, begin, drive, new_stream
from .runtime import Runtime
from .takeover import is_abandoned, take_over


def reuse_of(asked: object, config: Config) -> Reuse:
    """What a call says, else the settings; nothing where a person has this cell run afresh.

    Raises:
        InvalidInput: it is none of the three.
    """
    if asked is None:
        asked = config.reuse
    if not (isinstance(asked, bool) or asked == "cell"):
        raise InvalidInput(
            f"reuse is {asked!r}. Give True (any stored answer to the same), 'cell' (only this "
            "cell's) or False."
        )
    if frontend.cell().afresh:
        return False
    return asked if isinstance(asked, bool) else "cell"


async def open_stream(
    runtime: Runtime,
    plan: Plan,
    origin: Provenance,
    link: Link | None,
    reuse: Reuse,
    schema: Schema | None,
) -> tuple[Stream, Driver | None]:
    """The handle of a new stream and its driver; or, without one, of the stream to reuse.

    Where that one has lost its driver and can be taken up, it has a new one.

    Raises:
        StoreError: the store can't be used.
    """
    store = await runtime.store(plan.config)
    new = new_stream(runtime, plan, origin, link)
    if not reuse:
        driver = await begin(runtime, plan, new)
    else:
        opened = await store.create_or_find(new, same_cell=reuse == "cell")
        if opened.lease is None:
            found, taken = opened.info, None
            if found.can_go_on and is_abandoned(found, runtime.driver_id):
                taken = await take_over(runtime, store, plan, found)
            here = runtime.drivers.get(found.id)
            return Stream(runtime, store, found.id, here, schema, reused=True), taken
        driver = drive(runtime, store, plan, new, opened.lease)
    return Stream(runtime, store, driver.stream_id, driver, schema), driver
