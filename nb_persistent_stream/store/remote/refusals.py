"""What a server's refusals mean, as our errors."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import httpx

from ...errors import (
    InvalidInput,
    PersistentStreamError,
    StoreCorrupt,
    StoreError,
    StoreReplaced,
    StoreTooNew,
    StoreUnavailable,
    StreamDeleted,
    StreamFenced,
    StreamGone,
    StreamNotFound,
)

_PROBLEM = "urn:problem-type:nb-persistent-stream:"
# By the last word of a problem's type, from the stream's id and the problem's detail.
_ERRORS: dict[str, Callable[[str, str], PersistentStreamError]] = {
    "gone": lambda stream_id, _: StreamGone(stream_id),
    "not-found": lambda stream_id, _: StreamNotFound(stream_id),
    "deleted": lambda stream_id, _: StreamDeleted(stream_id),
    "fenced": StreamFenced,
    "invalid-input": lambda _, detail: InvalidInput(detail),
    "too-large": lambda _, detail: InvalidInput(detail),
    "replaced": lambda _, detail: StoreReplaced(detail),
    "unavailable": lambda _, detail: StoreUnavailable(detail),
    "corrupt": lambda _, detail: StoreCorrupt(detail),
    "too-new": lambda _, detail: StoreTooNew(detail),
}
# What proxies say while the server behind them is away: 424 is JupyterHub's word for that.
_AWAY = (408, 424, 425, 429, 502, 503, 504)


def error(word: str, detail: str, stream_id: str) -> PersistentStreamError:
    """The error that a server has met and told of."""
    make = _ERRORS.get(word)
    return make(stream_id, detail) if make else StoreError(detail)


def refusal(answer: httpx.Response, url: str, stream_id: str) -> PersistentStreamError:
    """The error that an answer without success stands for."""
    code = answer.status_code
    if code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _not_allowed(answer, url)
    word, detail = _problem(answer)
    if word:
        return error(word, detail, stream_id)
    if code in _AWAY:
        return away(url, f"it answered {code} {answer.reason_phrase}")
    if answer.is_redirect:
        where = answer.url.join(answer.headers.get("Location", ""))
        return no_extension(url, f"it sends on to {where.copy_with(query=None)}")
    return no_extension(url, f"it answered {code} {answer.reason_phrase}")


def away(url: str, why: str) -> StoreUnavailable:
    """The error of a server that can't be reached now."""
    return StoreUnavailable(
        f"The server {url} can't be reached now ({why}). See that it runs, and that "
        "NB_STREAM_STORE is its address."
    )


def no_extension(url: str, why: str) -> StoreError:
    """The error of an address that is another's."""
    return StoreError(
        f"There is no nb_persistent_stream at {url} ({why}). Set NB_STREAM_STORE to the address of "
        "a Jupyter server that has it, such as https://hub.example/user/alice, without what "
        "follows in a browser (/lab, /tree)."
    )


def other_version(url: str, version: object) -> StoreError:
    """The error of a server that has another way to be called."""
    return StoreError(
        f"The server {url} has nb_persistent_stream {version}, which this version can't write to. "
        "Use the same version of nb_persistent_stream here and there."
    )


def _not_allowed(answer: httpx.Response, url: str) -> StoreError:
    if "Authorization" not in answer.request.headers:
        return StoreError(
            f"The server {url} wants a token, and there is none. Set NB_STREAM_TOKEN to the "
            "server's token; `jupyter server list` shows it there."
        )
    return StoreError(
        f"The server {url} does not accept the token in NB_STREAM_TOKEN ({answer.status_code} "
        f"{answer.reason_phrase}): it is another server's, it has expired, or it does not allow "
        "this. Set NB_STREAM_TOKEN to a token of this server that may read and write streams."
    )


def _problem(answer: httpx.Response) -> tuple[str, str]:
    """The word and the detail of a problem of ours; no word for anything else."""
    try:
        problem = answer.json()
        type_, detail = str(problem["type"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        return "", ""
    return type_.removeprefix(_PROBLEM) if type_.startswith(_PROBLEM) else "", detail
