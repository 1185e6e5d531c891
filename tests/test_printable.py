"""What others wrote can't command a terminal."""

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb_persistent_stream.errors import SourceFailed, StreamFailed
from nb_persistent_stream.printable import printable
from nb_persistent_stream.protocol import ErrorRecord, Status, StreamInfo

COMMANDS = {
    "colour": "\x1b[31m",
    "clear the screen": "\x1b[2J\x1bc",
    "set the clipboard (OSC 52)": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "set the title (OSC 0)": "\x1b]0;title\x07",
    "a link (OSC 8)": "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "ask for an answer (DECRQSS)": "\x1bP$q m\x1b\\",
    "in one byte (C1)": "\x9b2J\x9d0;title\x9c",
    "overwrite the line": "real\rfake\x08\x08",
    "bell, shift": "\x07\x0e\x0f",
    "turn a line around (trojan source)": "\u202e\u2066\u2069\u202c",
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_no_command_is_left(command):
    shown = printable(f"a{command}b\tc\n")
    assert shown.startswith("a")
    assert shown.endswith("b\tc\n")
    assert all(character.isprintable() for character in shown.replace("\t", "").replace("\n", ""))


@given(st.text())
def test_text_without_commands_is_left_as_it_is(text):
    assert printable(printable(text)) == printable(text)
    plain = "".join(
        character for character in text if character.isprintable() or character in "\t\n"
    )
    assert printable(plain) == plain


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
@pytest.mark.parametrize("error", [SourceFailed, lambda text: StreamFailed("one", "", text)])
def test_a_traceback_holds_none(error, command):
    raised = error(f"the provider said {command}")
    trace = "".join(traceback.format_exception(raised)).replace("\n", "")
    assert printable(trace) == trace
    assert str(raised).startswith("the provider said ")


def test_a_handle_and_its_facts_hold_none():
    hostile = "".join(COMMANDS.values())
    info = StreamInfo(
        id="one",
        status=Status.ERROR,
        created_at=0.0,
        title=hostile,
        tags=(hostile,),
        error=ErrorRecord(type="failed", message=hostile),
    )
    assert printable(repr(info)) == repr(info)
