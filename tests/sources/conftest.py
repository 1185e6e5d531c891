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
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "NB_STREAM_MODEL", "NB_STREAM_STORE"):
        monkeypatch.delenv(name, raising=False)


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
