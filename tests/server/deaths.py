"""A driver that goes on speaking while the server is killed and started again, twice."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from nb_persistent_stream.protocol import Report, Status
from nb_persistent_stream.store import SqliteStore

from ..store.acts import begin, say
from ..waiting import until

# For a client that waits longer each time before it asks again.
_PATIENCE = 60


class Driver:
    """Speaks numbered words, as a process of its own would."""

    def __init__(self, path, stream_id):
        self._path = path
        self._lease = self._act(lambda store: begin(store, stream_id))
        self._count = self._end = 0

    @property
    def said(self):
        return "".join(f"word {number}\n" for number in range(self._count))

    def speak(self, count):
        async def speak(store):
            for number in range(self._count, self._count + count):
                self._end = await say(store, self._lease, f"word {number}\n", offset=self._end)

        self._act(speak)
        self._count += count

    def finish(self):
        self._act(lambda store: store.finish(self._lease, Status.DONE, Report()))

    def _act(self, act):
        """Do something with the store on a loop of another thread: this one's may have one."""

        async def run():
            store = await SqliteStore.open(self._path)
            try:
                return await act(store)
            finally:
                await store.close()

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, run()).result()


def survived(server, driver, follow):
    """What a reader has seen at the end; `follow` starts it, and gives what asks it so far."""
    driver.speak(5)
    seen = follow()
    for _ in range(2):
        until(lambda: seen().endswith(driver.said[-8:]), _PATIENCE)
        driver.speak(5)
        until(lambda: seen().endswith(driver.said[-8:]), _PATIENCE)
        server.kill()
        driver.speak(5)
        server.start()
    driver.finish()
    until(lambda: seen().endswith("[done]\n"), _PATIENCE)
    return seen()
