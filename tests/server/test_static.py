"""The viewer module, as pages fetch it."""

import pytest

from nb_persistent_stream.config import STATIC_DIR

TRAVERSALS = [
    "static/..%2f..%2fconfig.py",
    "static/../config.py",
    "static/%2e%2e/config.py",
    "static//etc/passwd",
    "static/%2fetc%2fpasswd",
    "static/..%5cconfig.py",
]


@pytest.fixture
def viewer():
    (path,) = STATIC_DIR.glob("viewer-*.js")
    return path


async def test_the_viewer_is_kept_by_browsers_for_good(fetch, viewer):
    answer = await fetch("static", viewer.name)
    assert answer.code == 200
    assert answer.body == viewer.read_bytes()
    assert answer.headers["Content-Type"].split(";")[0].endswith("/javascript")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_the_viewer_loads_later_lies_beside_it_and_is_kept_too(fetch):
    chunks = {path.name.rsplit("-", 1)[0]: path for path in (STATIC_DIR / "chunks").iterdir()}
    for name in ("katex", "katex-style", "KaTeX_Main-Regular", "rust"):
        answer = await fetch("static", "chunks", chunks[name].name)
        assert (answer.code, answer.body) == (200, chunks[name].read_bytes())
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_a_file_without_a_hash_in_its_name_is_asked_for_again(fetch):
    answer = await fetch("static", "widget.js")
    assert answer.code == 200
    assert "immutable" not in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_unknown_file_is_not_found_and_not_kept(fetch):
    answer = await fetch("static", "viewer-OLD.js")
    assert (answer.code, answer.error["type"]) == (404, "not-found")
    assert "immutable" not in answer.headers.get("Cache-Control", "")


@pytest.mark.parametrize("path", TRAVERSALS)
async def test_no_path_leads_out(server, http_server_client, jp_base_url, jp_auth_header, path):
    url = f"{jp_base_url}nb-persistent-stream/v1/{path}"
    answer = await http_server_client.fetch(url, headers=jp_auth_header, raise_error=False)
    assert answer.code in (403, 404)
    assert b"NB_STREAM" not in answer.body
    assert b"root:" not in answer.body
