"""Waiting for other threads."""

import asyncio
import threading

PATIENCE = 10


class Flag:
    """Something that has happened on some thread."""

    def __init__(self):
        self._event = threading.Event()

    def set(self):
        self._event.set()

    def wait_here(self):
        assert self._event.wait(PATIENCE), "it never happened"

    async def wait(self):
        await asyncio.to_thread(self.wait_here)
