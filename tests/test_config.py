from pathlib import Path

import pytest

from nb_persistent_stream.config import DEFAULT_MODEL, STATIC_DIR, Config, ServerUrl, load
from nb_persistent_stream.errors import InvalidInput


def test_the_default_store_is_under_jupyters_data_directory(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert load({}) == Config(store=tmp_path / "nb_persistent_stream" / "streams.db")


@pytest.mark.parametrize(
    ("name", "value", "attribute", "expected"),
    [
        ("NB_STREAM_STORE", "/data/s.db", "store", Path("/data/s.db")),
        ("NB_STREAM_STORE", "~/s.db", "store", Path.home() / "s.db"),
        ("NB_STREAM_STORE", "s.db", "store", Path.cwd() / "s.db"),
        ("NB_STREAM_DURABILITY", "NORMAL", "durability", "normal"),
        ("NB_STREAM_DURABILITY", "full", "durability", "full"),
        ("NB_STREAM_MODEL", "m-2", "model", "m-2"),
        ("NB_STREAM_MODEL", "", "model", None),
        ("NB_STREAM_MAX_DELAY", "0.25", "max_delay", 0.25),
        ("NB_STREAM_REUSE", "On", "reuse", True),
        ("NB_STREAM_REUSE", "0", "reuse", False),
        ("NB_STREAM_REUSE", "", "reuse", False),
        ("NB_STREAM_REUSE", "cell", "reuse", "cell"),
        ("NB_STREAM_LEASE", "2", "lease", 2.0),
        ("NB_STREAM_LEASE", "", "lease", 15.0),
    ],
)
def test_each_setting_is_read(name, value, attribute, expected):
    assert getattr(load({name: value}), attribute) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NB_STREAM_STORE", "postgres://host/db"),
        ("NB_STREAM_DURABILITY", "off"),
        ("NB_STREAM_MAX_DELAY", "soon"),
        ("NB_STREAM_MAX_DELAY", "0"),
        ("NB_STREAM_MAX_DELAY", "nan"),
        ("NB_STREAM_REUSE", "always"),
        ("NB_STREAM_LEASE", "-1"),
        ("NB_STREAM_LEASE", "inf"),
    ],
)
def test_a_bad_value_is_refused_by_its_name_and_with_what_to_set(name, value):
    with pytest.raises(InvalidInput, match=rf"^{name} is '{value}'.* Set it to"):
        load({name: value})


@pytest.mark.parametrize(
    "url",
    [
        "https://hub.example/user/alice",
        "https://hub.example/user/alice/",
        "https://hub.example/user/alice/nb-persistent-stream/v1",
        "https://hub.example/user/alice/nb-persistent-stream/v1/",
    ],
)
def test_a_store_may_be_a_servers(url):
    config = load({"NB_STREAM_STORE": url, "NB_STREAM_TOKEN": " s3cret\n"})
    assert config.store == ServerUrl("https://hub.example/user/alice", "s3cret")
    assert "s3cret" not in repr(config)
    assert load({"NB_STREAM_STORE": url}).store == ServerUrl("https://hub.example/user/alice")
    with pytest.raises(InvalidInput, match=r"a server keeps its streams in a file. Set it to"):
        _ = config.file


@pytest.mark.parametrize(
    "url",
    [
        "https://hub.example/lab?token=s3cret",
        "https://hub.example/#s3cret",
        "https://alice:s3cret@hub.example",
        "https:///s3cret",
        "https://[s3cret",
        "https://hub.example:s3cret/",
    ],
)
def test_a_url_that_may_hold_a_secret_is_refused_without_saying_it(url):
    with pytest.raises(InvalidInput, match="NB_STREAM_STORE is not a server's plain URL") as caught:
        load({"NB_STREAM_STORE": url})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("token", ["s3cret\nX-Header: 1", "s3crét"])
def test_a_token_that_is_none_is_refused_without_saying_it(token):
    with pytest.raises(InvalidInput, match="NB_STREAM_TOKEN has characters") as caught:
        load({"NB_STREAM_STORE": "https://hub.example", "NB_STREAM_TOKEN": token})
    assert "s3cr" not in str(caught.value)


def test_a_driver_beats_several_times_in_a_lease():
    assert Config(store=Path("s"), lease=10.0).beat_interval == 2.0


def test_no_setting_has_a_default_that_needs_a_network_or_a_server():
    assert load({}).model is None
    assert DEFAULT_MODEL
    assert (STATIC_DIR.parent / "config.py").is_file()
