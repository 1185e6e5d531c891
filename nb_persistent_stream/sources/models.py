"""Which model answers a prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..config import DEFAULT_MODEL, Config
from ..errors import InvalidInput, ModelNotChosen
from . import demo, openai
from .contract import Source

Messages = list[Mapping[str, Any]]


def model_source(
    prompt: str | Sequence[Mapping[str, Any]],
    config: Config,
    *,
    model: str | None = None,
    system: str | None = None,
    base_url: str | None = None,
    options: Mapping[str, Any],
) -> Source:
    """The source that answers a prompt or a list of messages.

    The model is the one named, else `NB_STREAM_MODEL`, else the default where there is a key.

    Raises:
        ModelNotChosen: there is no model to ask.
        InvalidInput: the prompt is empty, or an option can't be used.
    """
    messages = to_messages(prompt, system)
    model = model or config.model
    if model == demo.NAME:
        if base_url:
            raise InvalidInput("The demo model has no server: leave base_url out, or name a model.")
        return demo.demo_source(messages, options)
    access = openai.access(base_url, options)
    if model is None and access.key is None:
        raise ModelNotChosen(
            "No model was chosen, and there is no key for one. Three ways to go on: set "
            "OPENAI_API_KEY; or name a server of your own, stream(prompt, model='...', "
            "base_url='http://localhost:11434/v1'); or try it offline with "
            "stream(prompt, model='demo')."
        )
    return openai.openai_source(messages, model or DEFAULT_MODEL, access, options)


def to_messages(prompt: str | Sequence[Mapping[str, Any]], system: str | None) -> Messages:
    """A prompt as messages.

    Raises:
        InvalidInput: there is nothing in it to answer.
    """
    if isinstance(prompt, str):
        if not prompt.strip():
            raise InvalidInput("The prompt is empty. Say what the model should answer.")
        messages: Messages = [{"role": "user", "content": prompt}]
    else:
        messages = list(prompt)
        if not messages:
            raise InvalidInput(
                "The list of messages is empty. Give it at least one, such as "
                "{'role': 'user', 'content': '...'}."
            )
    return [{"role": "system", "content": system}, *messages] if system else messages
