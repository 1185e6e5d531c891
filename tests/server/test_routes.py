"""Every way into the extension, as it is registered: a new one is tested before it is written."""

import base64
import inspect

import pytest
from tornado.httpclient import HTTPClientError

from nb_persistent_stream.config import STATIC_DIR
from nb_persistent_stream.server.durable.handlers import SubscriptionsHandler
from nb_persistent_stream.server.handlers import NothingHandler
from nb_persistent_stream.server.live import LiveHandler
from nb_persistent_stream.server.page_token import PROTOCOL
from nb_persistent_stream.server.static import ViewerFileHandler

NOBODY = {"Authorization": ""}

# What tells nobody anything: these answer 404 and 501, and the viewer's code.
EMPTY = (NothingHandler, SubscriptionsHandler)
METHODS = ("get", "head", "post", "put", "patch", "delete")


def routes(server):
    """The extension's handlers, each with a path that leads to it."""
    app = server.extension_manager.extension_apps["nb_persistent_stream"].copy().pop()
    return [(path_to(pattern), handler) for pattern, handler, *_ in app.handlers]


def path_to(pattern):
    path = pattern.replace("store/([^/]+)", "store/info").replace("([^/]+)", "one")
    return path.replace("\\", "")


def offered(handler):
    """The methods that a handler has itself."""
    return [
        method.upper()
        for method in METHODS
        if any(method in vars(class_) for class_ in own_classes(handler))
    ]


def own_classes(handler):
    return [c for c in inspect.getmro(handler) if c.__module__.startswith("nb_persistent_stream")]


@pytest.fixture
def ways(server):
    """Every method of every route that knows something."""
    return [
        (method, path, handler)
        for path, handler in routes(server)
        if handler not in (*EMPTY, ViewerFileHandler, LiveHandler)
        for method in offered(handler)
    ]


@pytest.fixture
def ask(fetch):
    """Ask by one of the ways, as a program or as a page does."""

    async def ask(method, path, **how):
        _, _, path = path.partition("nb-persistent-stream/v1/")
        body = b"x" if method in ("POST", "PUT", "PATCH") else None
        headers = {"Content-Type": "text/plain", **how.pop("headers", {})}
        return await fetch(
            *(path.split("/") if path else "/"),
            method=method,
            body=body,
            headers=headers,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            **how,
        )

    return ask


async def test_each_of_them_is_known(ways, server):
    assert len(ways) >= 12
    assert {handler for _, handler in routes(server)} > {*EMPTY, ViewerFileHandler, LiveHandler}


async def test_without_a_token_none_of_them_tells_or_does_anything(ways, ask, begin, store):
    await begin("one", "the text")
    for method, path, _ in ways:
        answer = await ask(method, path, headers=NOBODY)
        assert answer.code in (401, 403), (method, path)
        assert b"the text" not in answer.body
    assert (await store.info("one")).length == 8


async def test_the_authorizer_is_asked_by_each_of_them(ways, ask, begin, store, allow):
    await begin("one", "the text")
    allow()
    for method, path, _ in ways:
        answer = await ask(method, path)
        assert answer.code == 403, (method, path)
        assert b"the text" not in answer.body
    assert (await store.info("one")).length == 8


@pytest.mark.parametrize("token", ["without", "with"])
async def test_a_form_on_another_site_does_nothing(
    ways, ask, begin, store, page_headers, page_cookies, token
):
    """Its browser sends the cookies along; it can't read the XSRF token, but may have guessed."""
    await begin("one", "the text")
    headers = {**page_headers, "Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    if token == "with":
        headers["X-XSRFToken"] = page_cookies["_xsrf"]
    for method, path, _ in ways:
        answer = await ask(method, path, headers=headers)
        assert answer.code in (403, 404), (method, path)
        assert b"the text" not in answer.body
    info = await store.info("one")
    assert (info.length, info.cancel_requested) == (8, False)


@pytest.mark.parametrize("handler", EMPTY)
def test_what_is_not_asked_for_a_token_has_nothing_to_tell(handler):
    assert [c for c in own_classes(handler) if c is handler]
    assert offered(handler) == []


async def test_of_the_viewers_folder_nothing_but_its_code_is_served(fetch):
    answer = await fetch("static", "widget.js", headers=NOBODY)
    assert answer.code == 200
    assert answer.body == (STATIC_DIR / "widget.js").read_bytes()
    for path in ("../config.py", "..%2fconfig.py", "%2e%2e/config.py", "/etc/passwd", "."):
        answer = await fetch("static", path, headers=NOBODY)
        assert answer.code in (403, 404), path


class TestPageToken:
    """A page's token reaches the socket in a header, not in its address."""

    def offer(self, token):
        coded = base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
        return {
            **NOBODY,
            "Sec-WebSocket-Protocol": f"{PROTOCOL}, nb-persistent-stream.token.{coded}",
        }

    async def test_it_opens_the_socket(self, connect, server):
        page = await connect(self.offer(server.identity_provider.token))
        assert page.socket.selected_subprotocol == PROTOCOL
        page.subscribe(1, "none")
        assert (await page.next())["error"]["type"] == "not-found"

    @pytest.mark.parametrize("token", ["wrong", "", "\x00", "€", "a\r\nb"])
    async def test_a_wrong_one_does_not(self, connect, token):
        with pytest.raises(HTTPClientError) as caught:
            await connect(self.offer(token))
        assert caught.value.code == 403

    @pytest.mark.parametrize("coded", ["", "?", "A", "AAAA,AAAA"])
    async def test_what_is_no_token_does_not(self, connect, coded):
        offer = f"{PROTOCOL}, nb-persistent-stream.token.{coded}"
        with pytest.raises(HTTPClientError) as caught:
            await connect({**NOBODY, "Sec-WebSocket-Protocol": offer})
        assert caught.value.code == 403

    async def test_it_is_in_no_log(self, connect, server, caplog):
        caplog.set_level("DEBUG")
        token = server.identity_provider.token
        caplog.clear()  # Jupyter itself tells whoever starts it
        await (await connect(self.offer(token))).close()
        coded = self.offer(token)["Sec-WebSocket-Protocol"].rpartition(".")[2]
        assert "v1/live" in caplog.text
        assert token not in caplog.text
        assert coded not in caplog.text
