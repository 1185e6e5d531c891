"""The JSON resources."""

import json

import pytest

import nb_persistent_stream
from nb_persistent_stream.protocol import Delta, Provenance, Report, Status, text_of
from nb_persistent_stream.store.calls import VERSION

from .conftest import say

DONE = Report(model="m-1", finish_reason="stop", usage={"total_tokens": 3})


async def test_the_root_tells_name_and_versions(fetch):
    answer = await fetch("/")
    assert answer.json == {
        "name": "nb-persistent-stream",
        "version": nb_persistent_stream.__version__,
        "store": VERSION,
    }
    assert (await fetch()).json == answer.json  # without a slash at the end


async def test_loading_and_sweeping_make_no_store(fetch, store_path, shelf):
    await fetch("/")
    assert shelf.is_empty
    assert not store_path.parent.exists()


async def test_answers_are_for_nobody_s_cache(fetch, begin):
    await begin()
    for path in ["/", "streams", "streams/one", "streams/one/body", "openapi.json"]:
        headers = (await fetch(path)).headers
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_one_stream_tells_all_but_its_body(fetch, store, begin):
    source = Provenance(prompt="hi", model="m", provider="p", notebook="a.ipynb", kernel_id="k")
    lease = await begin("one", "Grüße", title="T", tags=("a", "b"), provenance=source)
    await store.finish(lease, Status.DONE, DONE)
    info = (await fetch("streams", "one")).json
    expected = {
        "stream_id": "one",
        "status": "done",
        "title": "T",
        "tags": ["a", "b"],
        "length": 7,
        "model": "m-1",
        "requested_model": "m",
        "provider": "p",
        "prompt": "hi",
        "notebook": "a.ipynb",
        "kernel_id": "k",
        "finish_reason": "stop",
        "usage": {"total_tokens": 3},
        "error": None,
        "cancel_requested": False,
    }
    assert {name: info[name] for name in expected} == expected
    assert info["created_at"] <= info["started_at"] <= info["finished_at"]


class TestList:
    @pytest.fixture
    async def five(self, begin, store, jp_root_dir):
        for number in range(5):
            notebook = str(jp_root_dir / f"{number % 2}.ipynb")
            source = Provenance(notebook=notebook, kernel_id=f"k{number % 3}")
            lease = await begin(f"s{number}", provenance=source)
            if number < 2:
                await store.finish(lease, (Status.DONE, Status.ERROR)[number], DONE)

    async def ids(self, fetch, params=None):
        page = (await fetch("streams", params=params or {})).json
        return [stream["stream_id"] for stream in page["streams"]]

    async def test_the_newest_comes_first(self, fetch, five):
        assert await self.ids(fetch) == ["s4", "s3", "s2", "s1", "s0"]

    async def test_an_empty_store_has_none(self, fetch):
        assert (await fetch("streams")).json == {"streams": [], "next": None}

    async def test_a_long_question_is_whole_only_where_one_stream_is_asked_for(self, fetch, begin):
        long = Provenance(prompt="word " * 200_000, system="s" * 1_000_000)
        for number in range(3):
            await begin(f"s{number}", provenance=long)
        page = await fetch("streams")
        assert [stream["prompt"] for stream in page.json["streams"]] == ["word " * 40] * 3
        assert len(page.body) < 6_000
        one = (await fetch("streams", "s0")).json
        assert (one["prompt"], one["system"]) == (long.prompt, long.system)

    async def test_pages_follow_each_other_to_the_end(self, fetch, five):
        ids, after = [], {}
        while after is not None:
            page = (await fetch("streams", params={"limit": 2, **after})).json
            ids.append([stream["stream_id"] for stream in page["streams"]])
            after = page["next"] and {"after": page["next"]}
        assert ids == [["s4", "s3"], ["s2", "s1"], ["s0"]]

    @pytest.mark.parametrize(
        ("params", "expected"),
        [
            ({"status": "done"}, ["s0"]),
            ([("status", "done"), ("status", "error")], ["s1", "s0"]),
            ({"status": "timeout"}, []),
            ({"notebook": "1.ipynb"}, ["s3", "s1"]),
            ({"kernel": "k0"}, ["s3", "s0"]),
            ({"kernel": "k0", "status": "streaming"}, ["s3"]),
            ({"limit": "1"}, ["s4"]),
        ],
        ids=str,
    )
    async def test_a_filter_leaves_what_fits(self, fetch, five, params, expected):
        assert await self.ids(fetch, params) == expected

    @pytest.mark.parametrize(
        ("params", "said"),
        [
            ({"status": "finished"}, "Use one of pending, streaming, done"),
            ({"limit": "many"}, "Give a whole number from 1 to 500"),
            ({"limit": "0"}, "Give a whole number from 1 to 500"),
            ({"limit": "501"}, "Give a whole number from 1 to 500"),
            ({"limit": "-1"}, "Give a whole number"),
            ({"limit": "٣"}, "Give a whole number"),
            ({"after": "nonsense"}, "nonsense"),
        ],
        ids=str,
    )
    async def test_a_filter_that_is_none_is_told_so(self, fetch, five, params, said):
        answer = await fetch("streams", params=params)
        assert answer.code == 400
        assert answer.error["type"] == "invalid-input"
        assert said in answer.error["message"]


class TestPlaced:
    async def place(self, fetch, body):
        return await fetch("placed", method="POST", body=body)

    async def unplaced(self, fetch):
        page = (await fetch("streams", params={"unplaced": "true"})).json
        return [stream["stream_id"] for stream in page["streams"]]

    async def test_a_stream_that_a_notebook_holds_is_left_out_when_asked(self, fetch, begin):
        await begin("one")
        await begin("two")
        assert await self.unplaced(fetch) == ["two", "one"]
        answer = await self.place(fetch, json.dumps({"stream_ids": ["one", "unknown"]}))
        assert answer.code == 200
        assert await self.unplaced(fetch) == ["two"]
        assert len((await fetch("streams")).json["streams"]) == 2

    @pytest.mark.parametrize(
        "body",
        ["", "no json", "[]", "{}", '{"stream_ids": "one"}', '{"stream_ids": [1]}',
         json.dumps({"stream_ids": ["x"] * 501})],
        ids=lambda body: body[:20],
    )  # fmt: skip
    async def test_a_bad_request_is_told_so(self, fetch, body):
        answer = await self.place(fetch, body)
        assert (answer.code, answer.error["type"]) == (400, "invalid-input")


class TestBody:
    async def whole(self, fetch, offset=0):
        """Read parts from an offset on, until the end of what there is."""
        deltas = []
        while True:
            part = (await fetch("streams/one/body", params={"offset": offset})).json
            deltas += [Delta(**record) for record in part["deltas"]]
            if part["complete"] or part["next_offset"] == offset:
                return deltas, part
            offset = part["next_offset"]

    async def test_it_is_read_to_its_end_in_parts(self, fetch, store, begin):
        text = "Grüße, 世界! 🎉 " * 20_000
        lease = await begin()
        for start in range(0, len(text), 5000):
            await say(store, lease, text[start : start + 5000])
        await store.finish(lease, Status.DONE, DONE)
        first = (await fetch("streams/one/body")).json
        assert not first["complete"]
        deltas, last = await self.whole(fetch)
        assert text_of(deltas) == text
        assert (last["complete"], last["next_offset"]) == (True, len(text.encode()))

    async def test_an_offset_may_lie_within_a_delta(self, fetch, begin):
        await begin("one", "Grüße, ", "Welt")
        for offset in (0, 2, 4, 9, 11):
            deltas, _ = await self.whole(fetch, offset)
            assert text_of(deltas) == "Grüße, Welt".encode()[offset:].decode()

    async def test_an_offset_within_a_character_is_told_so(self, fetch, begin):
        await begin("one", "ü")
        answer = await fetch("streams/one/body", params={"offset": 1})
        assert answer.code == 400
        assert "character" in answer.error["message"]

    async def test_a_live_stream_is_never_complete(self, fetch, begin):
        await begin("one", "so far")
        for offset in (0, 6):
            part = (await fetch("streams/one/body", params={"offset": offset})).json
            assert (part["complete"], part["status"]) == (False, "streaming")
            assert part["next_offset"] == 6

    async def test_kinds_and_meta_are_kept(self, fetch, store, begin):
        lease = await begin()
        await store.append(lease, [Delta(0, "hm", "reasoning", {"step": 1}), Delta(2, "so")])
        assert (await fetch("streams/one/body")).json["deltas"] == [
            {"offset": 0, "kind": "reasoning", "text": "hm", "meta": {"step": 1}},
            {"offset": 2, "kind": "text", "text": "so"},
        ]

    @pytest.mark.parametrize("offset", ["-1", "x", "1.5", str(1 << 70)])
    async def test_a_bad_offset_is_told_so(self, fetch, begin, offset):
        await begin()
        answer = await fetch("streams/one/body", params={"offset": offset})
        assert (answer.code, answer.error["type"]) == (400, "invalid-input")


class TestCancel:
    async def test_the_store_knows_of_it(self, fetch, store, begin):
        await begin()
        answer = await fetch("streams/one/cancel", method="POST", body="")
        assert (answer.code, answer.json["cancel_requested"]) == (202, True)
        assert (await store.info("one")).cancel_requested

    async def test_a_driver_obeys(self, fetch, own_runtime):
        writer = nb_persistent_stream.create(show=False)
        writer.write("said ")
        answer = await fetch(f"streams/{writer.id}/cancel", method="POST", body="")
        assert answer.code == 202
        with pytest.raises(nb_persistent_stream.StreamCancelled) as caught:
            await writer
        assert caught.value.text == "said "
        assert (await fetch(f"streams/{writer.id}")).json["status"] == "cancelled"

    async def test_what_has_ended_stays_as_it_is(self, fetch, store, begin):
        await store.finish(await begin(), Status.DONE, DONE)
        answer = await fetch("streams/one/cancel", method="POST", body="")
        assert (answer.code, answer.json["status"]) == (202, "done")
        assert not answer.json["cancel_requested"]

    async def test_a_body_of_the_request_is_ignored(self, fetch, begin):
        await begin()
        body = json.dumps({"anything": 1})
        assert (await fetch("streams/one/cancel", method="POST", body=body)).code == 202
