"""Errors are JSON with a type and a message that helps, whatever went wrong."""

import pytest

CANCEL = {"method": "POST", "body": ""}
DELETE = {"method": "DELETE"}


@pytest.mark.parametrize(
    ("path", "how"),
    [
        ("streams/none", {}),
        ("streams/none/body", {}),
        ("streams/none/cancel", CANCEL),
        ("streams/none", DELETE),
    ],
)
async def test_an_unknown_stream_is_not_found(fetch, path, how):
    answer = await fetch(path, **how)
    assert answer.code == 404
    assert answer.error["type"] == "not-found"
    assert "NB_STREAM_STORE" in answer.error["message"]


@pytest.mark.parametrize("stream_id", ["%20", "a b", "-x", "%2e%2e", "ü", "x" * 200, "%00"])
async def test_what_is_no_stream_id_is_told_so(fetch, stream_id):
    answer = await fetch("streams", stream_id)
    assert answer.code == 400
    assert "is not a stream id" in answer.error["message"]


@pytest.mark.parametrize("path", ["nothing", "streams/one/nothing", "streams/one/body/more"])
async def test_an_unknown_resource_is_not_found(fetch, path):
    answer = await fetch(path)
    assert (answer.code, answer.error["type"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/", "POST"),
        ("streams", "POST"),
        ("streams", "DELETE"),
        ("streams/one", "PUT"),
        ("streams/one/body", "PATCH"),
        ("streams/one/cancel", "GET"),
    ],
)
async def test_a_method_that_is_none_is_told_so(fetch, path, method):
    answer = await fetch(path, method=method, allow_nonstandard_methods=True)
    assert (answer.code, answer.error["type"]) == (405, "not-allowed")
    assert answer.error["message"].startswith(f"This address has no {method}. It has ")
    assert answer.error["message"].endswith(f"{answer.headers['Allow']}.")


@pytest.mark.parametrize("path", ["streams", "streams/one", "streams/one/body"])
async def test_a_damaged_store_is_told_and_left_as_it_is(fetch, store_path, path):
    store_path.parent.mkdir()
    damaged = b"SQLite format 3\0" + b"no database " * 1000
    store_path.write_bytes(damaged)
    answer = await fetch(path)
    assert (answer.code, answer.error["type"]) == (503, "corrupt")
    assert str(store_path) in answer.error["message"]
    assert "move it away" in answer.error["message"]
    assert store_path.read_bytes() == damaged


async def test_a_store_that_was_damaged_is_tried_again(fetch, store_path):
    store_path.parent.mkdir()
    store_path.write_bytes(b"no database " * 1000)
    assert (await fetch("streams")).code == 503
    store_path.unlink()
    assert (await fetch("streams")).json["streams"] == []


async def test_a_bug_is_told_without_its_details(fetch, shelf, monkeypatch):
    async def fails():
        raise RuntimeError("secret details")

    monkeypatch.setattr(shelf, "store", fails)
    answer = await fetch("streams")
    assert (answer.code, answer.error["type"]) == (500, "failed")
    assert "secret" not in answer.error["message"]
    assert "log" in answer.error["message"]
