"""The package says what the API's own description says: paths, parameters, bodies and answers."""

import dataclasses
import inspect
import json
import types
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from attune_client import AttuneClient, Message, NewActivity, NewEvent
from attune_client.calls import Call, Listing, call, download, listing

OPENAPI = json.loads(Path("gen/openapi.json").read_text())
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# A value of each parameter, where its name does not tell.
GIVEN: Mapping[str, Any] = {
    "messages": [Message(role="user", content="x")],
    "events": [
        NewEvent(
            event_type="message",
            content={},
            timestamp=NOW,
            tool_name="x",
            success=True,
            credits_consumed=1,
        )
    ],
    "activities": [
        NewActivity(
            activity_type="query",
            query_text="x",
            response_data={},
            suggestion_clicked="x",
            feedback_rating=1,
            metadata={},
            user_id="x",
            created_at=NOW,
            request_id="x",
        )
    ],
}
# Told as the Idempotency-Key.
AS_HEADER = {"request_id"}
# The server's own, in what else is the same message as the caller's.
SERVERS = {"id", "user_id", "updated_at"}


def methods() -> Iterator[tuple[str, Any]]:
    client = AttuneClient("http://127.0.0.1:1", "t")
    for name, resource in vars(client).items():
        if not name.startswith("_"):
            for attribute, value in vars(type(resource)).items():
                if isinstance(value, call | listing | download):
                    yield f"{name}.{attribute}", value


METHODS = dict(methods())
each_method = pytest.mark.parametrize("name", METHODS)


def built(name: str) -> Call[Any]:
    """The call with a value for every parameter."""
    build: Any = METHODS[name].build
    parameters = [p for p in inspect.signature(build).parameters.values() if p.name != "self"]
    asked = build(None, **{p.name: value_of(p) for p in parameters})
    return asked.first if isinstance(asked, Listing) else asked


def value_of(parameter: inspect.Parameter) -> Any:
    if parameter.name in GIVEN:
        return GIVEN[parameter.name]
    kind = parameter.annotation
    kinds = {arg for arg in get_args(kind) if arg is not types.NoneType} or {kind}
    for known, value in ((datetime, NOW), (str, "x"), (bool, True), (float, 1.5), (int, 1)):
        if known in kinds:
            return value
    return ["x"] if "Iterable" in str(kind) else {}


def operation(asked: Call[Any]) -> Any:
    for template, verbs in OPENAPI["paths"].items():
        wanted = template.replace("{conversation_id}", "x").replace("{connection_id}", "x")
        wanted = wanted.replace("{user_id}", "x")
        if wanted == asked.path and asked.method.lower() in verbs:
            return verbs[asked.method.lower()]
    raise AssertionError(f"the API has no {asked.method} {asked.path}")


def resolved(schema: Any) -> Any:
    reference = schema.get("$ref") or next(
        (part["$ref"] for part in schema.get("allOf", []) if "$ref" in part), None
    )
    return (
        resolved(OPENAPI["components"]["schemas"][reference.split("/")[-1]])
        if reference
        else schema
    )


@each_method
def test_every_parameter_is_one_of_the_api_and_the_other_way_round(name: str) -> None:
    asked, told = built(name), operation(built(name))
    offered = {p["name"] for p in told.get("parameters", []) if p.get("in") == "query"}
    paged = {"page_token"} if isinstance(METHODS[name], listing) else set()
    assert set(asked.query) | paged == offered
    keyed = any("IdempotencyKey" in p.get("$ref", "") for p in told.get("parameters", []))
    assert (asked.idempotency_key is not None) == keyed


@each_method
def test_every_field_of_a_body_is_one_of_the_api_and_the_other_way_round(name: str) -> None:
    asked, told = built(name), operation(built(name))
    if "requestBody" not in told:
        assert asked.body is None
        return
    schema = resolved(told["requestBody"]["content"]["application/json"]["schema"])
    same_fields(json.loads(json.dumps(asked.body, default=str)), schema, SERVERS)


def same_fields(body: Any, schema: Any, beside: set[str]) -> None:
    schema = resolved(schema)
    if isinstance(body, list) and body:
        same_fields(body[0], schema["items"], beside)
    elif isinstance(body, dict) and "properties" in schema:
        ignored = beside | AS_HEADER
        assert set(body) - ignored == set(schema["properties"]) - ignored
        for field, value in body.items():
            same_fields(value, schema["properties"][field], beside)


@each_method
def test_every_field_of_an_answer_is_one_of_the_api_and_the_other_way_round(name: str) -> None:
    asked, told = built(name), operation(built(name))
    content = told["responses"]["200"]["content"]
    if asked.answer is bytes:
        assert isinstance(METHODS[name], download)
        return
    same_shape(asked.answer, content["application/json"]["schema"])


def same_shape(kind: Any, schema: Any) -> None:
    schema = resolved(schema)
    if get_origin(kind) is tuple:
        same_shape(get_args(kind)[0], schema["items"])
    elif dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        # A page's length is that of its list.
        assert set(hints) == set(schema["properties"]) - ({"count"} - set(hints))
        for field, inner in hints.items():
            [*known] = [arg for arg in get_args(inner) if arg is not types.NoneType]
            optional = types.NoneType in get_args(inner)
            same_shape(known[0] if optional else inner, schema["properties"][field])


@each_method
def test_every_method_takes_a_timeout_and_says_what_it_does(name: str) -> None:
    build = METHODS[name].build
    assert inspect.signature(build).parameters["timeout"].kind is inspect.Parameter.KEYWORD_ONLY
    assert METHODS[name].__doc__
    assert built(name).timeout == 1.5
