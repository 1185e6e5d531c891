"""`%%stream` and `%stream`: a prompt as a cell, or as a line."""

from __future__ import annotations

import argparse
import json
import re
from contextlib import suppress
from typing import Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.utils.text import FullEvalFormatter

from ..errors import InvalidInput, StreamEnded
from . import frontend
from .api import stream
from .handle import Stream

# A word of a line: quotation marks hold one together, and one alone is a character as any.
_WORD = re.compile(r"""(?:[^\s"']|"[^"]*"|'[^']*'|["'])+""")
_QUOTED = re.compile(r""""([^"]*)"|'([^']*)'""")
# What a line says that is no argument of `stream()`.
_OURS = ("prompt", "name", "option", "raw", "help")


@magics_class
class StreamMagics(Magics):
    """The magics of this package."""

    shell: InteractiveShell

    @no_var_expand  # they are filled in here, and only where they stand in braces
    @magic_arguments("stream")
    @argument("-m", "--model", metavar="M", help="whom to ask; else NB_STREAM_MODEL")
    @argument("-s", "--system", metavar="S", help="the system message")
    @argument("-n", "--name", metavar="VAR", help="keep the stream's handle in this variable")
    @argument(
        "--reuse", action="store_const", const=True,
        help="show the stored answer where the same was asked before",
    )  # fmt: skip
    @argument(
        "--reuse-cell", dest="reuse", action="store_const", const="cell",
        help="the same, but only answers of this cell",
    )  # fmt: skip
    @argument(
        "--no-reuse", dest="reuse", action="store_const", const=False,
        help="ask, whatever NB_STREAM_REUSE says",
    )  # fmt: skip
    @argument("-t", "--title", metavar="T", help="shown above the text and in lists")
    @argument(
        "--tag", dest="tags", action="append", metavar="WORD",
        help="a word to find the stream by; may be repeated",
    )  # fmt: skip
    @argument("--base-url", metavar="URL", help="the address of an OpenAI-compatible server")
    @argument(
        "--api", metavar="NAME",
        help="how the model is asked: chat, responses, anthropic, litellm; else by its name",
    )  # fmt: skip
    @argument(
        "--chunk-by", type=lambda unit: int(unit) if unit.isdigit() else unit, metavar="UNIT",
        help="where text may be cut: word, sentence, paragraph, or a number of bytes",
    )  # fmt: skip
    @argument(
        "--max-delay", type=float, metavar="SECONDS", help="the longest that text waits for a cut"
    )
    @argument("--max-bytes", type=int, metavar="N", help="the longest answer")
    @argument(
        "--first-timeout", type=float, metavar="SECONDS", help="the longest wait for the first word"
    )
    @argument(
        "--idle-timeout", type=float, metavar="SECONDS", help="the longest silence after that"
    )
    @argument(
        "-o", "--option", action="append", default=[], metavar="NAME=VALUE",
        help="an option of the model, such as temperature=0; may be repeated",
    )  # fmt: skip
    @argument("--raw", action="store_true", help="fill nothing in: braces are braces")
    @argument("-h", "--help", action="store_true", help="show this help")
    @argument("prompt", nargs=argparse.REMAINDER, help="the prompt of %%stream, to the line's end")
    @line_cell_magic
    def stream(self, line: str, cell: str | None = None) -> Stream | None:
        """Ask a model and show its answer as it comes.

        %stream asks what stands on the line after the options; with two percent signs it asks what
        stands in the cell below them. Expressions in braces are filled in, as in {subject}, also
        in the options; {{ and }} are braces that stand for themselves. A line that ends with a
        question mark asks IPython for help: put its prompt in quotation marks.
        """
        parser = self.stream.parser
        asked = _parsed(parser, line)
        if asked.help:
            print(parser.format_help())  # noqa: T201  (that is what help is)
            return None
        if cell is not None and asked.prompt:
            raise UsageError(
                f"{asked.prompt!r} is none of the options of %%stream, and its prompt is the cell. "
                "%stream --help lists them."
            )
        try:
            handle = self._ask(asked, asked.prompt if cell is None else cell.strip("\n"))
        except InvalidInput as error:
            raise UsageError(str(error)) from None
        if asked.name:
            self.shell.user_ns[asked.name] = handle
        if frontend.in_terminal():
            with suppress(StreamEnded):  # the view has said it
                handle.result()
        return handle

    def _ask(self, asked: argparse.Namespace, prompt: str) -> Stream:
        given: dict[str, Any] = {
            name: value
            for name, value in vars(asked).items()
            if name not in _OURS and value is not None
        }
        fill = str if asked.raw else self._fill
        for name, value in given.items():
            if isinstance(value, str):
                given[name] = fill(value)
        given |= dict(_option(fill(text)) for text in asked.option)
        return stream(fill(prompt), **given)

    def _fill(self, text: str) -> str:
        """The text with its {expressions} filled in, by the formatter of `!command {expression}`.

        Where that leaves a text alone that it can't fill, this says so: to ask costs money.
        """
        try:
            filled: str = FullEvalFormatter().vformat(text, (), self.shell.user_ns)
        except Exception as error:  # whatever an expression may raise
            raise UsageError(
                f"The braces can't be filled in: {error}. Write {{{{ and }}}} for braces that "
                "stand for themselves, or add --raw to fill nothing in."
            ) from None
        return filled


def _parsed(parser: argparse.ArgumentParser, line: str) -> argparse.Namespace:
    """A line's options, and the rest of it as the prompt, as it was written."""
    words = list(_WORD.finditer(line))
    try:
        asked = parser.parse_args([_unquoted(word[0]) for word in words])
    except UsageError as error:
        raise UsageError(f"{error}. %stream --help lists the options.") from None
    prompt = line[words[-len(asked.prompt)].start() :].strip() if asked.prompt else ""
    asked.prompt = _unquoted(prompt) if _QUOTED.fullmatch(prompt) else prompt
    if asked.name and not asked.name.isidentifier():
        raise UsageError(f"--name is {asked.name!r}. Give the name of a variable.")
    return asked


def _unquoted(word: str) -> str:
    return _QUOTED.sub(lambda quoted: quoted[1] or quoted[2] or "", word)


def _option(text: str) -> tuple[str, Any]:
    """An option's name and its value, which is JSON or else text."""
    name, equals, value = text.partition("=")
    if not (equals and name.isidentifier()):
        raise UsageError(f"--option is {text!r}. Give a name and a value, as in temperature=0.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
