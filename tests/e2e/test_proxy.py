"""JupyterLab behind a network that fails: the page says so, goes on, and shows the stored text."""

import asyncio
import copy
import random
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import repeat

import pytest

from ..server.proxy import proxy_before
from .book import TALK
from .lab import wait_for

WATCH = "from nb_persistent_stream import watch\nwatch()"


class Network:
    """The network before a server, on a thread of its own: Playwright has a loop on this one."""

    def __init__(self, loop, proxy):
        self._loop = loop
        self._proxy = proxy
        self.port = proxy.port

    @property
    def connections(self):
        return self._proxy.connections

    def lasts(self, cut_after):
        """Cut what is connected; each next connection is cut after so many bytes (None: never)."""
        self._loop.call_soon_threadsafe(self._cut, cut_after)

    def _cut(self, cut_after):
        self._proxy.cut_after = cut_after
        self._proxy.cut()


@contextmanager
def network_before(port):
    begun = Future()

    async def serve():
        ended = asyncio.Event()
        async with proxy_before(port) as proxy:
            begun.set_result((asyncio.get_running_loop(), proxy, ended))
            await ended.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    loop, proxy, ended = begun.result(10)
    yield Network(loop, proxy)
    loop.call_soon_threadsafe(ended.set)
    thread.join()


@pytest.fixture
def network(shared_lab):
    with network_before(shared_lab("lab").port) as network:
        yield network


@pytest.fixture
def watched(shared_lab, network, book_in):
    """A notebook that streams, and the page of a watcher that the network is before."""
    lab = shared_lab("lab")
    book = book_in(lab)
    book.go.touch()
    book.open_and_run(TALK.format(go=book.go)).wait_text("word5 ")
    far = copy.copy(lab)
    far.port = network.port
    watching = book_in(far)
    watching.name = f"far-{book.name}"
    page = watching.open_and_run(WATCH)
    page.wait_text("word5 ")
    return book, page


def test_a_page_behind_a_network_that_fails_goes_on_and_ends_whole(watched, network):
    book, page = watched
    chance = random.Random(7)
    network.lasts(iter(lambda: chance.randrange(300, 6000), None))
    before = network.connections
    wait_for(lambda: network.connections > before + 25, "many connections to be cut", timeout=60)
    book.hush()
    network.lasts(repeat(None))
    page.wait_status("done", timeout=60)
    book.shows_all(page)
    assert page.view().get_by_text("Reconnecting…").count() == 0


def test_a_page_that_is_cut_off_says_so_and_goes_on_when_it_is_let(watched, network):
    book, page = watched
    network.lasts(repeat(0))
    page.view().get_by_text("Reconnecting…").wait_for()
    page.shot("cut-off")
    shown = page.text()
    network.lasts(repeat(None))
    wait_for(lambda: len(page.text()) > len(shown) + 100, "the page to go on", timeout=60)
    assert page.text().startswith(shown)
    page.view().get_by_text("Reconnecting…").wait_for(state="detached")
    book.hush()
    page.wait_status("done", timeout=60)
    book.shows_all(page)
