"""Each provider through its real SDK, against aimock: what it says, and how it fails."""

import pytest
from pydantic import BaseModel

from nb_persistent_stream import StreamFailed, get
from nb_persistent_stream.toolcalls import ToolCall

from .conftest import PROVIDERS

# What LiteLLM's own dependencies warn of is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore")

NAMES = {"responses": "input_tokens", "anthropic": "input_tokens"}
ENDS = {"responses": "completed", "anthropic": "end_turn"}
CALLS = [
    ToolCall("call_weather", "get_weather", '{"city":"Zürich","days":[1,2]}'),
    ToolCall("call_time", "get_time", "{}"),
]


class Person(BaseModel):
    name: str
    age: int


def failure_of(answer):
    with pytest.raises(StreamFailed) as caught:
        answer.result(120)
    return caught.value


def test_a_plain_answer_is_kept_byte_for_byte(ask_provider, aimock):
    answer = ask_provider("plain answer", system="be brief")
    expected = aimock.response("plain answer")["content"]
    assert answer.result(120) == expected == get(answer.id).text


def test_what_the_provider_reports_is_kept(ask_provider, provider):
    answer = ask_provider("plain answer")
    answer.result(120)
    stored = get(answer.id)
    for handle in (answer, stored):
        assert handle.finish_reason == ENDS.get(provider, "stop")
        assert handle.usage[NAMES.get(provider, "prompt_tokens")] == 11
        assert handle.response_id == "chatcmpl-plain"


def test_reasoning_is_kept_apart_from_the_text(ask_provider, aimock):
    answer = ask_provider("think first")
    assert answer.result(120) == aimock.response("think first")["content"]
    assert get(answer.id).reasoning == aimock.response("think first")["reasoning"]


def test_tool_calls_are_kept_with_their_names_and_arguments(ask_provider):
    answer = ask_provider("call two tools")
    assert answer.result(120) == "Let me see."
    for handle in (answer, get(answer.id)):
        assert handle.tool_calls == CALLS
        assert [call.parsed for call in handle.tool_calls] == [
            {"city": "Zürich", "days": [1, 2]},
            {},
        ]


def test_a_form_is_asked_for_and_parsed(ask_provider):
    answer = ask_provider("as JSON", schema=Person)
    answer.result(120)
    assert answer.parsed == Person(name="Ada", age=36)
    assert get(answer.id).parsed == {"name": "Ada", "age": 36}


@pytest.mark.parametrize("provider", ["chat"], indirect=True)
def test_the_form_reaches_the_provider(ask_provider, aimock):
    ask_provider("as JSON", schema=Person).result(120)
    form = aimock.request("as JSON")["response_format"]
    assert form["json_schema"]["name"] == "Person"
    assert form["json_schema"]["strict"] is True
    assert form["json_schema"]["schema"]["required"] == ["name", "age"]


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("chaos 429", "refused with 429: Chaos: rate limit exceeded. Wait a little"),
        ("chaos 500", "failed with 500: Chaos: request dropped. Run the cell again"),
        ("chaos malformed", "the connection ended before the answer did"),
        ("chaos disconnect", "onnection"),
        ("status 404", "Check the model's name"),
        ("status 401", "or the api_key= of this call"),
    ],
)
def test_a_failure_is_told_and_stored(ask_provider, prompt, words):
    answer = ask_provider(prompt)
    error = failure_of(answer)
    assert words in str(error)
    assert "sk-dummy" not in str(error)
    stored = get(answer.id)
    assert (stored.status, stored.text, stored.error) == ("error", "", str(error))


def test_what_was_said_before_a_break_is_kept(ask_provider, aimock):
    answer = ask_provider("vanish midway")
    error = failure_of(answer)
    assert "onnection" in str(error)
    assert error.text
    assert aimock.response("vanish midway")["content"].startswith(error.text)
    assert get(answer.id).text == error.text
    assert answer.finish_reason is None


def test_what_was_not_counted_is_not_guessed(ask_provider, provider):
    answer = ask_provider("vanish midway")
    failure_of(answer)
    # Anthropic counts the prompt at the beginning, and the answer at the end.
    assert answer.usage == ({"input_tokens": 0} if provider == "anthropic" else None)


@pytest.mark.parametrize("provider", ["openrouter"], indirect=True)
def test_the_providers_cost_is_kept(ask_provider):
    answer = ask_provider("count and charge")
    answer.result(120)
    assert get(answer.id).usage["cost"] == 0.00042


def test_no_secret_is_stored(ask_provider, store_file):
    ask_provider("plain answer", extra_headers={"X-Token": "hunter2"}).result(120)
    stored = b"".join(path.read_bytes() for path in store_file.parent.glob("streams.db*"))
    assert b"plain answer" in stored
    assert b"sk-dummy" not in stored
    assert b"hunter2" not in stored


def test_each_adapter_is_among_these():
    assert {how.get("api", "chat") for how in PROVIDERS.values()} == {
        "chat",
        "responses",
        "anthropic",
        "litellm",
    }
