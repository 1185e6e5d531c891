"""Makes docs/http-reference.md from the server's OpenAPI document: run `make docs`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "nb_persistent_stream" / "server" / "openapi.json"
TARGET = ROOT / "docs" / "http-reference.md"
METHODS = ("get", "head", "put", "post", "patch", "delete")
PROBLEM = "application/problem+json"
# The problems that may answer anything.
EVERYWHERE = {"unauthorized", "forbidden", "failed"}
BOUNDS = {"minimum": "≥", "maximum": "≤", "maxLength": "characters ≤", "maxItems": "items ≤"}

Part = dict[str, Any]


class Reference:
    """One document, told in Markdown."""

    def __init__(self, document: Part) -> None:
        self.document = document
        self.components = document["components"]

    def lines(self) -> Iterator[str]:
        """The page, line by line."""
        yield "# HTTP reference"
        yield "\nMade by `make docs` from the OpenAPI 3.1 document that each server has at"
        yield "`nb-persistent-stream/v1/openapi.json`. [http.md](http.md) has examples."
        yield f"\n{self.document['info']['description']}"
        for tag in self.document["tags"]:
            yield f"\n## {tag['name']}\n\n{tag['description']}"
            for path, item in self.document["paths"].items():
                for method in METHODS:
                    if tag["name"] in item.get(method, {}).get("tags", ()):
                        yield from self._operation(path, method, item)
        yield from self._problems()
        yield from self._values()

    def _operation(self, path: str, method: str, item: Part) -> Iterator[str]:
        operation = item[method]
        yield f"\n### `{method.upper()} {path}`\n\n{operation['summary']}."
        if "description" in operation:
            yield f"\n{operation['description']}"
        parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
        yield from _table("| parameter | in | form | |", map(self._parameter, parameters))
        if body := operation.get("requestBody"):
            types = (_linked(type_, content) for type_, content in body["content"].items())
            yield f"\nBody ({', '.join(types)}): {body['description']}"
        responses = {
            code: self._resolved(response) for code, response in operation["responses"].items()
        }
        answers = (
            (code, each) for code, each in responses.items() if PROBLEM not in _content(each)
        )
        yield from _table("| answer | |", (_answer(*each) for each in answers))
        problems = [
            f"[{word}](#problems) ({code})"
            for code, response in responses.items()
            for word in _words(response)
            if word not in EVERYWHERE
        ]
        if problems:
            yield f"\nProblems: {', '.join(problems)}."

    def _parameter(self, parameter: Part) -> list[str]:
        parameter = self._resolved(parameter)
        form = self._form(parameter["schema"])
        return [f"`{parameter['name']}`", parameter["in"], form, parameter.get("description", "")]

    def _problems(self) -> Iterator[str]:
        yield "\n## Problems"
        yield "\nThe `type` is `urn:problem-type:nb-persistent-stream:` and one of these words."
        yield f"Any request may be answered with {_listed(sorted(EVERYWHERE))}."
        codes = {
            json.dumps(self._resolved(response)): code
            for item in self.document["paths"].values()
            for method in METHODS
            for code, response in item.get(method, {}).get("responses", {}).items()
        }
        responses = self.components["responses"].values()
        rows = [
            [_listed(words), codes.get(json.dumps(response), "405"),
             response["description"]]
            for response in responses
            if (words := _words(response))
        ]  # fmt: skip
        yield from _table("| type | code | |", sorted(rows, key=lambda row: row[1]))

    def _values(self) -> Iterator[str]:
        yield "\n## Values"
        for name, schema in self.components["schemas"].items():
            yield f"\n### {name}\n\n{schema.get('description', '')}".rstrip()
            if "properties" in schema:
                rows = (
                    [f"`{field}`", self._form(form), form.get("description", "")]
                    for field, form in schema["properties"].items()
                )
                yield from _table("| field | form | |", rows)
            else:
                yield f"\n{self._form(schema)}"

    def _form(self, schema: Part) -> str:
        """What a value looks like, in a few words."""
        if "$ref" in schema:
            return _link(schema["$ref"])
        if "anyOf" in schema:
            return " or ".join(map(self._form, schema["anyOf"]))
        if values := schema.get("enum") or ([schema["const"]] if "const" in schema else None):
            return ", ".join(f"`{value}`" for value in values)
        types = schema.get("type", "any")
        types = [types] if isinstance(types, str) else types
        of = f" of {self._form(schema['items'])}" if "items" in schema else ""
        words = " or ".join(f"{type_}{of}" if type_ == "array" else type_ for type_ in types)
        bounds = (f"{sign} {schema[key]}" for key, sign in BOUNDS.items() if key in schema)
        pattern = [f"`{schema['pattern']}`"] if "pattern" in schema else []
        default = [f"default {json.dumps(schema['default'])}"] if "default" in schema else []
        return ", ".join([words, *bounds, *pattern, *default])

    def _resolved(self, value: Part) -> Part:
        if "$ref" not in value:
            return value
        *_, place, name = value["$ref"].split("/")
        found: Part = self.components[place][name]
        return found


def reference(document: Part) -> str:
    """The whole page."""
    text = "\n".join(Reference(document).lines())
    return re.sub(r"\n{3,}", "\n\n", text).replace(" \n", "\n") + "\n"


def _answer(code: str, response: Part) -> list[str]:
    content = (_linked(type_, each) for type_, each in _content(response).items())
    headers = ", ".join(f"`{name}`" for name in response.get("headers", ()))
    words = [response["description"], ", ".join(content), headers and f"Headers: {headers}."]
    return [code, " ".join(filter(None, words))]


def _content(response: Part) -> Part:
    content: Part = response.get("content", {})
    return content


def _words(response: Part) -> list[str]:
    if PROBLEM not in _content(response):
        return []
    types = response["content"][PROBLEM]["schema"]["properties"]["type"]["enum"]
    return [type_.rpartition(":")[2] for type_ in types]


def _linked(type_: str, content: Part) -> str:
    schema = content.get("schema", {})
    return f"`{type_}`" + (f" {_link(schema['$ref'])}" if "$ref" in schema else "")


def _listed(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _link(ref: str) -> str:
    name = ref.rpartition("/")[2]
    return f"[{name}](#{name.lower()})"


def _table(head: str, rows: Iterator[list[str]] | list[list[str]]) -> Iterator[str]:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    if lines:
        yield f"\n{head}\n|{'---|' * (head.count('|') - 1)}"
        yield from lines


if __name__ == "__main__":
    TARGET.write_text(reference(json.loads(SOURCE.read_text("utf-8"))), "utf-8")
