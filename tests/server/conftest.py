# ruff: noqa: F811  (fixtures are imported, and then taken as arguments)
"""A Jupyter server in this process with the extension loaded, on the loop of the test.

pytest-jupyter's fixtures are taken by name: its plugin as a whole brings a runner for async tests
and fixtures that run around every test of the suite.
"""

import asyncio
import json
import re

import pytest
from jupyter_server.auth import Authorizer
from pytest_jupyter.jupyter_core import (  # noqa: F401
    echo_kernel_spec,
    jp_config_dir,
    jp_data_dir,
    jp_env_config_path,
    jp_env_jupyter_path,
    jp_environ,
    jp_home_dir,
    jp_kernel_dir,
    jp_runtime_dir,
    jp_system_config_path,
    jp_system_jupyter_path,
)
from pytest_jupyter.jupyter_server import (  # noqa: F401
    jp_argv,
    jp_auth_header,
    jp_base_url,
    jp_configurable_serverapp,
    jp_fetch,
    jp_http_port,
    jp_logging_stream,
    jp_nbconvert_templates,
    jp_root_dir,
    jp_serverapp,
    jp_web_app,
    jp_ws_fetch,
)
from pytest_jupyter.pytest_tornasync import (  # noqa: F401
    http_server,
    http_server_client,
    http_server_port,
)

from nb_persistent_stream.kernel import runtime as runtimes
from nb_persistent_stream.protocol import Piece, place
from nb_persistent_stream.server.shelf import SHELF
from nb_persistent_stream.store import NewStream, SqliteStore

from . import described
from .page import Page

ROOT = ("nb-persistent-stream", "v1")


@pytest.fixture
def store_path(tmp_path, monkeypatch):
    path = tmp_path / "store" / "streams.db"
    monkeypatch.setenv("NB_STREAM_STORE", str(path))
    return path


@pytest.fixture
async def jp_asyncio_loop():
    return asyncio.get_running_loop()


# What a test of waiting readers needs not to wait for long, in seconds.
QUICK = {
    "sweep_interval": 0.02,
    "long_poll_timeout": 0.3,
    "sse_rotation": 3,
    "sse_keep_alive": 0.05,
}


@pytest.fixture
def jp_server_config(store_path):
    return {
        "ServerApp": {"jpserver_extensions": {"nb_persistent_stream": True}},
        "StreamExtension": {"sweep_interval": QUICK["sweep_interval"]},
    }


@pytest.fixture(autouse=True)
def settings(monkeypatch):
    monkeypatch.delenv("NB_STREAM_DURABILITY", raising=False)
    # The tests' drivers have no pulse: no sweep may end their streams.
    monkeypatch.setenv("NB_STREAM_LEASE", "3000")


@pytest.fixture
async def ended_server(jp_asyncio_loop):
    """Ends the server after the test."""
    from jupyter_server.serverapp import ServerApp

    yield
    app = ServerApp.instance()
    await app._cleanup()
    app.kernel_manager.context.destroy()
    ServerApp.clear_instance()


@pytest.fixture
def server(ended_server, jp_serverapp):
    return jp_serverapp


@pytest.fixture
async def store(store_path, ended_server):
    """The store as another process has it."""
    store = await SqliteStore.open(store_path)
    yield store
    await store.close()


@pytest.fixture
def shelf(server):
    return server.web_app.settings[SHELF]


@pytest.fixture
def fetch(server, jp_fetch):
    """Fetch from below the extension's root; gives the status code, the JSON and the headers.

    Each answer must be one that the OpenAPI document describes.
    """

    async def fetch(*path, params=None, **how):
        answer = await jp_fetch(*ROOT, *path, params=params, raise_error=False, **how)
        described.check("/" + "/".join(path).strip("/"), how.get("method", "GET"), answer)
        return Answer(answer)

    return fetch


@pytest.fixture
def put(fetch):
    """Make a stream over HTTP."""
    return sending(fetch, "PUT")


@pytest.fixture
def post(fetch):
    """Append to a stream over HTTP."""
    return sending(fetch, "POST")


def sending(fetch, method):
    async def send(stream_id, body="", content_type="text/plain", **headers):
        headers = {"Content-Type": content_type, **headers}
        return await fetch("stream", stream_id, method=method, body=body, headers=headers)

    return send


class Answer:
    def __init__(self, response):
        self.code = response.code
        self.headers = response.headers
        self.body = response.body

    @property
    def json(self):
        assert self.headers["Content-Type"].startswith("application/json"), self.body
        return json.loads(self.body)

    @property
    def error(self):
        """The word and the message of an error, whose form is checked."""
        assert self.headers["Content-Type"] == "application/problem+json", self.body
        problem = json.loads(self.body)
        assert sorted(problem) == ["detail", "status", "title", "type"]
        assert problem["status"] == self.code
        assert "Traceback" not in problem["detail"]
        assert len(problem["detail"]) > 5
        base, _, word = problem["type"].rpartition(":")
        assert base == "urn:problem-type:nb-persistent-stream"
        return {"type": word, "message": problem["detail"]}


@pytest.fixture
async def connect(server, jp_ws_fetch):
    """Open a page's socket; it is closed after the test."""
    pages = []

    async def connect(headers=None):
        pages.append(Page(await jp_ws_fetch(*ROOT, "live", headers=headers)))
        return pages[-1]

    connect.pages = pages
    yield connect
    for page in pages:
        await page.close()


@pytest.fixture
def begin(store):
    """Begin a stream as a driver does."""

    async def begin(stream_id="one", *texts, **new):
        lease = await store.create(NewStream(stream_id, "driver", **new))
        await store.start(lease)
        await say(store, lease, *texts)
        return lease

    return begin


async def say(store, lease, *texts, kind="text"):
    """Append to a stream."""
    if texts:
        end = (await store.info(lease.stream_id)).length
        await store.append(lease, list(place([Piece(text, kind) for text in texts], end)))


@pytest.fixture
def own_runtime(store_path, monkeypatch):
    """A driver's runtime that ends with the test."""
    monkeypatch.setattr(runtimes, "_runtime", None)
    yield
    runtime = runtimes.runtime()
    runtime.close(patient=False)
    runtime.loop.close()


class Only(Authorizer):
    """Allows what a test says, on this extension's resource."""

    allowed = ()

    def is_authorized(self, handler, user, action, resource):
        return resource == "nb-persistent-stream" and action in self.allowed


@pytest.fixture
def allow(server, monkeypatch):
    def allow(*actions):
        monkeypatch.setattr(Only, "allowed", actions)
        monkeypatch.setitem(server.web_app.settings, "authorizer", Only(parent=server))

    return allow


@pytest.fixture
def page_host(jp_http_port):
    """The server as `jp_ws_fetch` calls it: cookies and origins go by its name."""
    return {"Host": f"localhost:{jp_http_port}"}


@pytest.fixture
async def page_cookies(server, http_server_client, jp_base_url, page_host):
    """The cookies of a page that was opened with the token."""
    token = server.identity_provider.token
    set_ = []
    for url in (f"{jp_base_url}login", f"{jp_base_url}api/status?token={token}"):
        answer = await http_server_client.fetch(url, headers=page_host)
        set_ += [cookie.split(";")[0] for cookie in answer.headers.get_list("Set-Cookie")]
    return dict(re.match("([^=]+)=(.*)", cookie).groups() for cookie in set_)


@pytest.fixture
def page_headers(page_cookies, page_host):
    """What such a page sends: its cookies, and no token."""
    cookie = "; ".join(f"{name}={value}" for name, value in page_cookies.items())
    return {"Authorization": "", **page_host, "Cookie": cookie}
