import json
import re
from dataclasses import fields
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb_persistent_stream.errors import InvalidInput
from nb_persistent_stream.ids import check_id, new_id
from nb_persistent_stream.protocol import (
    Delta,
    Piece,
    Provenance,
    Report,
    Status,
    StreamInfo,
    after,
    place,
    size,
    text_of,
)
from nb_persistent_stream.wire import (
    DeltaRecord,
    StateRecord,
    SummaryRecord,
    delta_record,
    deltas_message,
    error_message,
    info_record,
    preview,
    state_message,
    state_record,
    summary_record,
)

CONTRACT = Path(__file__).parent / "contract"
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def cases(name):
    found = json.loads((CONTRACT / name).read_text("utf-8"))
    assert found
    return [pytest.param(case, id=case["name"]) for case in found]


def fold(messages):
    """What a reader does: drop what it has seen, and ask again at a gap."""
    deltas, offset, gaps = [], 0, []
    for message in messages:
        for record in message:
            delta = after(Delta(**record), offset)
            if delta is None:
                continue
            if delta.offset > offset:
                gaps.append(offset)
            else:
                deltas.append(delta)
                offset = delta.end
    return {"text": text_of(deltas), "offset": offset, "gaps": gaps}


class TestContract:
    """The cases that the front end runs too."""

    @pytest.mark.parametrize("case", cases("after.json"))
    def test_after(self, case):
        delta = Delta(**case["delta"])
        if case.get("refused"):
            with pytest.raises(InvalidInput, match="within a character"):
                after(delta, case["offset"])
        else:
            rest = after(delta, case["offset"])
            assert (rest and delta_record(rest)) == case["expect"]

    @pytest.mark.parametrize("case", cases("fold.json"))
    def test_fold(self, case):
        assert fold(case["messages"]) == case["expect"]


class TestOffsets:
    @given(TEXT)
    def test_size_is_utf8_bytes(self, text):
        assert size(text) == len(text.encode("utf-8"))

    @given(TEXT, TEXT, st.integers(0, 99))
    def test_after_cuts_nothing_away_and_repeats_nothing(self, seen, unseen, offset):
        at = offset + size(seen)
        rest = after(Delta(offset, seen + unseen), at)
        assert (rest.text if rest else "") == unseen
        assert rest is None or rest.offset == at

    @given(st.lists(st.builds(Piece, TEXT)), st.integers(0, 99))
    def test_places_follow_one_another_without_a_gap(self, pieces, offset):
        deltas = list(place(pieces, offset))
        assert [delta.text for delta in deltas] == [piece.text for piece in pieces]
        for delta in deltas:
            assert delta.offset == offset
            offset = delta.end

    def test_text_of_takes_one_kind_in_order(self):
        deltas = place([Piece("a"), Piece("b", "reasoning"), Piece("c")], 0)
        assert text_of(deltas) == "ac"


class TestValues:
    def test_two_statuses_are_live_and_four_are_final(self):
        assert [str(status) for status in Status if not status.final] == ["pending", "streaming"]
        assert {str(status) for status in Status if status.final} == {
            "done", "error", "cancelled", "timeout",
        }  # fmt: skip

    def test_a_later_report_replaces_only_what_it_names(self):
        first = Report(model="m", response_id="r", usage={"total": 1})
        merged = first.merge(Report(finish_reason="stop", usage={"total": 2}))
        assert merged == Report("m", "r", "stop", {"total": 2})
        assert merged.merge(Report()) == merged

    def test_the_model_that_answered_is_named_before_the_one_that_was_asked(self):
        info = StreamInfo("s", Status.DONE, 0.0, provenance=Provenance(model="asked"))
        assert info.model == "asked"
        answered = StreamInfo("s", Status.DONE, 0.0, report=Report(model="m-1"))
        assert answered.model == "m-1"


class TestWire:
    def info(self, **more):
        source = Provenance("p", "s", "m", "openai", {"n": 1}, "a.ipynb", "c", "k", "h", "u")
        return StreamInfo("one", Status.STREAMING, 100.0, provenance=source, **more)

    def test_a_state_has_the_keys_of_its_record(self):
        assert state_record(self.info(), 103.5).keys() == StateRecord.__annotations__.keys()

    def test_elapsed_runs_to_now_or_to_the_end_and_never_backwards(self):
        assert state_record(self.info(), 103.5)["elapsed"] == 3.5
        assert state_record(self.info(finished_at=101.0), 103.5)["elapsed"] == 1.0
        assert state_record(self.info(), 99.0)["elapsed"] == 0.0

    def test_the_metadata_is_the_state_and_the_whole_provenance(self):
        record = info_record(self.info(), 103.5)
        assert record.items() >= state_record(self.info(), 103.5).items()
        named = {field.name for field in fields(Provenance)} - {"model"} | {"requested_model"}
        assert record.keys() >= named
        assert record["requested_model"] == "m"
        assert json.loads(json.dumps(record)) == record

    def test_a_summary_has_the_keys_of_its_record_and_the_readers_notebook(self):
        record = summary_record(self.info(tags=("t",)), 103.5, "b.ipynb")
        keys = SummaryRecord.__annotations__.keys() | StateRecord.__annotations__.keys()
        assert record.keys() == keys
        assert (record["notebook"], record["cell_id"]) == ("b.ipynb", "c")
        assert (record["tags"], record["prompt"]) == (["t"], "p")

    @pytest.mark.parametrize(
        ("prompt", "expected"),
        [
            (None, None),
            ("", None),
            (" \n\t", None),
            (" two\n\n words ", "two words"),
            ("x" * 300, "x" * 200),
            ("a " * 300, ("a " * 100)),
            ("é " * 10**6, ("é " * 100)),
            ([], None),
            ([{"role": "system", "content": "s"}], None),
            ([{"role": "user", "content": "1"}, {"role": "assistant", "content": "2"}], "1"),
            ([{"role": "user", "content": "1"}, {"role": "user", "content": "2\n3"}], "2 3"),
            ([{"role": "user", "content": "1"}, {"role": "user", "content": None}], "1"),
            (
                [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "look "},
                            {"type": "image_url", "image_url": {"url": "data:"}},
                            {"type": "text", "text": "here"},
                        ],
                    }
                ],
                "look here",
            ),
            (["no message", {"role": "user"}, {"role": "user", "content": [5]}], None),
        ],
        ids=lambda value: repr(value)[:30],
    )
    def test_a_preview_is_the_beginning_of_what_the_user_said_last(self, prompt, expected):
        assert preview(prompt) == expected

    def test_a_delta_has_meta_only_if_there_is_any(self):
        keys = DeltaRecord.__annotations__.keys()
        assert delta_record(Delta(0, "a", "tool_call", {"i": 0})).keys() == keys
        assert delta_record(Delta(0, "a")).keys() == keys - {"meta"}

    def test_each_message_says_its_type(self):
        assert deltas_message([Delta(0, "a")]) == {
            "type": "deltas",
            "deltas": [{"offset": 0, "kind": "text", "text": "a"}],
        }
        state = state_message(self.info(), 1.0, "Not saved")
        assert (state["type"], state["state"]["notice"]) == ("state", "Not saved")
        assert error_message("t", "m") == {"type": "error", "error": {"type": "t", "message": "m"}}


class TestIds:
    def test_a_new_id_has_the_day_and_is_unlike_any_other(self):
        ids = {new_id() for _ in range(1000)}
        assert len(ids) == 1000
        today = f"{datetime.now(timezone.utc):%Y%m}"
        assert all(re.fullmatch(rf"{today}\d\d-[0-9a-f]{{12}}", one) for one in ids)
        assert all(check_id(one) == one for one in ids)

    @pytest.mark.parametrize(
        "value", ["", "a b", "../x", "a/b", ".a", "x" * 129, None, 5, "é", "a\n"]
    )
    def test_what_is_not_an_id_is_refused_in_words(self, value):
        with pytest.raises(InvalidInput, match="is not a stream id"):
            check_id(value)


def test_a_streams_text_is_its_own_words_and_a_message_is_a_line():
    deltas = [
        Delta(0, "think", "reasoning"),
        Delta(5, "said ", "text"),
        Delta(10, "plain ", "plain"),
        Delta(16, "[1]", "json"),
        Delta(19, "raw", "bytes"),
    ]
    assert text_of(deltas) == "said plain [1]\nraw"
    assert text_of(deltas, "reasoning") == "think"
