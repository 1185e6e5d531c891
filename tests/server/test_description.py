"""The OpenAPI document and the handlers say the same.

Beside these tests, each answer that a test of this folder fetches is held to the document.
"""

import re
from itertools import chain

import pytest
from openapi_spec_validator import validate
from tornado.web import RequestHandler

from nb_persistent_stream.ids import check_id
from nb_persistent_stream.labels import LONGEST_TAG, LONGEST_TITLE, MOST_TAGS
from nb_persistent_stream.protocol import Status, StreamInfo
from nb_persistent_stream.server import replies
from nb_persistent_stream.server.durable import requests
from nb_persistent_stream.server.extension import ROUTES
from nb_persistent_stream.store import MAX_PAGE, Reason
from nb_persistent_stream.store.calls import CALLS
from nb_persistent_stream.store.queries import MOST_SEARCH
from nb_persistent_stream.wire import info_record

from .described import DOCUMENT, METHODS, operations, problems, resolved, responses

SCHEMAS = DOCUMENT["components"]["schemas"]
EXAMPLES = {"id": "one", "path": "subscriptions/one", "file": "viewer.js", "call": "info"}
# A handler that refuses whatever was asked has no methods of its own.
REFUSES_ALL = "/stream/__ds/{path}"


def route_of(path):
    """The first route that takes a path, as the server looks for it."""
    example = re.sub(r"\{(\w+)\}", lambda found: EXAMPLES[found[1]], path).removeprefix("/")
    return next(route for route in ROUTES if re.fullmatch(route[0], example))


def methods_of(handler):
    inherited = [getattr(RequestHandler, method) for method in METHODS]
    return {m for m in METHODS if getattr(handler, m) not in inherited}


def test_it_is_valid():
    validate(DOCUMENT)


def test_each_route_is_described_and_each_description_has_a_route():
    assert {route_of(path)[0] for path in DOCUMENT["paths"]} == {route[0] for route in ROUTES}


@pytest.mark.parametrize("path", [path for path in DOCUMENT["paths"] if path != REFUSES_ALL])
def test_the_methods_of_a_path_are_its_handlers(path):
    handler = route_of(path)[1]
    described = {method for each, method, _ in operations() if each == path}
    # Where only GET is described, tornado's file handler answers HEAD with the same.
    assert described == methods_of(handler) - ({"head"} if path.startswith("/static") else set())


def test_the_problems_that_handlers_tell_are_described_with_their_codes():
    told = {(code, word) for _, code, word in replies._ERRORS}
    told |= set(replies._HTTP_TYPES.items())
    told |= {(403 if reason is Reason.STALE_EPOCH else 409, reason.value) for reason in Reason}
    told.add((500, "failed"))
    described = {
        (code, word)
        for _, _, operation in operations()
        for code, response in responses(operation).items()
        for word in problems(response)
    }
    not_allowed = {
        (405, word) for word in problems(DOCUMENT["components"]["responses"]["NotAllowed"])
    }
    assert described | not_allowed == told


def test_every_operation_is_named_once_and_explained():
    names = [operation["operationId"] for *_, operation in operations()]
    assert len(set(names)) == len(names)
    for *_, operation in operations():
        assert operation["summary"]
        parameters = map(resolved, operation.get("parameters", []))
        assert all(parameter["description"] for parameter in parameters)
        assert all(response["description"] for response in responses(operation).values())


def test_a_streams_schema_has_what_its_record_has():
    record = info_record(StreamInfo("one", Status.DONE, 0.0), 0.0)
    assert set(SCHEMAS["Stream"]["properties"]) == set(SCHEMAS["Stream"]["required"]) == set(record)


def test_the_limits_are_those_that_are_enforced():
    labels = SCHEMAS["Labels"]["properties"]
    page = DOCUMENT["paths"]["/streams"]["get"]
    query = {parameter["name"]: parameter["schema"] for parameter in page["parameters"]}
    placed = SCHEMAS["Placed"]["properties"]["stream_ids"]
    assert SCHEMAS["Status"]["enum"] == [status.value for status in Status]
    assert labels["title"]["maxLength"] == LONGEST_TITLE
    assert (labels["tags"]["maxItems"], labels["tags"]["items"]["maxLength"]) == (
        MOST_TAGS,
        LONGEST_TAG,
    )
    assert query["search"]["maxLength"] == MOST_SEARCH
    assert query["limit"]["maximum"] == MAX_PAGE
    assert placed["maxItems"] == MAX_PAGE
    durable = DOCUMENT["paths"]["/stream/{id}"]
    headers = {p["name"]: p["schema"] for p in durable["post"]["parameters"] if "name" in p}
    assert headers["Producer-Seq"]["maximum"] == requests._MOST
    assert headers["Producer-Id"]["maxLength"] == requests._LONGEST
    longest = "a" * SCHEMAS["StreamId"]["maxLength"]
    assert check_id(longest) == longest
    with pytest.raises(ValueError, match="is not a stream id"):
        check_id(longest + "a")
    whole = re.compile(SCHEMAS["StreamId"]["pattern"])
    for stream_id in chain("aA0", ["20260102-3f9a1c5e7b20", "a._~-"]):
        assert whole.fullmatch(check_id(stream_id))


def test_the_stores_calls_are_those_that_there_are():
    parameter, *_ = DOCUMENT["paths"]["/store/{call}"]["parameters"]
    assert parameter["schema"]["enum"] == list(CALLS)
    reads = list(CALLS)[list(CALLS).index("info") :]  # as the description tells it
    rights = {**dict.fromkeys(CALLS, "write"), **dict.fromkeys(reads, "read")}
    rights["request_cancel"] = "execute"
    assert {name: call.action for name, call in CALLS.items()} == rights


async def test_it_is_served_to_who_may_read(fetch, allow):
    assert (await fetch("openapi.json")).json == DOCUMENT
    assert (await fetch("openapi.json", headers={"Authorization": ""})).code == 403
    allow("write", "execute")
    assert (await fetch("openapi.json")).code == 403


async def test_a_method_that_is_none_is_told_which_there_are(fetch):
    answer = await fetch("streams/one", method="POST", body="")
    assert answer.code == 405
    assert answer.headers["Allow"] == "GET, DELETE, PATCH, OPTIONS"


async def test_the_socket_says_what_it_is_to_who_asks_for_a_page(fetch):
    answer = await fetch("live")
    assert (answer.code, answer.error["type"]) == (426, "no-socket")
    assert answer.headers["Upgrade"] == "websocket"
    answer = await fetch("live", headers={"Authorization": ""}, follow_redirects=False)
    assert (answer.code, answer.error["type"]) == (403, "forbidden")
