import os

import pytest

from nb_persistent_stream import stream
from nb_persistent_stream.kernel import runtime as runtimes

from .aimock import Aimock


@pytest.fixture(scope="session")
def aimock(tmp_path_factory):
    server = Aimock(tmp_path_factory.mktemp("aimock"))
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    """No test meets the settings of whoever runs it."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "ANTHROPIC_", "NB_STREAM_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # or its import asks GitHub


@pytest.fixture
def store_file(tmp_path, monkeypatch):
    """A store for the public functions, and a runtime of its own that ends with the test."""
    path = tmp_path / "streams.db"
    monkeypatch.setenv("NB_STREAM_STORE", str(path))
    monkeypatch.setattr(runtimes, "_runtime", None)
    yield path
    runtime = runtimes.runtime()
    runtime.close(patient=False)
    runtime.loop.close()


@pytest.fixture
def ask(aimock, store_file, monkeypatch):
    """Ask the model at aimock."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-dummy-0123456789")

    def ask(prompt, **options):
        options = {"base_url": f"{aimock.url}/v1", "max_retries": 0, **options}
        return stream(prompt, model="gpt-test", show=False, **options)

    return ask


PROVIDERS = {
    "chat": {"model": "gpt-test", "path": "/v1"},
    "responses": {"model": "gpt-test", "path": "/v1", "api": "responses"},
    "anthropic": {"model": "claude-test", "path": "", "api": "anthropic"},
    "openrouter": {"model": "openai/gpt-test", "path": "/api/v1"},
    "litellm": {"model": "openai/gpt-test", "path": "/v1", "api": "litellm"},
}


@pytest.fixture(params=PROVIDERS)
def provider(request):
    """The name of each provider in turn."""
    return request.param


@pytest.fixture
def ask_provider(provider, aimock, store_file):
    """Ask the provider at aimock, or at another server."""

    def ask(prompt, server=aimock.url, **options):
        chosen = dict(PROVIDERS[provider])
        options = {"api_key": "sk-dummy-0123456789", "max_retries": 0, **options}
        return stream(prompt, base_url=server + chosen.pop("path"), show=False, **chosen, **options)

    return ask


@pytest.fixture
def hold(store_file):
    """Stream something without showing it."""
    return lambda held, **how: stream(held, show=False, **how)


@pytest.fixture
def expected(aimock):
    return aimock.response("plain answer")["content"]
