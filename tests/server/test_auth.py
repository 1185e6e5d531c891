"""Who may do what: without a token nothing, with an authorizer what it allows."""

import pytest
from tornado.httpclient import HTTPClientError

CANCEL = {"method": "POST", "body": ""}
DELETE = {"method": "DELETE"}
READS = ["/", "streams", "streams/one", "streams/one/body", "nothing"]
WRITES = ["streams/one/cancel", "placed"]
NOBODY = {"Authorization": ""}
EVIL = {"Origin": "http://evil.example"}


@pytest.mark.parametrize("path", [*READS, *WRITES])
async def test_without_a_token_nothing_is_told(fetch, begin, path):
    await begin("one", "the text")
    how = CANCEL if path in WRITES else {}
    answer = await fetch(path, headers=NOBODY, follow_redirects=False, **how)
    assert answer.code in (401, 403)
    assert answer.error["type"] in ("unauthorized", "forbidden")
    assert b"the text" not in answer.body


@pytest.mark.parametrize("how", [{}, {"method": "PUT", "body": "hi"}])
@pytest.mark.parametrize("token", ["", "token wrong"])
async def test_without_a_token_it_says_how_to_send_one(fetch, how, token):
    answer = await fetch("stream/one", headers={"Authorization": token}, **how)
    assert "`Authorization: token …`" in answer.error["message"]
    assert "jupyter server list" in answer.error["message"]


async def test_by_another_name_it_says_which_setting_allows_it(fetch):
    answer = await fetch("streams", headers={"Host": "evil.example"})
    assert answer.code == 403
    assert "ServerApp.local_hostnames" in answer.error["message"]


async def test_without_a_token_nothing_is_deleted(fetch, store, begin):
    await begin()
    answer = await fetch("streams/one", headers=NOBODY, follow_redirects=False, **DELETE)
    assert answer.code in (401, 403)
    assert (await store.info("one")).id == "one"


async def test_with_a_wrong_token_nothing_is_told(fetch):
    answer = await fetch("streams", headers={"Authorization": "token wrong"})
    assert answer.code == 403


async def test_without_a_token_the_socket_stays_shut(connect):
    with pytest.raises(HTTPClientError) as caught:
        await connect(NOBODY)
    assert caught.value.code == 403


class TestCookie:
    """A page is known by its cookie; what changes something needs the XSRF token too."""

    @pytest.fixture
    def headers(self, page_cookies, page_headers):
        return page_headers

    @pytest.fixture
    def cookies(self, page_cookies):
        return page_cookies

    async def test_it_may_read(self, fetch, begin, headers):
        await begin()
        assert (await fetch("streams/one", headers=headers)).code == 200

    async def test_it_may_not_change_without_the_xsrf_token(self, fetch, store, begin, headers):
        await begin()
        answer = await fetch("streams/one/cancel", headers=headers, **CANCEL)
        assert (answer.code, answer.error["type"]) == (403, "forbidden")
        assert "X-XSRFToken" in answer.error["message"]
        assert not (await store.info("one")).cancel_requested

    async def test_it_may_delete_with_the_xsrf_token_only(
        self, fetch, store, begin, headers, cookies
    ):
        await begin()
        answer = await fetch("streams/one", headers=headers, **DELETE)
        assert (answer.code, answer.error["type"]) == (403, "forbidden")
        assert (await store.info("one")).id == "one"
        headers = {**headers, "X-XSRFToken": cookies["_xsrf"]}
        assert (await fetch("streams/one", headers=headers, **DELETE)).code == 204

    async def test_it_may_change_with_it(self, fetch, store, begin, headers, cookies):
        await begin()
        headers = {**headers, "X-XSRFToken": cookies["_xsrf"]}
        assert (await fetch("streams/one/cancel", headers=headers, **CANCEL)).code == 202
        assert (await store.info("one")).cancel_requested

    async def test_it_may_open_the_socket(self, connect, headers, jp_http_port):
        page = await connect({**headers, "Origin": f"http://localhost:{jp_http_port}"})
        page.subscribe(1, "none")
        assert (await page.next())["error"]["type"] == "not-found"

    async def test_from_another_origin_it_may_not_open_the_socket(self, connect, headers):
        with pytest.raises(HTTPClientError) as caught:
            await connect({**headers, **EVIL})
        assert caught.value.code == 403

    async def test_from_another_origin_it_is_told_nothing(self, fetch, begin, headers):
        await begin("one", "the text")
        answer = await fetch("streams/one/body", headers={**headers, **EVIL})
        assert answer.code in (403, 404)
        assert b"the text" not in answer.body


@pytest.mark.parametrize("path", READS[:-1])
async def test_who_may_not_read_is_told_nothing(fetch, begin, allow, path):
    await begin()
    allow("write", "execute")
    answer = await fetch(path)
    assert (answer.code, answer.error["type"]) == (403, "forbidden")


async def test_who_may_not_read_gets_no_socket(connect, allow):
    allow("write", "execute")
    with pytest.raises(HTTPClientError) as caught:
        await connect()
    assert caught.value.code == 403


async def test_who_may_only_read_may_not_stop(fetch, store, begin, allow, connect):
    await begin()
    allow("read")
    assert (await fetch("streams/one")).code == 200
    await connect()
    answer = await fetch("streams/one/cancel", **CANCEL)
    assert (answer.code, answer.error["type"]) == (403, "forbidden")
    assert not (await store.info("one")).cancel_requested


async def test_who_may_execute_may_stop(fetch, begin, allow):
    await begin()
    allow("execute")
    assert (await fetch("streams/one/cancel", **CANCEL)).code == 202


async def test_who_may_not_write_may_not_delete(fetch, store, begin, allow):
    await begin()
    allow("read", "execute")
    answer = await fetch("streams/one", **DELETE)
    assert (answer.code, answer.error["type"]) == (403, "forbidden")
    assert (await store.info("one")).id == "one"
    allow("write")
    assert (await fetch("streams/one", **DELETE)).code == 204


async def test_who_may_read_may_list(begin, allow, connect):
    await begin()
    allow("read")
    page = await connect()
    page.list(1)
    assert (await page.next())["total"] == 1
