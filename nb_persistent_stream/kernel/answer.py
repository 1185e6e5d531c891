"""What a stream's handle tells of the answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from ..protocol import TEXT, Json, Status, StreamInfo
from ..sources import Misfit, Schema, to_schema
from ..store import StreamStore
from ..toolcalls import ToolCall, calls_of
from .driver import Driver
from .runtime import Runtime
from .stored import whole_body, whole_text


class Answer(ABC):
    """The parts and the facts of an answer; live, as all of a handle's values are."""

    id: str
    _runtime: Runtime
    _store: StreamStore
    _driver: Driver | None
    _schema: Schema | None

    @property
    @abstractmethod
    def info(self) -> StreamInfo:
        """All that is known of the stream but its body."""

    @property
    def text(self) -> str:
        """The text so far."""
        return self._text(TEXT)

    @property
    def reasoning(self) -> str:
        """The reasoning so far, where the model shows it."""
        return self._text("reasoning")

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tool calls so far: each has an `id`, a `name`, `arguments` (text) and `parsed`."""
        if self._driver is not None:
            return self._driver.body.tool_calls()
        return calls_of(self._runtime.call(whole_body(self._store, self.id)))

    @property
    def parsed(self) -> Any:
        """The answer in the form that `schema=` asked for; None until it is whole, and without one.

        An instance of the pydantic model where this handle began the stream, else JSON values.
        """
        info = self.info
        schema = self._schema or to_schema(info.provenance.options.get("schema"))
        if schema is None or info.status is not Status.DONE:
            return None
        try:
            return schema.parse(self.text)
        except Misfit:  # it calls tools instead
            return None

    @property
    def usage(self) -> Json | None:
        """What the provider counted, in its own words; None where it has not said it."""
        return self.info.report.usage

    @property
    def finish_reason(self) -> str | None:
        """Why the model ended, in the provider's word, such as `stop` or `end_turn`."""
        return self.info.report.finish_reason

    @property
    def response_id(self) -> str | None:
        """The provider's own id of the answer."""
        return self.info.report.response_id

    def _text(self, kind: str) -> str:
        if self._driver is not None:
            return self._driver.body.text(kind)
        return self._runtime.call(whole_text(self._store, self.id, kind))
