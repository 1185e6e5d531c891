"""Adapters of other packages, from one that is really installed."""

import subprocess
import sys

import pytest

from nb_persistent_stream import get, stream
from nb_persistent_stream.errors import InvalidInput

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "acme-stream"
version = "1.0"

[project.entry-points."nb_persistent_stream.sources"]
acme = "acme_stream:source"
"""
MODULE = """\
from nb_persistent_stream.sources import Piece, Report, Source


def source(request):
    async def say():
        yield Piece(f"{request.model} heard {request.messages[-1]['content']}")
        yield Report(finish_reason="stop")

    return Source(say, provider="acme", model=request.model)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder in which such a package is installed."""
    project = tmp_path_factory.mktemp("acme")
    (project / "pyproject.toml").write_text(PYPROJECT)
    (project / "acme_stream.py").write_text(MODULE)
    site = project / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    command = [*pip, "--no-build-isolation", "--target", str(site), str(project)]
    subprocess.run(command, check=True)
    return site


@pytest.fixture
def acme(site, monkeypatch, store_file):
    monkeypatch.syspath_prepend(str(site))


@pytest.mark.parametrize("how", [{"model": "acme/fast"}, {"model": "fast", "api": "acme"}])
def test_it_is_found_by_the_models_name_or_explicitly(acme, how):
    s = stream("hi", show=False, **how)
    assert s.result(30) == "fast heard hi"
    stored = get(s.id).info
    assert (stored.provenance.provider, stored.model) == ("acme", "fast")
    assert get(s.id).retry(show=False).result(30) == "fast heard hi"
    assert s.retry(model="acme/slow", show=False).result(30) == "slow heard hi"


def test_an_adapter_that_is_not_there_is_named_with_those_that_are(acme):
    with pytest.raises(InvalidInput, match="api is 'acne', which is not installed") as caught:
        stream("hi", model="fast", api="acne", show=False)
    for name in ("chat", "responses", "anthropic", "litellm", "demo", "acme"):
        assert repr(name) in str(caught.value)
