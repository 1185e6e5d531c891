"""Coverage-guided fuzzing of what reads others' bytes: `python -m tests.fuzzing -runs=100000`.

It needs atheris (`pip install atheris`; Linux and macOS), whose options are libFuzzer's.
"""

import contextlib
import sys

import atheris

with atheris.instrument_imports(include=["nb_persistent_stream"]):
    from tornado.httputil import HTTPHeaders

    from nb_persistent_stream.chunking import Chunker, merge
    from nb_persistent_stream.errors import InvalidInput
    from nb_persistent_stream.ids import check_id
    from nb_persistent_stream.kernel.inert import inert
    from nb_persistent_stream.printable import printable
    from nb_persistent_stream.protocol import Piece
    from nb_persistent_stream.server.durable import requests
    from nb_persistent_stream.server.durable.messages import joined, split
    from nb_persistent_stream.server.durable.positions import position
    from nb_persistent_stream.server.page_token import take_token
    from nb_persistent_stream.utf8 import parts, shown, whole

UNITS = ("word", "sentence", "paragraph", 1, 7)
READERS = (
    *(requests.content_type, requests.ttl, requests.expires_at, requests.producer),
    *(requests.sequence, requests.closes, lambda headers: requests.fork(headers, "/v1/stream/")),
)
NAMES = (
    *("Content-Type", "Stream-TTL", "Stream-Expires-At", "Stream-Seq", "Stream-Forked-From"),
    *("Stream-Fork-Offset", "Producer-Id", "Producer-Epoch", "Producer-Seq", "Stream-Closed"),
)


def chunks(data):
    text = data.ConsumeUnicodeNoSurrogates(200)
    cut = data.ConsumeIntInRange(0, len(text))
    pieces = [Piece(text[:cut]), Piece(text[cut:])]
    chunker = Chunker(UNITS[data.ConsumeIntInRange(0, len(UNITS) - 1)])
    out = [piece for piece in pieces for piece in chunker.push(piece)] + chunker.flush()
    assert "".join(piece.text for piece in merge(out)) == text


def bodies(data):
    body = data.ConsumeBytes(500)
    assert "".join(shown(part) for part in parts(body, 8)) is not None
    assert len(shown(body).encode()) == len(body)
    assert whole(body) <= len(body)
    messages = split(body, is_json=True)
    assert split(joined(messages, is_json=True), is_json=True) == messages or not messages


def headers(data):
    given = {name: data.ConsumeUnicodeNoSurrogates(40) for name in NAMES if data.ConsumeBool()}
    for read in READERS:
        with contextlib.suppress(InvalidInput):
            read(given)
    if moment := requests.expires_at(given):
        requests.time_text(moment)


def words(data):
    text = data.ConsumeUnicodeNoSurrogates(200)
    take_token(HTTPHeaders({"Sec-WebSocket-Protocol": f"nb-persistent-stream.token.{text}"}))
    inert(text)
    assert printable(printable(text)) == printable(text)
    position(text)
    check_id(text)


TARGETS = (chunks, bodies, headers, words)


def one_input(bytes_):
    data = atheris.FuzzedDataProvider(bytes_)
    with contextlib.suppress(InvalidInput):
        TARGETS[data.ConsumeIntInRange(0, len(TARGETS) - 1)](data)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
