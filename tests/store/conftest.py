import pytest

from nb_persistent_stream.store import SqliteStore


@pytest.fixture
def path(tmp_path):
    return tmp_path / "streams.db"


@pytest.fixture
async def open_store(path):
    """Opens stores, each as another process would, and closes them at the end."""
    opened = []

    async def open_(at=path, **more):
        opened.append(await SqliteStore.open(at, **more))
        return opened[-1]

    yield open_
    for store in opened:
        await store.close()
