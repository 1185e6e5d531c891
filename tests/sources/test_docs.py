"""The examples of docs/providers.md run, against aimock in the providers' place."""

import ast
import asyncio
import inspect
import re
from pathlib import Path

import pytest

from nb_persistent_stream import Stream
from nb_persistent_stream.sources import Piece, Request

from .reading import events_of

DOCS = (Path(__file__).parents[2] / "docs/providers.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)


@pytest.mark.slow  # LiteLLM takes long to import
@pytest.mark.filterwarnings("ignore")  # LiteLLM's dependencies warn
def test_the_examples_run(aimock, store_file, monkeypatch, capsys):
    for name in ("OPENAI", "ANTHROPIC", "GROQ"):
        monkeypatch.setenv(f"{name}_API_KEY", "sk-dummy-0123")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", aimock.url)
    monkeypatch.setenv("GROQ_API_BASE", f"{aimock.url}/v1")
    namespace = {}
    assert len(EXAMPLES) == 10
    for example in EXAMPLES:
        with monkeypatch.context() as patch:
            if "gpt-" in example:
                patch.setenv("OPENAI_BASE_URL", f"{aimock.url}/v1")
            here = example.replace("http://localhost:11434", aimock.url)
            code = compile(here, "providers.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            running = eval(code, namespace)
            if inspect.iscoroutine(running):
                asyncio.run(running)
        if isinstance(namespace.get("s"), Stream):
            assert namespace["s"].status == "done"
    printed = capsys.readouterr().out
    assert "get_weather {'city': 'Zürich'}" in printed
    assert "Ada" in printed
    said = asyncio.run(events_of(namespace["source"](Request([], "fast"))))
    assert said[1] == Piece("Hello ")


def test_every_adapter_and_limit_is_in_the_docs():
    from nb_persistent_stream.sources.models import ADAPTERS

    for name in [*(f'`"{name}"`' for name in ADAPTERS), "max_bytes", "first_timeout"]:
        assert name in DOCS
