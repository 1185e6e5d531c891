"""The README's examples run, in order, as one reader would run them."""

import ast
import asyncio
import inspect
import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.slow
def test_the_five_examples_run(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("NB_STREAM_STORE", str(tmp_path / "streams.db"))
    assert len(EXAMPLES) == 5
    namespace = {}
    for example in EXAMPLES:
        code = compile(example, "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        result = eval(code, namespace)
        if inspect.iscoroutine(result):
            asyncio.run(result)
    assert "Explain" in namespace["text"]
    printed = capsys.readouterr().out
    assert "0 text loading..." in printed
    assert "so far:" in printed


def test_every_setting_is_in_the_readme_and_none_other():
    config = Path(__file__).parents[1] / "nb_persistent_stream/config.py"
    assert set(re.findall(r"NB_STREAM_\w+", config.read_text())) == set(
        re.findall(r"NB_STREAM_\w+", README)
    )


def test_the_commands_of_the_readme_are_make_targets():
    makefile = (Path(__file__).parents[1] / "Makefile").read_text()
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
