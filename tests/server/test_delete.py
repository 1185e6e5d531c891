"""Deleting a stream through the server."""

import pytest

import nb_persistent_stream
from nb_persistent_stream.errors import StreamNotFound
from nb_persistent_stream.protocol import Report, Status

DELETE = {"method": "DELETE"}


@pytest.mark.parametrize("status", [Status.STREAMING, Status.DONE])
async def test_a_stream_is_deleted_live_or_not(fetch, store, begin, status):
    lease = await begin("one", "text")
    if status.final:
        await store.finish(lease, status, Report())
    answer = await fetch("streams/one", **DELETE)
    assert (answer.code, answer.body) == (204, b"")
    with pytest.raises(StreamNotFound):
        await store.info("one")
    for again in (await fetch("streams/one", **DELETE), await fetch("streams/one")):
        assert (again.code, again.error["type"]) == (404, "not-found")


async def test_who_follows_it_is_told(fetch, begin, connect):
    await begin("one", "text")
    page = await connect()
    page.subscribe(1, "one")
    await page.until(lambda message: message["type"] == "deltas")
    assert (await fetch("streams/one", **DELETE)).code == 204
    message = await page.next()
    assert (message["type"], message["error"]["type"]) == ("error", "not-found")


async def test_its_driver_stops(fetch, own_runtime):
    writer = nb_persistent_stream.create(show=False)
    writer.write("said ")
    assert (await fetch(f"streams/{writer.id}", **DELETE)).code == 204
    with pytest.raises(nb_persistent_stream.StreamFailed, match="was deleted") as caught:
        await writer
    assert caught.value.text == "said "
