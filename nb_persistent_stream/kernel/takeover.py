"""A stream whose driver is gone and whose answer is not: another driver for it."""

from __future__ import annotations

from ..errors import StreamFenced
from ..protocol import BROKEN_OFF, Status, StreamInfo
from ..store import StreamStore
from . import frontend
from .driver import Driver
from .endings import error_record
from .plan import Plan
from .runtime import Runtime
from .stored import whole_body


def is_abandoned(info: StreamInfo, driver_id: str) -> bool:
    """Whether nobody drives a stream that has not come to its end.

    A kernel that was started anew knows that nobody drives any more what it had begun; of all
    others the lease tells.
    """
    if info.status.final:
        return info.status in BROKEN_OFF
    is_of_here = info.provenance.kernel_id is not None and info.epoch == 1
    return (
        is_of_here
        and info.provenance.kernel_id == frontend.kernel_id()
        and info.driver != driver_id
    )


async def take_over(
    runtime: Runtime, store: StreamStore, plan: Plan, info: StreamInfo
) -> Driver | None:
    """Become the driver of a stream that was seen so; None where somebody else was faster.

    Raises:
        StoreError: the store can't be used.
    """
    try:
        lease = await store.claim(info.id, runtime.driver_id, info.epoch)
    except StreamFenced:
        return None
    try:
        said = await whole_body(store, info.id)
        info = await store.info(info.id)
    except BaseException as error:
        await store.finish(lease, Status.TIMEOUT, info.report, error_record(error))
        raise
    return Driver(runtime, store, lease, info, plan.chunk_by, plan.max_delay, said)
