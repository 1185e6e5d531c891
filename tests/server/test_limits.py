"""What one runaway may take: each bound refuses with words, and harms nobody else."""

import asyncio
import json

import pytest
from tornado.httpclient import HTTPClientError

from nb_persistent_stream.server import subscriptions
from nb_persistent_stream.server.throttle import Throttle
from nb_persistent_stream.store import MAX_PAGE

from ..waiting import eventually
from .page import said
from .sse import Events

MOST = 5


@pytest.fixture
def jp_server_config(jp_server_config):
    own = {"connection_limit": MOST, "subscription_limit": 6, "append_limit": 1000}
    return {**jp_server_config, "StreamExtension": {**jp_server_config["StreamExtension"], **own}}


class TestConnections:
    async def test_one_socket_too_many_is_refused_until_another_is_closed(self, connect):
        pages = [await connect() for _ in range(MOST)]
        with pytest.raises(HTTPClientError) as caught:
            await connect()
        assert caught.value.code == 429
        await pages[0].close()
        await connect()

    @pytest.mark.parametrize("live", ["sse", "long-poll"])
    async def test_waiting_reads_count_too(self, connect, fetch, begin, live):
        await begin("one", "text")
        pages = [await connect() for _ in range(MOST)]
        answer = await fetch("stream", "one", params={"offset": "now", "live": live})
        assert (answer.code, answer.error["type"]) == (429, "too-many")
        assert f"{MOST} live connections" in answer.error["message"]
        assert (await fetch("stream", "one", params={"offset": "-1"})).code == 200
        await pages[0].close()
        events = Events(fetch, "one")
        await events.until(lambda events: events.messages)

    async def test_the_stores_events_count_too(self, connect, fetch, put):
        await put("one", "text", **{"Stream-Closed": "true"})

        async def call(name):
            body = json.dumps({"stream_id": "one"})
            return await fetch("store", name, method="POST", body=body)

        for _ in range(2 * MOST):
            assert (await call("follow")).code == 200
        for _ in range(MOST):
            await connect()
        answer = await call("follow")
        assert (answer.code, answer.error["type"]) == (429, "too-many")
        assert (await call("info")).code == 200

    async def test_a_read_that_ends_gives_its_place_back(self, put, fetch):
        await put("one", "text", **{"Stream-Closed": "true"})
        for live in ("sse", "long-poll"):
            for _ in range(2 * MOST):
                answer = await fetch("stream", "one", params={"offset": "-1", "live": live})
                assert answer.code == 200

    async def test_a_refused_read_takes_no_place(self, fetch, connect):
        for _ in range(2 * MOST):
            answer = await fetch("stream", "none", params={"offset": "-1", "live": "sse"})
            assert answer.code == 404
        await connect()


class TestSubscriptions:
    async def test_all_sockets_share_a_bound(self, connect, begin):
        await begin("one", "text")
        first, second = await connect(), await connect()
        for sub in range(4):
            first.subscribe(sub, "one")
        await first.quiet()
        for sub in range(3):
            second.subscribe(sub, "one")
        heard = await second.until(lambda message: message["type"] == "error")
        assert heard[-1]["sub"] == 2
        assert "6 live subscriptions" in heard[-1]["error"]["message"]
        await first.close()
        second.subscribe(2, "one")
        await second.until(lambda message: message["sub"] == 2 and message["type"] == "deltas")

    async def test_lists_are_few(self, connect, monkeypatch):
        monkeypatch.setattr(subscriptions, "_MOST_LISTS", 2)
        page = await connect()
        for sub in range(3):
            page.list(sub)
        heard = await page.until(lambda message: message["type"] == "error")
        assert heard[-1]["sub"] == 2
        assert "takes 2 lists" in heard[-1]["error"]["message"]
        for _ in range(5):
            page.list(1)  # scrolling makes no more of them
        page.unsubscribe(0)
        page.list(3)
        await page.until(lambda message: message["sub"] == 3 and message["type"] == "list")

    async def test_a_number_that_is_used_again_takes_no_more_places(self, connect, begin):
        await begin("one", "text")
        page = await connect()
        for _ in range(100):
            page.subscribe(1, "one")
        page.subscribe(2, "one")
        heard = await page.until(lambda message: said([message], 2) == "text")
        assert not [message for message in heard if message["type"] == "error"]


class TestRequests:
    @pytest.mark.parametrize("size", [64 * 1024 + 1, 8 * 1024 * 1024])
    async def test_a_long_one_closes_its_socket(self, connect, size):
        page = await connect()
        page.send(json.dumps({"type": "ping", "sub": 1, "more": "x" * size}))
        while not page.closed:
            await page.next()
        assert page.socket.close_code in (1009, 1006, None)

    async def test_many_in_a_short_time_wait_and_hold_up_no_other(self, connect, begin):
        await begin("one", "text")
        busy, other = await connect(), await connect()
        for number in range(2500):
            busy.send({"type": "ping", "sub": number})
        other.subscribe(1, "one")
        await other.until(lambda message: said([message]) == "text")
        heard = await busy.until(lambda message: message["sub"] == 2499)
        assert [message["sub"] for message in heard] == [*range(2500)]

    async def test_a_socket_that_closes_while_a_request_waits_leaves_nothing(self, connect, shelf):
        page = await connect()
        for number in range(2200):
            page.subscribe(number, "none")
        page.socket.protocol.stream.close()
        await eventually(lambda: "LiveHandler" not in repr(asyncio.all_tasks()))

    async def test_a_ping_is_answered(self, connect):
        page = await connect()
        page.send({"type": "ping", "sub": 7})
        assert await page.next() == {"type": "pong", "sub": 7}


class TestBodies:
    async def test_too_many_ids_at_once_are_refused(self, fetch):
        body = json.dumps({"stream_ids": ["one"] * (MAX_PAGE + 1)})
        answer = await fetch("placed", method="POST", body=body)
        assert (answer.code, answer.error["type"]) == (400, "invalid-input")
        assert str(MAX_PAGE) in answer.error["message"]

    async def test_a_large_body_is_refused_before_it_is_parsed(self, fetch):
        body = json.dumps({"stream_ids": ["one"], "more": "x" * (1024 * 1024)})
        answer = await fetch("placed", method="POST", body=body)
        assert (answer.code, answer.error["type"]) == (413, "too-large")

    @pytest.mark.parametrize("params", [{"limit": "501"}, {"search": "x" * 201}])
    async def test_a_list_is_bounded(self, fetch, begin, params):
        await begin()
        answer = await fetch("streams", params=params)
        assert (answer.code, answer.error["type"]) == (400, "invalid-input")


class TestThrottle:
    def test_it_lets_a_burst_through_and_then_keeps_the_pace(self):
        now = [100.0]
        throttle = Throttle(rate=10, burst=3, clock=lambda: now[0])
        assert [throttle.wait() for _ in range(3)] == [0, 0, 0]
        assert throttle.wait() == pytest.approx(0.1)
        assert throttle.wait() == pytest.approx(0.2)
        now[0] += 1000
        assert [throttle.wait() for _ in range(3)] == pytest.approx([0, 0, 0])
        assert throttle.wait() > 0
