"""`%%stream` and `%stream`, in a Jupyter kernel and in IPython's terminal."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nb_persistent_stream.sources.demo import compose

from .notebook import MIME, Notebook
from .terminal import read_terminal

OPTIONS = (
    "--model", "--system", "--name", "--reuse", "--reuse-cell", "--no-reuse", "--title", "--tag",
    "--base-url", "--api", "--chunk-by", "--max-delay",
    "--max-bytes", "--first-timeout", "--idle-timeout", "--option", "--raw", "--help",
)  # fmt: skip


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernel")
    store = str(folder / "streams.db")
    notebook = Notebook(
        folder, NB_STREAM_STORE=store, NB_STREAM_DURABILITY="normal", NB_STREAM_MODEL="demo"
    )
    notebook.run("%load_ext nb_persistent_stream\nfast = 5000\nsubject = 'WAL'\nn = 2")
    yield notebook
    notebook.close()


@pytest.fixture
def asked(kernel):
    """Run a magic and give what is stored of the prompt and of how it was asked."""

    def run(code):
        [bundle] = kernel.shown(kernel.run(code))
        stream_id = bundle[MIME]["stream_id"]
        told = kernel.run(
            "from nb_persistent_stream import get\n"
            f"i = get({stream_id!r}).info; p = i.provenance\n"
            "print(repr({'prompt': p.prompt, 'model': p.model, 'system': p.system, "
            "'title': i.title, 'tags': i.tags, 'options': p.options}))"
        )
        return eval(kernel.printed(told))

    return run


def mistake(kernel, code):
    """What a magic says when it can't do what it is told: one line, and no traceback."""
    cell = kernel.run(code)
    assert not kernel.shown(cell)
    said = kernel.printed(cell)
    assert said.startswith("UsageError: ")
    assert said.count("\n") == 1
    return said


class TestCell:
    def test_the_cell_is_the_prompt(self, kernel, asked):
        facts = asked("%%stream\nExplain {subject}\nin {n + 1} lines\n")
        assert facts["prompt"] == "Explain WAL\nin 3 lines"

    def test_every_option_is_used(self, asked):
        facts = asked(
            "%%stream -m demo --system 'Be {n}' -n kept -t \"A title\" --tag a --tag b "
            "--api demo --chunk-by 64 --max-delay 0.5 --max-bytes 9999 --first-timeout 9 "
            "--idle-timeout 9.5 -o pace={fast}\nhi"
        )
        assert facts == {
            "prompt": "hi", "model": "demo", "system": "Be 2", "title": "A title",
            "tags": ("a", "b"), "options": {"pace": 5000, "api": "demo"},
        }  # fmt: skip

    def test_the_handle_is_kept_and_given(self, kernel):
        cell = kernel.run("%%stream -n kept -o pace=5000\nhi")
        assert len(kernel.shown(cell)) == 1
        assert kernel.printed(kernel.run("print(kept.result())")) == compose("hi") + "\n"
        kernel.run("s = %stream -o pace=5000 hi\nassert s.id != kept.id and _.id == kept.id")

    @pytest.mark.parametrize(
        ("cell", "prompt"),
        [
            ("f = {{subject}}", "f = {subject}"),
            ("costs $5, $subject", "costs $5, $subject"),
            ("{'a'.upper()}", "A"),
            ("{[1, 2, 3][1:2]}", "[2]"),
        ],
    )
    def test_braces(self, asked, cell, prompt):
        assert asked(f"%%stream\n{cell}")["prompt"] == prompt

    def test_raw_fills_nothing_in(self, asked):
        code = 'def f(): return {"a": {subject}}'
        assert asked(f"%%stream --raw\n{code}")["prompt"] == code

    def test_what_was_asked_is_shown_again(self, kernel):
        first = kernel.shown(kernel.run("%%stream --reuse -o pace=5000\nonce"))[0][MIME]
        kernel.run("_.result();")
        [again] = kernel.shown(kernel.run("%%stream --reuse -o pace=5000\nonce"))
        assert (again[MIME]["stream_id"], again[MIME]["reused"]) == (first["stream_id"], True)
        assert "reused" not in first
        assert again["text/plain"] == compose("once")
        [fresh] = kernel.shown(kernel.run("%%stream --reuse --no-reuse -o pace=5000\nonce"))
        assert fresh[MIME]["stream_id"] != first["stream_id"]


class TestLine:
    @pytest.mark.parametrize(
        ("line", "prompt"),
        [
            ('Don\'t say "no"  twice, {subject}', 'Don\'t say "no"  twice, WAL'),
            ("-m demo  say what --model does", "say what --model does"),
            ('-m demo "What is {subject}?"', "What is WAL?"),
            ("'one' 'two'", "'one' 'two'"),
            ('print("x")', 'print("x")'),
            ("{{ }}", "{ }"),
        ],
    )
    def test_the_rest_of_the_line_is_the_prompt(self, asked, line, prompt):
        assert asked(f"%stream {line}")["prompt"] == prompt


class TestMistakes:
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("%%stream --bogus\nhi", "unrecognized arguments: --bogus"),
            ("%%stream hello\nhi", "'hello' is none of the options"),
            ("%%stream --max-delay soon\nhi", "invalid float value: 'soon'"),
            ("%%stream --model\nhi", "expected one argument"),
            ("%%stream --chunk-by page\nhi", "Use 'word', 'sentence'"),
            ("%%stream --name a-b\nhi", "Give the name of a variable"),
            ("%%stream -o pace\nhi", "temperature=0"),
            ("%%stream -o pac=1\nhi", "The demo model has no option pac"),
            ("%%stream\n{nobody}", "name 'nobody' is not defined. Write {{ and }}"),
            ("%%stream\nif (x) { y", "--raw to fill nothing in"),
            ("%%stream\n   ", "The prompt is empty"),
            ("%stream", "The prompt is empty"),
        ],
    )
    def test_a_mistake_gets_a_line_that_helps(self, kernel, code, words):
        assert words in mistake(kernel, code)


def test_the_examples_of_the_docs_run(kernel):
    docs = (Path(__file__).parents[2] / "docs" / "magics.md").read_text()
    load, ask = re.findall(r"```text\n(.*?)```", docs, re.DOTALL)
    kernel.run(load)
    kernel.run(ask)
    printed = kernel.printed(kernel.run("print(answer.info.provenance.prompt)"))
    assert printed == "Explain WAL to somebody who knows files.\n"


class TestHelp:
    def test_it_is_complete(self, kernel):
        helped = kernel.printed(kernel.run("%stream --help"))
        for words in (*OPTIONS, "%stream asks what stands on the line", "{{ and }}"):
            assert words in helped
        reply = kernel.client.inspect("%%stream", 8, reply=True, timeout=60)
        inspected = reply["content"]["data"]["text/plain"]
        assert all(option in inspected for option in OPTIONS)


def test_in_a_terminal_it_prints_the_answer_once_and_waits(tmp_path):
    here, there = pty.openpty()
    env = os.environ | {
        "NB_STREAM_STORE": str(tmp_path / "streams.db"),
        "NB_STREAM_MODEL": "demo",
        "IPYTHONDIR": str(tmp_path),
        "TERM": "dumb",
    }
    lines = ["%load_ext nb_persistent_stream", "%stream -o pace=5000 Say this", "print('after')"]
    run = subprocess.Popen(
        [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit"],
        stdin=subprocess.PIPE, stdout=there, stderr=there, env=env,
    )  # fmt: skip
    os.close(there)
    run.stdin.write("\n".join([*lines, "exit", ""]).encode())
    run.stdin.close()
    printed = read_terminal(here)
    run.wait(60)
    assert printed.count(compose("Say this")) == 1
    assert printed.index("or `base_url=` names a server.") < printed.index("after")
