import asyncio
import queue

import pytest

from nb_persistent_stream.kernel import runtime
from nb_persistent_stream.store import SqliteStore

from .provider import providing

_END = object()


class Script:
    """An iterable that says what it is told, when it is told."""

    def __init__(self):
        self._said = queue.SimpleQueue()

    def __iter__(self):
        while (item := self._said.get()) is not _END:
            if isinstance(item, BaseException):
                raise item
            yield item

    def say(self, *texts):
        for text in texts:
            self._said.put(text)
        return self

    def fail(self, error):
        self._said.put(error)

    def end(self):
        self._said.put(_END)


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    """A store for each test, and a runtime that is closed at its end."""
    path = tmp_path / "streams.db"
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("NB_STREAM_MODEL", "NB_STREAM_LEASE", "NB_STREAM_REUSE", "NB_STREAM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NB_STREAM_STORE", str(path))
    monkeypatch.setenv("NB_STREAM_DURABILITY", "normal")
    monkeypatch.setattr(runtime, "_runtime", None)
    yield path
    if runtime._runtime is not None:
        runtime._runtime.close(patient=False)


@pytest.fixture
def script():
    script = Script()
    yield script
    script.end()


@pytest.fixture
def provider():
    with providing() as provider:
        yield provider


@pytest.fixture
async def elsewhere(path):
    """The store as another process has it open."""
    store = await SqliteStore.open(path)
    yield store
    await store.close()


@pytest.fixture
def there(path):
    """Do something in the store as another process would: `there(lambda store: ...)`."""

    async def run(act, path):
        store = await SqliteStore.open(path)
        try:
            return await act(store)
        finally:
            await store.close()

    return lambda act, path=path: asyncio.run(run(act, path))
