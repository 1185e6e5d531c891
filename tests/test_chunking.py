import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb_persistent_stream import chunking
from nb_persistent_stream.chunking import Chunker, check_chunk_by, last_boundary, merge
from nb_persistent_stream.errors import InvalidInput
from nb_persistent_stream.protocol import Piece, size

UNITS = ("word", "sentence", "paragraph")
CLOSERS = "\"'”’»)]}*_`」』）】》〉"
STOPS, CJK_STOPS = ".!?…", "。！？｡"
UNSPACED = "漢字かなカナไทย、" + CJK_STOPS + "」』）】》〉"
FAMILY = "👩\u200d👩\u200d👧"
# Few characters, so that boundaries are common; runs that must survive any cut.
LETTERS = ["a", "bc", "é", "e\u0301", FAMILY, "字", "かな", "ไทย"]
SPACES = [" ", "  ", "\n", "\r\n", "\t", "\u2028"]
WORDS = st.sampled_from([*LETTERS, *SPACES, *STOPS, *CJK_STOPS, *CLOSERS])
TEXTS = st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.lists(WORDS).map("".join))
KINDS = st.sampled_from(["text", "reasoning", "tool_call"])
PIECES = st.lists(st.builds(Piece, TEXTS, KINDS, st.sampled_from([None, {"index": 1}])))
CHUNK_BY = st.one_of(st.sampled_from(UNITS), st.integers(1, 40))


def chunks(chunk_by, pieces):
    """What each push gives, and what is left at the end."""
    chunker = Chunker(chunk_by)
    return [chunker.push(piece) for piece in pieces], chunker.flush()


def ends_at_boundary(unit, text, end):
    """Whether a unit ends at an index of a text: the rule of the docs, without regexes."""
    said = text[:end]
    words = said.rstrip()
    space = said[len(words) :]
    if unit == "word":
        return bool(space) or said[-1] in UNSPACED
    if unit == "paragraph":
        return space.count("\n") >= 2
    if space:
        return said[-1] == "\n" or words.rstrip(CLOSERS)[-1:] in tuple(STOPS)
    return said.rstrip(CLOSERS)[-1:] in tuple(CJK_STOPS) and text[end] not in CLOSERS + CJK_STOPS


@given(CHUNK_BY, PIECES)
def test_nothing_is_lost_added_or_moved(chunk_by, pieces):
    outs, rest = chunks(chunk_by, pieces)
    given_out = [piece for out in outs for piece in out] + rest
    assert merge(given_out) == merge([piece for piece in pieces if piece.text])


@given(CHUNK_BY, PIECES)
def test_no_more_comes_out_than_went_in(chunk_by, pieces):
    outs, _ = chunks(chunk_by, pieces)
    said = given_out = 0
    for piece, out in zip(pieces, outs, strict=True):
        said += len(piece.text)
        given_out += sum(len(part.text) for part in out)
        assert given_out <= said


@given(CHUNK_BY, PIECES)
def test_kinds_and_metas_never_share_a_chunk(chunk_by, pieces):
    outs, rest = chunks(chunk_by, pieces)
    origins = [(p.kind, p.meta) for p in pieces for _ in p.text]
    for chunk in [*(part for out in outs for part in out), *rest]:
        mine, origins = origins[: len(chunk.text)], origins[len(chunk.text) :]
        assert all(origin == (chunk.kind, chunk.meta) for origin in mine)


@pytest.mark.parametrize("unit", UNITS)
@given(st.lists(st.lists(WORDS, max_size=4).map("".join)))
def test_each_chunk_ends_at_a_boundary_of_its_unit(unit, texts):
    outs, _ = chunks(unit, [Piece(text) for text in texts])
    whole, end = "".join(texts), 0
    for out in outs:
        if out:
            end += sum(len(piece.text) for piece in out)
            assert ends_at_boundary(unit, whole, end), (whole[:end], whole[end:])


@pytest.mark.parametrize(
    ("unit", "boundary"), [("word", " "), ("word", "字"), ("sentence", "\n"), ("paragraph", "\n\n")]
)
@given(st.lists(TEXTS))
def test_no_boundary_is_left_waiting(unit, boundary, texts):
    _, rest = chunks(unit, [Piece(text) for text in texts])
    assert all(boundary not in piece.text for piece in rest)


@given(st.integers(1, 40), st.lists(TEXTS))
def test_a_number_of_bytes_is_held_and_not_exceeded_by_a_whole_piece(least, texts):
    chunker, held = Chunker(least), 0
    for text in texts:
        out = chunker.push(Piece(text))
        held += size(text)
        if out:
            assert size(out[0].text) == held >= least
            held = 0
        assert held < least


@pytest.mark.parametrize(
    ("unit", "pieces", "expected"),
    [
        ("word", ["Hel", "lo wor", "ld", " now"], ["Hello ", "world "]),
        ("word", ["日本", "語"], ["日本", "語"]),
        ("word", ["x\r", "\ny"], ["x\r", "\n"]),
        ("word", [FAMILY[:2], FAMILY[2:], " "], [FAMILY + " "]),
        ("sentence", ["Hi. Yo", "u? ", "Yes"], ["Hi. ", "You? "]),
        ("sentence", ["Pi is 3", ".14 or so. A"], ["Pi is 3.14 or so. "]),
        ("sentence", ['He said "no." ', "Then"], ['He said "no." ']),
        ("sentence", ["「はい。", "」", "次"], ["「はい。」"]),
        ("sentence", ["本当！？", "」と。", "x"], ["本当！？」", "と。"]),
        ("sentence", ["- one\n- t", "wo\n", "- three"], ["- one\n", "- two\n"]),
        ("paragraph", ["one.\nstill\n", "\ntwo"], ["one.\nstill\n\n"]),
        ("paragraph", ["a\r\n\r", "\nb"], ["a\r\n\r\n"]),
        ("paragraph", ["a\n \t\n\n\nb"], ["a\n \t\n\n\n"]),
        (4, ["ab", "c", "dé", "f"], ["abcdé"]),
    ],
)
def test_examples(unit, pieces, expected):
    outs, _ = chunks(unit, [Piece(text) for text in pieces])
    assert [part.text for out in outs for part in out] == expected


@pytest.mark.parametrize("unit", UNITS)
def test_each_character_is_looked_at_a_bounded_number_of_times(unit, monkeypatch):
    looked_at = []

    def counting(text, unit):
        looked_at.append(len(text))
        return last_boundary(text, unit)

    monkeypatch.setattr(chunking, "last_boundary", counting)
    chunks(unit, [Piece("x") for _ in range(5000)])
    assert sum(looked_at) <= 5000 * (1 + chunking._LOOKBACK)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("run", [".", "。", " ", ")", ".)", "\n ", "\r", "…「"])
def test_a_hostile_run_of_characters_costs_no_more_than_others(unit, run):
    # Quadratic, it would take minutes; linear, it takes milliseconds.
    text = "\n." + run * 100_000 + "。" * 100_000 + "." * 100_000
    started = time.thread_time()
    last_boundary(text, unit)
    assert time.thread_time() - started < 3


def test_what_waits_is_known_and_flushed_once():
    chunker = Chunker("paragraph")
    assert not chunker.waiting
    chunker.push(Piece("a"))
    assert chunker.waiting
    assert chunker.flush() == [Piece("a")]
    assert not chunker.waiting
    assert chunker.flush() == []


def test_merge_joins_only_neighbours_of_one_kind_and_meta():
    a, b, c = Piece("a"), Piece("b"), Piece("c", "reasoning")
    d, e = Piece("d", "tool_call", {"i": 0}), Piece("e", "tool_call", {"i": 1})
    assert merge([a, b, c, d, d, e, a]) == [
        Piece("ab"), c, Piece("dd", "tool_call", {"i": 0}), e, a,
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["word", "sentence", "paragraph", 1, 4096])
def test_what_chunk_by_takes(value):
    assert check_chunk_by(value) == value


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "line", "", None, [], b"word"])
def test_what_chunk_by_refuses_is_said_with_what_it_takes(value):
    with pytest.raises(InvalidInput, match="'word', 'sentence', 'paragraph', or a number of bytes"):
        check_chunk_by(value)
