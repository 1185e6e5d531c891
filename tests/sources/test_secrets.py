"""No key, by whatever way it is passed, gets into the store, into an error or into a log."""

import base64
import json
import traceback

import pytest

from nb_persistent_stream import get
from nb_persistent_stream.errors import PersistentStreamError

from .serving import begin, send, serving

KEY = "tops3cret-f00ba4"  # of no provider's form
WAYS = {
    "api_key": {"api_key": KEY},
    "a header": {"extra_headers": {"Authorization": f"Bearer {KEY}", "X-Anything": KEY}},
    "Azure's header": {"extra_headers": {"api-key": KEY}},
    "a query": {"extra_query": {"api-version": "1", "code": KEY}},
    "a body": {"extra_body": {"api_key": KEY, "provider": [{"auth_token": KEY, "password": KEY}]}},
    "cookies": {"extra_headers": {"Cookie": f"session={KEY}"}},
}


def answer(handler):
    begin(handler)
    chunk = {"choices": [{"index": 0, "delta": {"content": "said"}, "finish_reason": "stop"}]}
    chunk |= {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    send(handler, f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n")


def refuse(handler):
    """What some servers do: say again what they were sent, whole and in words."""
    handler.send_response(401)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    sent = [*handler.headers.values(), handler.path, handler.request_body.decode()]
    said = f"Incorrect API key provided: {sent}, which is {sent[0].split()}. Use a Bearer token"
    send(handler, json.dumps({"error": {"message": said}}))


def stored(store_file):
    """All bytes of the store."""
    return b"".join(path.read_bytes() for path in store_file.parent.glob(f"{store_file.name}*"))


@pytest.mark.parametrize("options", WAYS.values(), ids=WAYS.keys())
def test_a_key_is_not_stored(ask, store_file, caplog, options):
    caplog.set_level("DEBUG")
    with serving(answer) as url:
        asked = ask("hi", base_url=url, temperature=0.5, **options)
        assert asked.result() == "said"
    row = get(asked.id).info.provenance
    assert row.options["temperature"] == 0.5
    assert KEY not in repr(asked.info)
    assert KEY.encode() not in stored(store_file)
    own = [record for record in caplog.records if record.name.startswith("nb_persistent_stream")]
    assert not [record for record in own if KEY in record.getMessage()]


def test_a_key_of_the_environment_is_not_stored(ask, store_file, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(answer) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        assert ask("hi", base_url=None).result() == "said"
    assert KEY.encode() not in stored(store_file)


def test_a_url_is_stored_without_its_credentials(ask, store_file):
    with serving(answer) as url:
        secret = url.replace("//", f"//me:{KEY}@") + f"/v1?key={KEY}#{KEY}"
        asked = ask("hi", base_url=secret)
        asked.result()
    shown = asked.info.provenance.options["base_url"]
    assert shown.startswith("http://127.0.0.1:")
    assert shown.endswith("/v1")
    assert KEY.encode() not in stored(store_file)


def assert_cut_out(asked, store_file, *secrets):
    with pytest.raises(PersistentStreamError, match=r"Incorrect .* Use a Bearer token") as caught:
        asked.result()
    said = "".join(traceback.format_exception(caught.value))
    for secret in (KEY, *secrets):
        for place in (said, repr(caught.value), asked.error):
            assert secret not in place
        assert secret.encode() not in stored(store_file)


@pytest.mark.parametrize("options", WAYS.values(), ids=WAYS.keys())
def test_a_key_that_the_provider_says_again_is_cut_out(ask, store_file, options):
    with serving(refuse) as url:
        assert_cut_out(ask("hi", base_url=url, **options), store_file)


@pytest.mark.parametrize("options", [WAYS["a header"], {"api_key": KEY}], ids=["header", "key"])
def test_whichever_provider_says_it_again(ask_provider, store_file, options):
    with serving(refuse) as url:
        assert_cut_out(ask_provider("hi", url, **options), store_file)


def test_what_an_address_says_is_cut_out_too(ask, store_file):
    with serving(refuse) as url:
        secret = url.replace("//", f"//me:{KEY}@") + f"/v1?code={KEY}"
        basic = base64.b64encode(f"me:{KEY}".encode()).decode()
        assert_cut_out(ask("hi", base_url=secret), store_file, basic)


def test_a_key_of_the_environment_that_is_said_again_is_cut_out(ask, store_file, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(refuse) as url:
        assert_cut_out(ask("hi", base_url=url), store_file)
