"""Bytes that ought to be UTF-8."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb_persistent_stream.protocol import Delta, after, size
from nb_persistent_stream.utf8 import parts, shown, whole

EURO = "€".encode()


@given(st.binary())
def test_what_is_shown_takes_as_many_bytes_as_it_shows(data):
    assert size(shown(data)) == len(data)


@given(st.text())
def test_text_is_shown_as_it_is(text):
    assert shown(text.encode()) == text


@pytest.mark.parametrize(
    ("data", "text"), [(b"a\xffb", "a?b"), (EURO[:2], "??"), (b"\xf0\x9f\x8e", "???"), (b"", "")]
)
def test_what_is_no_character_is_shown_so(data, text):
    assert shown(data) == text


@pytest.mark.parametrize(
    ("data", "left"),
    [(b"ab", 2), (b"a" + EURO[:1], 1), (b"a" + EURO[:2], 1), (b"a" + EURO, 4), (b"a\xff", 2)],
)
def test_only_a_character_that_is_begun_is_cut_off(data, left):
    assert whole(data) == left


@given(st.text(), st.integers(4, 20))
def test_parts_are_small_and_whole(text, limit):
    cut = list(parts(text.encode(), limit))
    assert b"".join(cut) == text.encode()
    assert all(0 < len(part) <= limit for part in cut)
    assert "".join(part.decode() for part in cut) == text


@given(st.binary(), st.integers(4, 20))
def test_bytes_that_are_no_text_are_parted_too(data, limit):
    assert b"".join(parts(data, limit)) == data


@given(st.binary(min_size=1), st.integers(0, 20))
def test_a_delta_of_bytes_is_cut_at_any_of_them(data, at):
    delta = Delta(100, shown(data), data=data)
    rest = after(delta, 100 + at)
    assert (rest.raw if rest else b"") == data[at:]
    assert rest is None or (rest.end == delta.end and size(rest.text) == len(rest.raw))
