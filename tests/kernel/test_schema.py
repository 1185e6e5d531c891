"""Answers that must have a form."""

import pytest
from pydantic import BaseModel

from nb_persistent_stream import StreamFailed, get, stream
from nb_persistent_stream.errors import InvalidInput, SchemaMismatch
from nb_persistent_stream.protocol import Report


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
}
FITS = ['{"name": "Ada", ', '"age": 36}']


def test_a_pydantic_model_gives_an_instance():
    s = stream(FITS, schema=Person)
    s.result(30)
    assert s.parsed == Person(name="Ada", age=36)


def test_a_json_schema_gives_plain_values_also_later():
    s = stream(FITS, schema=SCHEMA)
    s.result(30)
    assert s.parsed == get(s.id).parsed == {"name": "Ada", "age": 36}


def test_nothing_is_parsed_before_the_end_or_without_a_schema(script):
    s = stream(script.say(FITS[0]), schema=Person)
    assert s.parsed is None
    script.end()
    plain = stream(FITS)
    plain.result(30)
    assert plain.parsed is None


@pytest.mark.parametrize("schema", [Person, SCHEMA])
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"name": "Ada", "age": "many"}', "age: "),
        ('{"name": "Ada"}', "age"),
        ('{"name": "A', "JSON"),
        ("", "JSON"),
        ("Sure! Here you are.", "JSON"),
    ],
)
def test_what_does_not_fit_is_an_error_that_keeps_the_text(schema, text, why):
    s = stream([text], schema=schema)
    with pytest.raises(SchemaMismatch, match="does not fit its schema") as caught:
        s.result(30)
    assert why in str(caught.value)
    assert (caught.value.text, s.text, s.status, s.parsed) == (text, text, "error", None)
    stored = get(s.id)
    assert (stored.status, stored.text, stored.parsed) == ("error", text, None)
    with pytest.raises(SchemaMismatch):
        stored.result(30)


def test_an_answer_that_was_cut_off_says_so():
    s = stream([FITS[0], Report(finish_reason="length")], schema=Person)
    with pytest.raises(SchemaMismatch, match="cut off at its length limit"):
        s.result(30)


def test_an_answer_that_calls_a_tool_needs_no_form():
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
    s = stream([{"choices": [{"delta": {"tool_calls": [call]}}]}], schema=Person)
    assert s.result(30) == ""
    assert s.parsed is None
    assert s.tool_calls[0].name == "f"


def test_a_source_that_fails_says_its_own_reason(script):
    s = stream(script, schema=Person)
    script.fail(RuntimeError("fell over"))
    with pytest.raises(StreamFailed, match="fell over"):
        s.result(30)


@pytest.mark.parametrize("schema", ["Person", Person(name="a", age=1), 5, {"type": "nonsense"}])
def test_what_is_no_schema_is_named(schema):
    with pytest.raises(InvalidInput, match=r"schema is .*pydantic model"):
        stream(FITS, schema=schema)
