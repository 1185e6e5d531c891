"""Every other provider, through LiteLLM (extra `[litellm]`): models named `provider/model`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

from ..errors import SourceFailed
from ..protocol import Report
from .chat import read_chunk
from .contract import Event, Request, Source
from .extras import load, need
from .failures import Peer, answer
from .fields import get
from .openai import ask_chat
from .secrets import secrets_of, shown_options, shown_url


def litellm_source(request: Request) -> Source:
    """A streamed completion of any model that LiteLLM knows.

    Raises:
        InvalidInput: the extra is not installed.
    """
    need("litellm", f"The model {request.model!r}")
    provider, slash, _ = str(request.model).partition("/")
    peer = Peer(
        shown_url(request.base_url) or provider,
        str(request.model),
        "the variable that holds this provider's key",
        secrets_of(request),
    )
    return Source(
        lambda: answer(peer, _ask(request)),
        provider=provider if slash else "litellm",
        model=request.model,
        options=shown_options(request),
    )


async def _ask(request: Request) -> AsyncGenerator[Event, None]:
    litellm = await load("litellm")
    litellm.suppress_debug_info = True  # or each error prints its help into the cell
    _check_key(litellm, request)
    chunks = await litellm.acompletion(**{**_asked(request), **request.options, "stream": True})
    try:
        async for chunk in chunks:
            for event in read_chunk(chunk):
                yield _as_said(event, chunks) if isinstance(event, Report) else event
    finally:
        await chunks.aclose()


def _asked(request: Request) -> dict[str, Any]:
    address = {"base_url": request.base_url} if request.base_url else {}
    return {**ask_chat(request), **address}


def _as_said(report: Report, chunks: Any) -> Report:
    """A report without what LiteLLM makes up where the provider has not said it.

    That is a "stop" for a connection that broke, and counts for an answer that came without any.
    """
    ended = get(chunks, "received_finish_reason") or get(chunks, "intermittent_finish_reason")
    counted = report.usage and any(get(chunk, "usage") for chunk in get(chunks, "chunks") or ())
    return replace(
        report,
        finish_reason=report.finish_reason if ended else None,
        usage=report.usage if counted else None,
    )


def _check_key(litellm: Any, request: Request) -> None:
    if request.base_url or request.options.get("api_key"):
        return
    found: dict[str, Any] = litellm.validate_environment(request.model)
    if not found["keys_in_environment"] and found["missing_keys"]:
        raise SourceFailed(
            f"There is no key to ask the model {request.model!r} with. Set "
            f"{' and '.join(found['missing_keys'])}, or pass api_key=."
        )
