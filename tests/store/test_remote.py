"""A store that a server keeps, over a wire that fails."""

import asyncio
import socket

import pytest

from nb_persistent_stream.config import ServerUrl
from nb_persistent_stream.errors import (
    InvalidInput,
    StoreError,
    StoreUnavailable,
    StreamNotFound,
)
from nb_persistent_stream.protocol import Delta, Provenance, Report, Status, text_of
from nb_persistent_stream.store import NewStream
from nb_persistent_stream.store.remote import RemoteStore
from nb_persistent_stream.store.remote import store as remote

from ..server.process import TOKEN
from ..waiting import eventually
from .acts import begin, body, say
from .cutting import Wire


@pytest.fixture
async def wire(empty_server):
    return Wire(empty_server.url)


@pytest.fixture
async def store(wire):
    async with wire.up() as url:
        store = await RemoteStore.open(ServerUrl(url, TOKEN))
        yield store
        await store.close()


class TestLostAnswers:
    """The server has obeyed, and its answer does not arrive."""

    async def test_reads_and_requests_are_made_again_unseen(self, store, wire):
        await begin(store, "one")
        lost = ("create", "claim", "info", "find", "live", "read", "request_cancel", "delete")
        wire.cuts.update(lost)
        lease = await store.create(NewStream("two", "driver", title="T"))
        lease = await store.claim("two", "other", epoch=lease.epoch)
        assert lease.epoch == 2
        assert (await store.info("two")).title == "T"
        assert (await store.request_cancel("two")).cancel_requested
        assert len(await store.live()) == 2
        assert await store.read("two") == []
        await store.delete("two")
        with pytest.raises(StreamNotFound):
            await store.info("two")
        assert [wire.calls[name] for name in lost[:2]] == [3, 2]
        assert not +wire.cuts - wire.cuts.__class__(find=1)

    async def test_a_drivers_writes_are_for_the_driver_to_make_again(self, store, wire):
        lease = await store.create(NewStream("one", "driver"))
        deltas = [Delta(0, "why", "reasoning"), Delta(3, "text")]
        report = Report(model="m")
        for name, act in (
            ("start", lambda: store.start(lease)),
            ("append", lambda: store.append(lease, deltas)),
            ("beat", lambda: store.beat("driver")),
            ("finish", lambda: store.finish(lease, Status.DONE, report)),
        ):
            wire.cuts[name] = 1
            with pytest.raises(StoreUnavailable, match="can't be reached now"):
                await act()
            await act()
        assert await body(store) == deltas
        info = await store.info("one")
        assert (info.status, info.report, info.length) == (Status.DONE, report, 7)

    async def test_readers_go_on_from_where_they_stand(self, store, wire):
        lease = await begin(store)

        async def read(batches):
            return [(batch.deltas, batch.info) async for batch in batches]

        async def look(infos):
            return [info.status async for info in infos]

        reading = asyncio.create_task(read(store.follow("one")))
        looking = asyncio.create_task(look(store.states("one")))
        end = 0
        for n in range(60):
            end = await say(store, lease, f"{n} ", offset=end)
            if n % 20 == 10:
                await eventually(lambda n=n: wire.calls["follow"] > n // 20)
                wire.cut_all()
                # The cut may have met the next append as well.
                await store.info("one")
        await store.finish(lease, Status.DONE, Report())
        told = await reading
        assert text_of(delta for deltas, _ in told for delta in deltas) == "".join(
            f"{n} " for n in range(60)
        )
        revisions = [info.revision for _, info in told if info]
        assert revisions == sorted(set(revisions))
        assert await looking == [Status.STREAMING, Status.DONE]
        assert wire.calls["follow"] > 3

    async def test_a_server_that_stays_away_is_told(self, store, wire, monkeypatch):
        await begin(store)
        for name in ("_PATIENCE", "_READERS_PATIENCE"):
            monkeypatch.setattr(remote, name, 0.3)
        wire.cuts.update({"info": 1000, "follow": 1000})
        with pytest.raises(StoreUnavailable, match="can't be reached now"):
            await store.info("one")
        with pytest.raises(StoreUnavailable, match="can't be reached now"):
            await anext(store.follow("one"))

    async def test_who_reads_when_the_store_is_closed_is_told(self, store):
        await begin(store)
        follower = store.follow("one")
        await anext(follower)
        reading = asyncio.ensure_future(anext(follower))
        await asyncio.sleep(0)
        await store.close()
        for reading_on in (reading, store.info("one")):
            with pytest.raises(StoreError, match="was closed"):
                await reading_on


class TestOpen:
    async def refused(self, url, token=TOKEN):
        with pytest.raises(StoreError) as caught:
            await RemoteStore.open(ServerUrl(url, token))
        return str(caught.value)

    async def test_without_a_token(self, far_server):
        said = await self.refused(far_server.url, None)
        assert "Set NB_STREAM_TOKEN to the server's token" in said

    async def test_with_a_wrong_token(self, far_server):
        said = await self.refused(far_server.url, "s3cret")
        assert "does not accept the token in NB_STREAM_TOKEN" in said
        assert "s3cret" not in said

    async def test_at_what_is_no_address(self):
        with pytest.raises(InvalidInput, match=r"NB_STREAM_STORE is .*, which is no URL"):
            await RemoteStore.open(ServerUrl("http://a\tb"))

    @pytest.mark.parametrize("path", ["/lab", "/nothing", "/api"])
    async def test_at_an_address_below_the_servers(self, far_server, path):
        said = await self.refused(far_server.url + path)
        assert "There is no nb_persistent_stream at" in said
        assert "without what follows in a browser" in said

    async def test_at_an_address_above_the_servers(self, far_server):
        said = await self.refused(far_server.url.removesuffix("/user/alice"))
        assert "There is no nb_persistent_stream at" in said

    async def test_where_nobody_listens(self, monkeypatch):
        monkeypatch.setattr(remote, "_PATIENCE", 0.2)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        said = await self.refused(f"http://127.0.0.1:{port}")
        assert "can't be reached now" in said
        assert "NB_STREAM_STORE" in said

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ('200 OK\r\n\r\n{"name": "nb-persistent-stream", "version": "0.1.0"}', "has nb_per"),
            ('200 OK\r\n\r\n{"version": "9.0.0", "store": 99}', "9.0.0, which this version can't"),
            ("200 OK\r\n\r\n<title>Log in</title>", "it is something else"),
            ("302 Found\r\nLocation: /hub/login?next=x\r\n\r\n", "it sends on to http"),
            ("500 Oops\r\n\r\n", "it answered 500 Oops"),
            ("424 Failed Dependency\r\n\r\n", "can't be reached now (it answered 424"),
            ("503 Service Unavailable\r\n\r\n", "can't be reached now (it answered 503"),
        ],
    )
    async def test_what_is_another_program_or_version_is_told(self, answer, said, monkeypatch):
        monkeypatch.setattr(remote, "_PATIENCE", 0.05)

        async def serve(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            head, _, body = f"HTTP/1.1 {answer}".partition("\r\n\r\n")
            writer.write(f"{head}\r\nConnection: close\r\n\r\n{body}".encode())
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            assert said in await self.refused(f"http://127.0.0.1:{port}")


class TestValues:
    async def test_what_json_does_not_know_goes_as_its_text(self, store):
        options = {"seed": 2**60, "odd": {1}, "type": int, "nan": float("inf")}
        provenance = Provenance(prompt="half \ud83d", options=options)
        await store.create(NewStream("one", "driver", title="\ude00", provenance=provenance))
        info = await store.info("one")
        assert (info.title, info.provenance.prompt) == ("\ufffd", "half \ufffd")
        assert info.provenance.options["seed"] == 2**60
        assert info.provenance.options["type"] == "<class 'int'>"

    async def test_a_delta_larger_than_a_request_is_cut_the_same_way_each_time(self, store, wire):
        lease = await begin(store)
        text = "añ字😀" * 200_000
        wire.cuts["append"] = 1
        with pytest.raises(StoreUnavailable):
            await store.append(lease, [Delta(0, text)])
        await store.append(lease, [Delta(0, text)])
        assert text_of(await body(store)) == text
        assert wire.calls["append"] > 3

    async def test_what_is_too_much_is_refused_with_how_much_may_be(self, store):
        provenance = Provenance(prompt="x" * (17 * 1024 * 1024))
        with pytest.raises(InvalidInput, match="One call may have 16777216"):
            await store.create(NewStream("one", "driver", provenance=provenance))

    async def test_an_id_that_is_none_is_refused(self, store):
        with pytest.raises(InvalidInput, match="is not a stream id"):
            await store.create(NewStream("a/b", "driver"))
