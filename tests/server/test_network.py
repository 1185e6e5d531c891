"""The live socket on a network that fails: who comes back from where it stands misses nothing."""

import asyncio
import random

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from nb_persistent_stream.protocol import Report, Status, after

from ..waiting import eventually
from .conftest import ROOT, say
from .page import Page, deltas_of, is_final
from .proxy import proxy_before

WORDS = [f"word {number} – é😀\n" for number in range(30)]
TEXT = "".join(WORDS)


@pytest.fixture
async def proxy(server, http_server, http_server_port):
    async with proxy_before(http_server_port[1]) as proxy:
        yield proxy


@pytest.fixture
def jp_server_config(jp_server_config):
    # In milliseconds: a connection that died is noticed soon.
    pings = {"ws_ping_interval": 50, "ws_ping_timeout": 300}
    own = {**jp_server_config["ServerApp"], "tornado_settings": pings}
    return {**jp_server_config, "ServerApp": own}


class Follower:
    """Follows a stream as a page does: lost, it comes back from the offset where it stands."""

    def __init__(self, proxy, base_url, headers):
        self._url = f"ws://127.0.0.1:{proxy.port}{base_url}{'/'.join(ROOT)}/live"
        self._headers = headers
        self.text, self.offset, self.ended, self.lost = "", 0, False, 0

    async def run(self, stream_id):
        while not self.ended:
            try:
                page = await self.connect()
            except Exception:  # whatever a cut in the midst of a handshake looks like
                self.lost += 1
                continue
            page.subscribe(1, stream_id, offset=self.offset)
            while not self.ended and (message := await page.next()):
                self.take(message)
            self.lost += not self.ended
            await page.close()

    async def connect(self):
        request = HTTPRequest(self._url, headers=self._headers, connect_timeout=5)
        return Page(await websocket_connect(request))

    def take(self, message):
        assert message["type"] != "error", message
        for delta in deltas_of([message]):
            assert delta.offset == self.offset, "a gap, or a repeat"
            self.text += delta.text
            self.offset = delta.end
        self.ended = is_final(message)


@pytest.fixture
def follower(proxy, jp_base_url, jp_auth_header):
    return lambda: Follower(proxy, jp_base_url, jp_auth_header)


@pytest.fixture
async def finished(store, begin):
    await store.finish(await begin("one", *WORDS), Status.DONE, Report())


async def cut_at(proxy, follower, places):
    for place in places:
        proxy.cut_after = iter([place])
        reader = follower()
        await reader.run("one")
        assert reader.text == TEXT, place
        assert reader.lost <= 1


async def test_cut_anywhere_it_comes_back_without_gap_or_repeat(proxy, follower, finished):
    await cut_at(proxy, follower, range(0, 3000, 37))
    assert proxy.connections > 81


@pytest.mark.soak
async def test_cut_at_each_byte_it_comes_back_without_gap_or_repeat(proxy, follower, finished):
    await cut_at(proxy, follower, range(3000))


@pytest.mark.parametrize("seed", range(3))
async def test_cut_again_and_again_it_still_gets_all(proxy, follower, begin, store, seed):
    chance, lease = random.Random(seed), await begin()
    proxy.cut_after = iter(lambda: chance.randrange(150, 4000), None)
    readers = [follower() for _ in range(5)]
    reading = asyncio.gather(*(reader.run("one") for reader in readers))
    for word in WORDS:
        await say(store, lease, word)
        await asyncio.sleep(0)
    await eventually(lambda: any(reader.lost for reader in readers))
    await say(store, lease, "the end")
    await store.finish(lease, Status.DONE, Report())
    await reading
    assert [reader.text for reader in readers] == [f"{TEXT}the end"] * 5


async def test_a_proxy_that_cuts_what_is_idle_costs_nothing(proxy, follower, begin, store):
    proxy.idle = 0.02  # less than the server's own pings
    lease, reader = await begin(), follower()
    reading = asyncio.create_task(reader.run("one"))
    for word in WORDS[:5]:
        lost = reader.lost
        await eventually(lambda lost=lost: reader.lost > lost)
        await say(store, lease, word)
    proxy.idle = None
    await store.finish(lease, Status.DONE, Report())
    await reading
    assert reader.text == "".join(WORDS[:5])


async def test_pings_keep_a_connection_that_an_idle_proxy_would_cut(proxy, follower, begin, store):
    proxy.idle = 0.5  # ten of the server's pings
    lease, reader = await begin(), follower()
    reading = asyncio.create_task(reader.run("one"))
    await eventually(lambda: proxy.connections)
    await asyncio.sleep(3 * proxy.idle)
    await say(store, lease, TEXT)
    await store.finish(lease, Status.DONE, Report())
    await reading
    assert (reader.text, reader.lost) == (TEXT, 0)


async def test_the_server_lets_go_of_a_connection_that_died_without_a_word(
    proxy, follower, begin, shelf
):
    await begin("one", "text")
    page = await follower().connect()
    page.subscribe(1, "one")
    await page.next()
    proxy.hold()
    await eventually(lambda: not shelf._store._tail._feeds)
    proxy.release()
    await page.close()


async def test_a_reader_that_was_asleep_gets_what_came_meanwhile(proxy, follower, begin, store):
    lease, reader = await begin("one", "before "), follower()
    reading = asyncio.create_task(reader.run("one"))
    await eventually(lambda: reader.text)
    proxy.hold()
    for _ in range(64):
        await say(store, lease, "x" * 16 * 1024)
    proxy.release()
    await store.finish(lease, Status.DONE, Report())
    await reading
    assert reader.text == "before " + "x" * 1024 * 1024


def cut(message, offset):
    """A message as a page takes it in: what is there already is cut off."""
    if message["type"] != "deltas":
        return message
    rest = [after(delta, offset) for delta in deltas_of([message])]
    deltas = [{"offset": d.offset, "kind": d.kind, "text": d.text} for d in rest if d]
    return message | {"deltas": deltas}


async def test_reconnects_that_overlap_get_the_same(proxy, follower, begin, store):
    """The old connection may still live when the page has given it up."""
    lease, readers = await begin("one", WORDS[0]), [follower() for _ in range(4)]

    async def read(reader, page):
        page.subscribe(1, "one")
        page.subscribe(1, "one")
        while not reader.ended:
            reader.take(cut(await page.next(), reader.offset))
        await page.close()

    pages = [await reader.connect() for reader in readers]
    reading = [asyncio.create_task(read(*pair)) for pair in zip(readers, pages, strict=True)]
    for word in WORDS[1:]:
        await say(store, lease, word)
    await store.finish(lease, Status.DONE, Report())
    await asyncio.gather(*reading)
    assert [reader.text for reader in readers] == [TEXT] * 4
