"""What can't be done is refused in words, before anything is made; and no secret is stored."""

import pytest

from nb_persistent_stream import StreamFailed, create, stream
from nb_persistent_stream.errors import InvalidInput, ModelNotChosen, StoreUnavailable
from nb_persistent_stream.kernel import runtime
from nb_persistent_stream.store import Query

NOWHERE = "http://127.0.0.1:9/v1"


def streams(there):
    return there(lambda store: store.find(Query())).streams


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        ("", {"model": "demo"}, "prompt is empty. Say what"),
        (" \n", {"model": "demo"}, "prompt is empty"),
        ([], {"model": "demo"}, "list of messages is empty"),
        ("p", {"model": "demo", "chunk_by": "line"}, "chunk_by is 'line'"),
        ("p", {"model": "demo", "chunk_by": 0}, "chunk_by is 0"),
        ("p", {"model": "demo", "tags": 5}, "tags is 5. Give it words"),
        ("p", {"model": "demo", "tags": ["a", 5]}, r"tags is \['a', 5\]"),
        ("p", {"model": "demo", "tags": None}, "tags is None"),
        ("p", {"model": "demo", "title": 5}, "title is 5. Give it text"),
        ("p", {"model": "demo", "max_delay": 0}, "max_delay is 0. Give seconds"),
        ("p", {"model": "demo", "max_delay": "1"}, "max_delay is '1'"),
        ("p", {"model": "demo", "max_delay": float("nan")}, "max_delay is nan"),
        ("p", {"model": "demo", "max_delay": True}, "max_delay is True"),
        ("p", {"model": "demo", "temperature": 1}, "no option temperature"),
        ("p", {"model": "demo", "base_url": NOWHERE}, "demo model has no server"),
        ("p", {"model": "m", "api_key": "k", "temprature": 1}, "no option temprature"),
        ({"role": "user"}, {}, "can't read a dict"),
        (b"bytes", {}, "can't read a bytes"),
        (5, {}, "can't read a int"),
        (None, {}, "can't read a NoneType"),
        (["text"], {"system": "s"}, "system can't be used here"),
        (["text"], {"temperature": 1}, "temperature can't be used here"),
    ],
)
def test_it_is_refused_in_words_and_nothing_is_made(there, source, options, words):
    with pytest.raises(InvalidInput, match=words):
        stream(source, **options)
    assert streams(there) == ()


@pytest.mark.parametrize("options", [{"tags": 5}, {"title": 5}, {"chunk_by": -1}, {"max_delay": 0}])
def test_create_refuses_the_same(there, options):
    with pytest.raises(InvalidInput):
        create(**options)
    assert streams(there) == ()


@pytest.mark.parametrize("item", [5, {"a": 1}, object()])
def test_an_item_that_is_no_text_ends_the_stream_with_words(item):
    s = stream(["said ", item])
    with pytest.raises(StreamFailed, match=r"which is not text\. Let it yield") as caught:
        s.result(20)
    assert caught.value.text == "said "
    assert isinstance(caught.value.__cause__, InvalidInput)


def test_a_bad_setting_is_refused_by_its_name(monkeypatch):
    monkeypatch.setenv("NB_STREAM_LEASE", "soon")
    with pytest.raises(InvalidInput, match="NB_STREAM_LEASE is 'soon'"):
        stream(["text"])


def test_a_store_that_can_not_be_made_is_said_before_anything_is_asked(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NB_STREAM_STORE", str(tmp_path / "file" / "streams.db"))
    asked = []
    with pytest.raises(StoreUnavailable, match="NB_STREAM_STORE"):
        stream(lambda: asked.append(1) or ["text"])
    assert asked == []


class TestModel:
    def test_without_one_three_ways_are_said(self):
        with pytest.raises(ModelNotChosen) as caught:
            stream("p")
        for way in ("OPENAI_API_KEY", "base_url='http://localhost", "model='demo'"):
            assert way in str(caught.value)

    def test_the_setting_names_it(self, monkeypatch):
        monkeypatch.setenv("NB_STREAM_MODEL", "demo")
        s = stream("p")
        assert s.info.model == "demo"
        s.cancel()

    def test_a_call_names_another(self, monkeypatch):
        monkeypatch.setenv("NB_STREAM_MODEL", "other")
        s = stream("p", model="demo")
        assert s.info.model == "demo"
        s.cancel()


def test_no_secret_reaches_the_file(path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-SECRET0-environment")
    s = stream(
        "p",
        model="m-public",
        base_url="http://me:SECRET1@127.0.0.1:9/v1?token=SECRET2",
        api_key="sk-SECRET3-argument",
        max_retries=0,
        temperature=0.25,
        extra_headers={"Authorization": "Bearer SECRET4"},
        extra_query={"key": "SECRET5"},
    )
    with pytest.raises(StreamFailed, match=r"connection to http://127\.0\.0\.1:9/v1 failed"):
        s.result(60)
    runtime.runtime().close(patient=False)
    raw = b"".join(file.read_bytes() for file in path.parent.glob("streams.db*"))
    assert b"m-public" in raw
    assert b"temperature" in raw
    assert b"SECRET" not in raw
