"""A stream that broke off and is taken up: a page that is still there hears of it."""

import pytest

from nb_persistent_stream.protocol import Provenance, Report, Status
from nb_persistent_stream.server.crowd import SUBSCRIPTIONS

from ..waiting import eventually
from .conftest import say

ASKED = Provenance(prompt="p", options={"background": True})


@pytest.fixture
async def page(connect):
    return await connect()


@pytest.fixture
def lose(store, begin):
    async def lose(**new):
        """A stream whose driver has vanished."""
        lease = await begin("one", "said ", **new)
        await store.report(lease, Report(response_id="resp_1"))
        assert await store.expire(await store.info("one"), "gone")

    return lose


@pytest.mark.parametrize("opened", ["before", "after"])
async def test_a_page_hears_that_a_stream_lives_again(page, store, begin, lose, opened):
    if opened == "before":
        lease = await begin("one", "said ", provenance=ASKED)
        page.subscribe(1, "one")
        await page.next()
        await store.report(lease, Report(response_id="resp_1"))
        assert await store.expire(await store.info("one"), "gone")
    else:
        await lose(provenance=ASKED)
        page.subscribe(1, "one")
    assert (await page.end(1))[-1]["state"]["status"] == "timeout"
    await store.claim("one", "other", epoch=1)
    assert (await page.next())["state"]["status"] == "streaming"


async def test_what_ended_between_two_looks_is_told_too(page, store, lose):
    await lose(provenance=ASKED)
    page.subscribe(1, "one")
    await page.end(1)
    lease = await store.claim("one", "other", epoch=1)
    await say(store, lease, "and the rest")
    await store.finish(lease, Status.DONE, Report())
    assert (await page.next())["state"]["status"] == "done"


async def test_what_nobody_can_take_up_is_followed_no_more(page, server, lose):
    await lose()
    page.subscribe(1, "one")
    await page.end(1)
    crowd = server.web_app.settings[SUBSCRIPTIONS]
    await eventually(lambda: crowd._count == 0)
