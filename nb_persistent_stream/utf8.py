"""Bytes that ought to be UTF-8: where they can be cut, and how they look where they are not."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

# One character of one byte for each byte that is none: a text keeps its bytes' places.
_ONE_FOR_ONE = "nb_persistent_stream.one_for_one"
_SUBSTITUTE = "?"


def _substitute(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _SUBSTITUTE * (error.end - error.start), error.end


codecs.register_error(_ONE_FOR_ONE, _substitute)


def shown(data: bytes) -> str:
    """The bytes as a text of as many UTF-8 bytes: each byte that is no character's is a `?`."""
    return data.decode("utf-8", _ONE_FOR_ONE)


def whole(data: bytes) -> int:
    """How many bytes of the data are left where a last character that is only begun is cut off."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(data)
    begun, _ = decoder.getstate()
    return len(data) - len(begun)


def parts(data: bytes, limit: int) -> Iterator[bytes]:
    """The data in parts of `limit` bytes or a little less, none cut within a character.

    A last character that is only begun is a part of its own, with what else is in the last part.
    """
    start = 0
    while start < len(data):
        end = start + limit
        if end < len(data):
            end = start + (whole(data[start:end]) or limit)
        yield data[start:end]
        start = end
