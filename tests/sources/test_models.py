"""Which model answers, and with which options."""

import sys
from pathlib import Path

import pytest

from nb_persistent_stream.config import DEFAULT_MODEL, Config
from nb_persistent_stream.errors import InvalidInput, ModelNotChosen
from nb_persistent_stream.sources import model_source
from nb_persistent_stream.sources.models import to_messages

LOCAL = "http://localhost:11434/v1"
USER = {"role": "user", "content": "hi"}


def choose(prompt="hi", set_model=None, **how):
    named = {name: how.pop(name, None) for name in ("model", "base_url", "api", "schema")}
    config = Config(store=Path("unused"), model=set_model)
    return model_source(prompt, config, **named, options=how)


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-dummy")


def test_the_named_model_comes_first(key):
    assert choose(model="named", set_model="set").model == "named"


def test_then_the_model_of_the_settings(key):
    assert choose(set_model="set").model == "set"


def test_then_the_default_where_there_is_a_key(key):
    source = choose()
    assert (source.provider, source.model) == ("openai", DEFAULT_MODEL)


def test_a_key_of_the_call_is_a_key():
    assert choose(api_key="sk-dummy").model == DEFAULT_MODEL


def test_a_server_of_ones_own_needs_no_key():
    assert choose(model="llama", base_url=LOCAL).model == "llama"


def test_the_environment_may_name_the_server(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", LOCAL)
    assert choose(model="llama").options["base_url"] == LOCAL


def test_without_model_and_key_the_error_has_the_three_ways():
    with pytest.raises(ModelNotChosen) as caught:
        choose()
    for way in ("OPENAI_API_KEY", "base_url='http", "model='demo'"):
        assert way in str(caught.value)


def test_a_server_without_a_model_is_not_guessed():
    with pytest.raises(ModelNotChosen, match=r"model='\.\.\.'"):
        choose(base_url=LOCAL)


@pytest.mark.parametrize("how", [{"model": "gpt-x"}, {"set_model": "gpt-x"}])
def test_a_model_without_key_and_server_is_refused(how):
    with pytest.raises(ModelNotChosen, match=r"no key to ask the model 'gpt-x'.*OPENAI_API_KEY"):
        choose(**how)


def test_the_demo_answers_only_when_it_is_named(key):
    assert choose(model="demo").provider == "demo"
    assert choose(set_model="demo").provider == "demo"
    assert choose(model="real", set_model="demo").provider == "openai"
    assert choose().provider == "openai"


def test_the_demo_has_no_server():
    with pytest.raises(InvalidInput, match="demo model has no server"):
        choose(model="demo", base_url=LOCAL)


def test_options_of_a_real_model_are_kept(key):
    assert choose(temperature=0, max_completion_tokens=5).options == {
        "temperature": 0,
        "max_completion_tokens": 5,
    }


@pytest.mark.parametrize("name", ["temprature", "stream", "self", "messages", "default_headers"])
def test_an_unknown_option_is_named(key, name):
    with pytest.raises(InvalidInput, match=f"no option {name}.*extra_body"):
        choose(**{name: 1})


@pytest.mark.parametrize("prompt", ["", "  \n"])
def test_an_empty_prompt_is_refused(key, prompt):
    with pytest.raises(InvalidInput, match="prompt is empty"):
        choose(prompt)


def test_an_empty_list_of_messages_is_refused(key):
    with pytest.raises(InvalidInput, match="list of messages is empty"):
        choose([])


def test_a_prompt_is_a_message_and_messages_stay():
    assert to_messages("hi") == to_messages([USER]) == to_messages((USER,)) == [USER]


class TestSecrets:
    """What is stored of a call holds none."""

    SECRET = "hunter2"

    @pytest.mark.parametrize(
        "options",
        [
            {"api_key": SECRET},
            {"extra_headers": {"Authorization": SECRET}},
            {"extra_headers": {"X-Custom": SECRET}},
            {"extra_query": {"sig": SECRET}},
            {"extra_body": {"api_key": SECRET, "deep": [{"access_token": SECRET}]}},
            {"base_url": f"https://me:{SECRET}@host/v1"},
            {"base_url": f"https://{SECRET}@host/v1"},
            {"base_url": f"https://host/v1?key={SECRET}#{SECRET}"},
        ],
        ids=repr,
    )
    def test_a_secret_is_left_out(self, options):
        source = choose(model="m", **{"base_url": LOCAL, **options})
        assert self.SECRET not in repr(source)

    def test_what_is_no_secret_stays(self):
        body = {"top_k": 5, "deep": [{"max_tokens": 7, "api_key": self.SECRET}]}
        source = choose(model="m", base_url="https://me:pw@host:8080/v1?x=1", extra_body=body)
        assert source.options == {
            "extra_body": {"top_k": 5, "deep": [{"max_tokens": 7}]},
            "base_url": "https://host:8080/v1",
        }


class TestAdapters:
    """Which adapter asks the model."""

    @pytest.mark.parametrize(
        ("how", "provider"),
        [
            ({"model": "gpt-5-mini"}, "openai"),
            ({"model": "o4-mini"}, "openai"),
            ({"model": "claude-opus-4"}, "anthropic"),
            ({"model": "mistral/mistral-small"}, "mistral"),
            ({"model": "claude-opus-4", "base_url": LOCAL}, "openai"),
            ({"model": "mistral/mistral-small", "base_url": LOCAL}, "openai"),
            ({"model": "anything", "base_url": LOCAL, "api": "anthropic"}, "anthropic"),
            ({"model": "gpt-5-mini", "api": "litellm"}, "litellm"),
            ({"model": "gpt-5-mini", "api": "responses"}, "openai"),
        ],
    )
    def test_the_name_decides_unless_it_is_said(self, key, monkeypatch, how, provider):
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-dummy")
        source = choose(**how)
        assert source.provider == provider
        assert source.options.get("api") == how.get("api")

    @pytest.mark.parametrize("package", ["anthropic", "litellm"])
    def test_a_missing_extra_is_named_with_its_command(self, monkeypatch, package):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(InvalidInput, match="not installed here") as caught:
            choose(model="claude-opus-4", api=package)
        assert f"pip install 'nb_persistent_stream[{package}]'" in str(caught.value)

    def test_a_missing_key_of_anthropic_is_named(self):
        with pytest.raises(ModelNotChosen, match="Set ANTHROPIC_API_KEY"):
            choose(model="claude-opus-4")

    def test_another_adapter_has_no_default_model(self, key):
        with pytest.raises(ModelNotChosen, match="No model was chosen"):
            choose(api="anthropic")

    def test_an_unknown_option_of_anthropic_is_named(self, monkeypatch):
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-dummy")
        with pytest.raises(InvalidInput, match=r"no option temprature.*extra_body"):
            choose(model="claude-opus-4", temprature=1)

    def test_an_unknown_option_of_responses_is_named(self, key):
        with pytest.raises(InvalidInput, match="no option max_completion_tokens"):
            choose(api="responses", max_completion_tokens=5)
        assert choose(api="responses", max_output_tokens=5).options["max_output_tokens"] == 5
