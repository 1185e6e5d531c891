"""Which model answers a prompt, and through which adapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..config import DEFAULT_MODEL, Config
from ..errors import InvalidInput, ModelNotChosen
from . import anthropic, demo, litellm, openai, plugins
from .contract import Adapter, Messages, Request, Source
from .schema import to_schema

ADAPTERS: Mapping[str, Adapter] = {
    "chat": openai.chat_source,
    "responses": openai.responses_source,
    "anthropic": anthropic.anthropic_source,
    "litellm": litellm.litellm_source,
    demo.NAME: demo.demo_source,
}
# The adapters that know OpenAI's models, and so have a default.
_OF_OPENAI = ("chat", "responses")


def model_source(
    prompt: str | Sequence[Mapping[str, Any]],
    config: Config,
    *,
    model: str | None = None,
    system: str | None = None,
    base_url: str | None = None,
    api: str | None = None,
    schema: object = None,
    options: Mapping[str, Any],
) -> Source:
    """The source that answers a prompt or a list of messages.

    The model is the one named, else `NB_STREAM_MODEL`, else the default where there is a key. The
    adapter is the one that `api` names, else `adapter_of` finds it by the model's name.

    Raises:
        ModelNotChosen: there is no model to ask.
        InvalidInput: the prompt is empty, or an argument or option can't be used.
    """
    request = Request(
        messages=to_messages(prompt),
        model=model or config.model,
        system=system,
        base_url=base_url,
        schema=to_schema(schema),
        api=api,
        options=options,
    )
    name = api or adapter_of(request.model, base_url)
    if options.get("background"):
        name = _in_background(name, api)
    if request.model is None and name in _OF_OPENAI and openai.key_of(options):
        request = replace(request, model=DEFAULT_MODEL)
    if request.model is None and name != demo.NAME:
        raise ModelNotChosen(
            "No model was chosen, and there is no key for one. Three ways to go on: set "
            "OPENAI_API_KEY; or name a server of your own, stream(prompt, model='...', "
            "base_url='http://localhost:11434/v1'); or try it offline with "
            "stream(prompt, model='demo')."
        )
    if name in ADAPTERS:
        source = ADAPTERS[name](request)
    else:
        source = plugins.adapter(name, ADAPTERS)(plugins.without_prefix(request, name))
    options = {**source.options, **_how(source, name, request)}
    return replace(source, options=options, schema=request.schema)


def _in_background(name: str, api: str | None) -> str:
    """The adapter that answers in the background; one of another package may be able to.

    Raises:
        InvalidInput: the one that was chosen can't.
    """
    if name == "chat" and api is None:
        return "responses"
    if name in ADAPTERS and name != "responses":
        raise InvalidInput(
            f"background=True is for models of OpenAI Responses, and this one is asked through "
            f"{name!r}. Leave it out, or ask a model that api='responses' can."
        )
    return name


def _how(source: Source, name: str, request: Request) -> dict[str, Any]:
    """What is stored, beside an adapter's options, so that the same can be asked once more."""
    found = adapter_of(source.model, source.options.get("base_url"))
    how: dict[str, Any] = {}
    if request.api or found != name:  # such as a server that ANTHROPIC_BASE_URL named
        how["api"] = name
    if request.schema:
        how["schema"] = request.schema.json
    return how


def adapter_of(model: str | None, base_url: str | None) -> str:
    """The adapter for a model by its name; a server that is named speaks chat completions."""
    if model == demo.NAME:
        return demo.NAME
    if model is None or openai.address_of(base_url):
        return "chat"
    if model.startswith("claude-"):
        return "anthropic"
    prefix, slash, _ = model.partition("/")
    if not slash:
        return "chat"
    return prefix if prefix in plugins.names() else "litellm"


def to_messages(prompt: str | Sequence[Mapping[str, Any]]) -> Messages:
    """A prompt as messages.

    Raises:
        InvalidInput: there is nothing in it to answer.
    """
    if isinstance(prompt, str):
        if not prompt.strip():
            raise InvalidInput("The prompt is empty. Say what the model should answer.")
        return [{"role": "user", "content": prompt}]
    if not prompt:
        raise InvalidInput(
            "The list of messages is empty. Give it at least one, such as "
            "{'role': 'user', 'content': '...'}."
        )
    return list(prompt)
