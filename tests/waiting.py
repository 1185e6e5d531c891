"""Waiting for a condition, with a deadline that only a broken promise reaches."""

import asyncio
import time

DEADLINE = 20.0
_PAUSE = 0.005


def until(condition, deadline=DEADLINE):
    """What the condition gives as soon as it is true."""
    end = time.monotonic() + deadline
    while not (value := condition()):
        assert time.monotonic() < end, f"{condition} did not come true in {deadline} s"
        time.sleep(_PAUSE)
    return value


async def eventually(condition, deadline=DEADLINE):
    """The same on an event loop, which goes on; the condition may be a coroutine function."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        assert time.monotonic() < end, f"{condition} did not come true in {deadline} s"
        await asyncio.sleep(_PAUSE)
