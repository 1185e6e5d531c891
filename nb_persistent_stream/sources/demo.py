"""The demo model: offline, deterministic, and never mistaken for a real one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from ..errors import InvalidInput
from ..protocol import Piece, Report
from .contract import Event, Request, Source
from .secrets import shown_options

NAME = "demo"
_PACE = 40.0

_ANSWER = """\
## {subject}

You asked: “{prompt}”. This is the **demo model**: it runs in your kernel, asks nobody, and \
always says the same about the same prompt. It is here to show how an answer streams.

What you can try while it speaks:

1. Close this tab and open the notebook again: the text goes on.
2. Run `watch()` in a second notebook: it follows along.
3. Press *Stop*: what was said is kept.

```python
from nb_persistent_stream import stream

answer = stream({code})
await answer
```

| where | what it sees |
|---|---|
| this cell | each word as it is said |
| a watcher | each word as it is stored |
| the store | all of it, for good |

A real model answers as soon as `OPENAI_API_KEY` is set, or `base_url=` names a server.
"""


def demo_source(request: Request) -> Source:
    """The demo model's answer; `pace` is pieces a second (default 40).

    Raises:
        InvalidInput: a server or another option was given, or the pace is not a number above 0.
    """
    if request.base_url:
        raise InvalidInput("The demo model has no server: leave base_url out, or name a model.")
    options = request.options
    unknown = sorted(set(options) - {"pace"})
    if unknown:
        raise InvalidInput(
            f"The demo model has no option {', '.join(unknown)}; it knows only pace= (pieces a "
            "second)."
        )
    pace = options.get("pace", _PACE)
    if isinstance(pace, bool) or not isinstance(pace, (int, float)) or not pace > 0:
        raise InvalidInput(f"pace is {pace!r}. Give the demo model a number above 0, such as 40.")
    answer = compose(_last_words(request.messages))
    return Source(
        lambda: _say(answer, 1 / pace), provider=NAME, model=NAME, options=shown_options(request)
    )


def compose(prompt: str) -> str:
    """The whole answer to a prompt, as Markdown."""
    subject = " ".join(re.findall(r"\w+", prompt)[:8]) or "Your prompt"
    quoted = " ".join(prompt.split())
    if len(quoted) > 200:  # noqa: PLR2004  (a quotation, not a copy)
        quoted = quoted[:200] + "…"
    return _ANSWER.format(
        subject=subject[:1].upper() + subject[1:], prompt=quoted, code=repr(quoted)
    )


async def _say(answer: str, pause: float) -> AsyncGenerator[Event, None]:
    yield Report(model=NAME)
    for word in re.findall(r"\s*\S{1,12}", answer) + re.findall(r"\s+\Z", answer):
        yield Piece(word)
        # A sentence's end takes a breath, as real models seem to.
        await asyncio.sleep(pause * (2 if word.endswith((".", ":", "!")) else 1))
    yield Report(finish_reason="stop")


def _last_words(messages: list[Mapping[str, Any]]) -> str:
    for message in reversed(messages):
        content = message.get("content")
        if message.get("role") == "user" and isinstance(content, str):
            return content
    return ""
