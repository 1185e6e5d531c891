"""Holds answers to the server's OpenAPI document."""

import json
import re
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

import nb_persistent_stream.server

DOCUMENT = json.loads(
    (Path(nb_persistent_stream.server.__file__).parent / "openapi.json").read_text("utf-8")
)
METHODS = ("get", "head", "put", "post", "patch", "delete")
_PARAMETERS = {"id": r"(?!__ds)[^/]+", "path": ".+", "file": ".+", "call": "[^/]+"}


def resolved(value):
    """A part of the document, or what it refers to."""
    while "$ref" in value and len(value) == 1:
        *_, place, name = value["$ref"].split("/")
        value = DOCUMENT["components"][place][name]
    return value


def operations():
    """Path, method and operation, of all there are."""
    for path, item in DOCUMENT["paths"].items():
        yield from ((path, method, item[method]) for method in METHODS if method in item)


def responses(operation):
    return {int(code): resolved(response) for code, response in operation["responses"].items()}


def problems(response):
    """The words of the problems that a response may tell."""
    content = response.get("content", {}).get("application/problem+json")
    if content is None:
        return set()
    types = content["schema"]["properties"]["type"]["enum"]
    return {type_.rpartition(":")[2] for type_ in types}


def find(path, method):
    """The operation of a path below the server's root; None when there is none."""
    for template, each, operation in operations():
        pattern = re.sub(r"\{(\w+)\}", lambda found: _PARAMETERS[found[1]], template)
        if method.lower() == each and re.fullmatch(pattern, path):
            return operation
    return None


def check(path, method, response):
    """See that the document knows of this answer."""
    operation = find(path, method)
    if operation is None:
        assert response.code in (403, 404, 405, 501), (path, method, response.code)
        return
    known = responses(operation)
    assert response.code in known, f"{method} {path} is not described to answer {response.code}"
    content_type = response.headers.get("Content-Type", "").partition(";")[0]
    content = known[response.code].get("content", {}).get(content_type, {})
    if "json" in content_type and response.body and "schema" in content:
        _validator(json.dumps(content["schema"])).validate(json.loads(response.body))


@cache
def _validator(schema):
    whole = {**json.loads(schema), "components": DOCUMENT["components"]}
    return Draft202012Validator(whole)
