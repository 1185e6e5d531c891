import pytest

from nb_persistent_stream.config import ServerUrl
from nb_persistent_stream.store import SqliteStore, journal
from nb_persistent_stream.store.remote import RemoteStore

from ..server.process import TOKEN


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


@pytest.fixture(params=["sqlite", "sqlite on a network disk", "remote"])
async def store(request, tmp_path, monkeypatch):
    """Every store there is, each held to the same promises."""
    if request.param == "remote":
        server = request.getfixturevalue("empty_server")
        store = await RemoteStore.open(ServerUrl(server.url, TOKEN))
    else:
        if "network" in request.param:
            monkeypatch.setattr(journal, "network_disk", lambda path: "nfs")
        ticks = iter(range(1_000_000_000, 2_000_000_000))
        store = await SqliteStore.open(tmp_path / "streams.db", clock=lambda: float(next(ticks)))
    yield store
    await store.close()
