"""The form that an answer must have: a pydantic model, or a JSON schema."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidInput
from ..protocol import Json

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


class Misfit(ValueError):
    """A text that does not fit; the message says where."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The JSON schema, and the pydantic model that it was made from, if it was."""

    json: Json
    model: Any = None

    @property
    def name(self) -> str:
        """A name of the form that providers ask for."""
        title = _NOT_IN_A_NAME.sub("_", str(self.json.get("title") or "")).strip("_")
        return title[:64] or "answer"

    def parse(self, text: str) -> Any:
        """The text as an instance of the model, or as plain JSON values.

        Raises:
            Misfit: it is not JSON, or not of this form.
        """
        if self.model is not None:
            return _as_model(text, self.model)
        value = _as_json(text)
        from jsonschema import ValidationError, validate  # noqa: PLC0415  (imported when used)

        try:
            validate(value, self.json)
        except ValidationError as error:
            raise Misfit(f"{error.json_path}: {_short(error.message)}") from None
        return value


def to_schema(value: object) -> Schema | None:
    """What a call's `schema=` means; None is none.

    Raises:
        InvalidInput: it is neither a pydantic model nor a JSON schema.
    """
    if value is None or isinstance(value, Schema):
        return value
    if isinstance(value, Mapping):
        return Schema(_checked(value))
    make = getattr(value, "model_json_schema", None)
    if not (isinstance(value, type) and callable(make)):
        raise InvalidInput(
            f"schema is {_short(repr(value))}. Give it a pydantic model (the class), or a JSON "
            'schema such as {"type": "object", "properties": {...}}.'
        )
    return Schema(make(), value)


def is_strict(schema: Any) -> bool:
    """Whether each object in a schema names all its members: what OpenAI can hold a model to.

    https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
    """
    if isinstance(schema, (list, tuple)):
        return all(map(is_strict, schema))
    if not isinstance(schema, Mapping):
        return True
    if schema.get("type") == "object":
        members = set(schema.get("properties", ()))
        if schema.get("additionalProperties") is not False or members != set(
            schema.get("required", ())
        ):
            return False
    return all(map(is_strict, schema.values()))


def _checked(schema: Json) -> Json:
    from jsonschema import SchemaError  # noqa: PLC0415
    from jsonschema.validators import validator_for  # noqa: PLC0415

    try:
        validator_for(schema).check_schema(schema)
    except SchemaError as error:
        raise InvalidInput(
            f"schema is no JSON schema: {_short(error.message)}. Correct it, or give a pydantic "
            "model."
        ) from None
    return schema


def _as_model(text: str, model: Any) -> Any:
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Misfit(f"{place}: {first['msg']}" if place else first["msg"]) from None


def _as_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Misfit(f"it is not JSON ({error})") from None


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"  # noqa: PLR2004  (for a sentence)
