"""Streams whose driver is gone are ended, once, and only those."""

import asyncio
import logging
from types import SimpleNamespace

import pytest

from nb_persistent_stream.config import Config
from nb_persistent_stream.protocol import Provenance, Status, StreamInfo
from nb_persistent_stream.server.census import KernelCensus
from nb_persistent_stream.server.shelf import Shelf
from nb_persistent_stream.server.sweeper import Sweeper
from nb_persistent_stream.store import NewStream, SqliteStore

from ..waiting import eventually

LOG = logging.getLogger("test")


class Kernels:
    """A kernel manager; `pids` are its kernels and their processes."""

    def __init__(self, **pids):
        self.pids = pids

    def __contains__(self, kernel_id):
        return kernel_id in self.pids

    def get_kernel(self, kernel_id):
        return SimpleNamespace(provisioner=SimpleNamespace(pid=self.pids[kernel_id]))


class GatewayKernels(Kernels):
    """Its kernels run elsewhere: there is no process to see."""

    def get_kernel(self, kernel_id):
        return SimpleNamespace()


def driven_by(kernel_id, stream_id="one", epoch=1):
    source = Provenance(kernel_id=kernel_id)
    return StreamInfo(stream_id, Status.STREAMING, created_at=0, epoch=epoch, provenance=source)


class TestCensus:
    """The server knows its own kernels."""

    @pytest.mark.parametrize("kind", [Kernels, GatewayKernels])
    def test_a_kernel_that_stays_is_not_gone(self, kind):
        census = KernelCensus(kind(k=7))
        assert [census.gone([driven_by("k")]) for _ in range(3)] == [set()] * 3

    @pytest.mark.parametrize("kind", [Kernels, GatewayKernels])
    def test_a_kernel_that_was_shut_down_is_gone(self, kind):
        kernels = kind(k=7)
        census = KernelCensus(kernels)
        census.gone([driven_by("k")])
        del kernels.pids["k"]
        assert census.gone([driven_by("k")]) == {"one"}
        assert census.gone([driven_by("k")]) == {"one"}

    def test_a_restarted_kernel_has_lost_its_streams(self):
        kernels = Kernels(k=7)
        census = KernelCensus(kernels)
        census.gone([driven_by("k", "before")])
        kernels.pids["k"] = 8
        assert census.gone([driven_by("k", "before"), driven_by("k", "after")]) == {"before"}
        assert census.gone([driven_by("k", "after")]) == set()

    def test_a_stream_that_another_kernel_took_up_is_not_gone_with_the_first(self):
        kernels = Kernels(k=7)
        census = KernelCensus(kernels)
        census.gone([driven_by("k")])
        kernels.pids["k"] = 8
        assert census.gone([driven_by("k")]) == {"one"}
        # It ended so, and a server that has nothing to sweep does not look.
        assert census.gone([driven_by("k", epoch=2)]) == set()

    def test_a_kernel_between_two_processes_has_lost_its_streams(self):
        kernels = Kernels(k=7)
        census = KernelCensus(kernels)
        census.gone([driven_by("k")])
        kernels.pids["k"] = None
        assert census.gone([driven_by("k")]) == {"one"}

    @pytest.mark.parametrize("kernel_id", ["elsewhere", None])
    def test_a_kernel_that_was_never_here_is_not_gone(self, kernel_id):
        census = KernelCensus(Kernels(k=7))
        assert [census.gone([driven_by(kernel_id)]) for _ in range(2)] == [set()] * 2

    def test_other_kernels_do_not_matter(self):
        kernels = Kernels(k=7, other=9)
        census = KernelCensus(kernels)
        census.gone([driven_by("k", "a"), driven_by("other", "b")])
        del kernels.pids["other"]
        assert census.gone([driven_by("k", "a"), driven_by("other", "b")]) == {"b"}

    def test_what_has_ended_is_forgotten(self):
        kernels = Kernels(k=7)
        census = KernelCensus(kernels)
        census.gone([driven_by("k")])
        census.gone([])
        assert census._seen == {}


@pytest.fixture
def path(tmp_path):
    """A store file that is not there yet."""
    return tmp_path / "store" / "streams.db"


@pytest.fixture
async def shelves(path):
    """Shelves of several servers, over one store file."""
    shelves = [Shelf(Config(store=path)) for _ in range(3)]
    yield shelves
    for shelf in shelves:
        await shelf.close()


@pytest.fixture
async def store(path):
    store = await SqliteStore.open(path)
    yield store
    await store.close()


def sweeper_of(shelf, kernels, lease=1000.0):
    return Sweeper(shelf, lease, KernelCensus(kernels), LOG)


async def begin(store, kernel_id):
    lease = await store.create(NewStream("one", "d", provenance=Provenance(kernel_id=kernel_id)))
    await store.start(lease)


async def test_a_sweep_makes_no_store(shelves, path):
    await sweeper_of(shelves[0], Kernels()).sweep()
    assert not path.parent.exists()


async def test_a_stream_whose_kernel_is_gone_ends_as_timeout(shelves, store, caplog):
    kernels = Kernels(k=7)
    sweeper = sweeper_of(shelves[0], kernels)
    await begin(store, "k")
    await sweeper.sweep()
    assert (await store.info("one")).status is Status.STREAMING
    kernels.pids.clear()
    with caplog.at_level(logging.INFO):
        await sweeper.sweep()
    info = await store.info("one")
    assert info.status is Status.TIMEOUT
    assert "kernel went away" in info.error["message"]
    assert "one lost its driver" in caplog.text


async def test_several_servers_end_a_stream_once(shelves, store, caplog):
    kernels = Kernels(k=7)
    sweepers = [sweeper_of(shelf, kernels) for shelf in shelves]
    await begin(store, "k")
    await asyncio.gather(*(sweeper.sweep() for sweeper in sweepers))
    kernels.pids.clear()
    with caplog.at_level(logging.INFO):
        await asyncio.gather(*(sweeper.sweep() for sweeper in sweepers))
        await asyncio.gather(*(sweeper.sweep() for sweeper in sweepers))
    info = await store.info("one")
    assert info.status is Status.TIMEOUT
    assert caplog.text.count("lost its driver") == 1


async def test_a_sweep_indexes_what_has_ended_and_asks_for_nothing_more(shelves, store, path):
    sweeper = sweeper_of(shelves[0], Kernels())
    await begin(store, None)
    seen = await store.info("one")
    await store.expire(seen, "gone")
    statements = []
    indexing = (await shelves[0].store())._database.indexing
    await indexing.look(lambda db: db.set_trace_callback(statements.append))
    await sweeper.sweep()
    assert [sql for sql in statements if "INSERT INTO words" in sql]
    statements.clear()
    for _ in range(3):
        await sweeper.sweep()
    assert statements == []


async def test_a_driver_of_elsewhere_ends_by_its_lease(shelves, store):
    sweeper = sweeper_of(shelves[0], Kernels(), lease=0.05)
    await begin(store, None)

    async def ended():
        await sweeper.sweep()
        return (await store.info("one")).status is Status.TIMEOUT

    await eventually(ended)


async def test_a_driver_of_elsewhere_that_beats_goes_on(shelves, store):
    sweeper = sweeper_of(shelves[0], Kernels(), lease=0.05)
    await begin(store, None)
    start = asyncio.get_running_loop().time()
    while asyncio.get_running_loop().time() < start + 0.2:  # four leases
        await store.beat("d")
        await sweeper.sweep()
    assert (await store.info("one")).status is Status.STREAMING


async def test_a_store_that_can_not_be_read_is_said_once_and_tried_again(shelves, path, caplog):
    kernels = Kernels(k=7)
    path.parent.mkdir()
    path.write_bytes(b"no database " * 1000)
    sweeper = sweeper_of(shelves[0], kernels)
    for _ in range(3):
        await sweeper.sweep()
    assert caplog.text.count("can't be swept") == 1
    path.unlink()
    store = await SqliteStore.open(path)
    await begin(store, "k")
    await sweeper.sweep()
    kernels.pids.clear()
    await sweeper.sweep()
    assert (await store.info("one")).status is Status.TIMEOUT
    await store.close()


async def test_the_server_sweeps_by_itself(server, store_path, shelf):
    kernels = server.kernel_manager
    store = await SqliteStore.open(store_path)
    kernel_id = await kernels.start_kernel(kernel_name="echo")
    try:
        await begin(store, kernel_id)
        await eventually(lambda: not shelf.is_empty and shelf._store)
        assert (await store.info("one")).status is Status.STREAMING
    finally:
        await kernels.shutdown_kernel(kernel_id, now=True)

    async def ended():
        return (await store.info("one")).status is Status.TIMEOUT

    await eventually(ended)
    await store.close()
