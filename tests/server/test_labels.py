"""PATCH of a stream: title and tags, as a merge patch (RFC 7396)."""

import json

import pytest

NOBODY = {"Authorization": ""}


@pytest.fixture
async def one(begin):
    return await begin(title="old", tags=("a",))


@pytest.fixture
def patch(fetch):
    async def patch(value, stream_id="one", **how):
        body = value if isinstance(value, (str, bytes)) else json.dumps(value)
        return await fetch("streams", stream_id, method="PATCH", body=body, **how)

    return patch


@pytest.mark.parametrize(
    ("change", "title", "tags"),
    [
        ({}, "old", ["a"]),
        ({"title": "new"}, "new", ["a"]),
        ({"title": None}, None, ["a"]),
        ({"tags": ["b"]}, "old", ["b"]),
        ({"tags": None}, "old", []),
        ({"title": "new", "tags": []}, "new", []),
    ],
)
async def test_what_is_named_changes_null_clears_and_the_rest_stays(
    patch, fetch, one, change, title, tags
):
    answer = await patch(change)
    assert (answer.code, answer.json["title"], answer.json["tags"]) == (200, title, tags)
    seen = (await fetch("streams/one")).json
    assert (seen["title"], seen["tags"], seen["status"]) == (title, tags, "streaming")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "JSON object"),
        ("{", "JSON object"),
        ("[" * 100_000, "JSON object"),
        ([], "JSON object"),
        ({"status": "done"}, "status can't be changed"),
        ({"title": 5}, "Give it text"),
        ({"title": "x" * 1001}, "1000 at most"),
        ({"tags": "a"}, "list of words"),
        ({"tags": [5]}, "words"),
        ({"tags": ["t"] * 101}, "101 tags"),
    ],
)
async def test_what_can_not_be_is_refused_and_changes_nothing(patch, fetch, one, value, says):
    answer = await patch(value)
    assert (answer.code, answer.error["type"]) == (400, "invalid-input")
    assert says in answer.error["message"]
    assert (await fetch("streams/one")).json["title"] == "old"


async def test_too_large_a_body_is_refused(patch, one):
    answer = await patch({"title": "x" * 300_000})
    assert (answer.code, answer.error["type"]) == (413, "too-large")


async def test_one_that_is_not_there_is_not_found(patch, one):
    assert (await patch({"title": "new"}, "none")).error["type"] == "not-found"


async def test_who_may_write_may(patch, one, allow, store):
    allow("read", "execute")
    assert (await patch({"title": "new"})).code == 403
    assert (await patch({"title": "new"}, headers=NOBODY)).code == 403
    assert (await store.info("one")).title == "old"
    allow("write")
    assert (await patch({"title": "new"})).code == 200


async def test_a_page_needs_the_xsrf_token(patch, one, page_headers, page_cookies):
    assert (await patch({"title": "new"}, headers=page_headers)).code == 403
    headers = {**page_headers, "X-XSRFToken": page_cookies["_xsrf"]}
    assert (await patch({"title": "new"}, headers=headers)).code == 200


async def test_pages_that_show_it_or_a_list_are_told(patch, one, connect):
    page = await connect()
    page.subscribe(1, "one")
    page.list(2)
    seen = []

    def told(message):
        seen.append(message)
        return {m["sub"] for m in seen if '"new"' in json.dumps(m)} == {1, 2}

    await page.until(lambda m: {1, 2} <= {n["sub"] for n in [*seen, m]} or seen.append(m))
    seen.clear()
    await patch({"title": "new"})
    await page.until(told)
