"""The description of the API, made from the protos."""

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from gateway.openapi.document import describe
from gateway.openapi.page import render
from tests.gateway import service  # noqa: F401  (puts attune.echo.v1 on the path)
from tests.gateway.compiled import DESCRIPTORS

COMMITTED = Path(__file__).parents[2] / "gen" / "openapi.json"


@pytest.fixture(scope="module")
def api() -> Any:
    return describe(DESCRIPTORS, ["echo"])


def test_it_is_valid(api: Any) -> None:
    validate(json.loads(json.dumps(api)))


def test_what_is_committed_is_valid() -> None:
    validate(json.loads(COMMITTED.read_text()))


def test_each_operation_tells_the_scope_that_a_key_needs() -> None:
    paths = json.loads(COMMITTED.read_text())["paths"]
    log = paths["/api/v1/activity/log"]["post"]["description"]
    member = paths["/api/v1/members/{user_id}"]["patch"]["description"]
    assert log.endswith("An API key needs the scope `activity:write`.")
    assert member.endswith("Not for API keys.")
    assert "API key" not in paths["/api/v1/me"]["get"]["description"]


def test_it_is_the_same_each_time(api: Any) -> None:
    assert json.dumps(describe(DESCRIPTORS, ["echo"])) == json.dumps(api)


def test_comments_are_descriptions(api: Any) -> None:
    operation = api["paths"]["/echo/v1/values"]["post"]
    assert operation["summary"] == "Everything in the body"
    assert operation["tags"] == ["Echo"]
    assert operation["operationId"] == "everything"
    assert api["tags"][0]["description"].startswith("EchoService answers")
    values = api["components"]["schemas"]["Values"]
    assert values["properties"]["small"]["description"] == "A small number."


def test_rules_are_constraints(api: Any) -> None:
    fields = api["components"]["schemas"]["InnerInput"]["properties"]
    assert (
        fields["name"].items() >= {"minLength": 1, "maxLength": 20, "pattern": "^[a-z]+$"}.items()
    )
    assert fields["number"].items() >= {"minimum": 0, "exclusiveMaximum": 10}.items()


def test_requests_require_what_rules_do_and_answers_what_is_always_there(api: Any) -> None:
    schemas = api["components"]["schemas"]
    assert schemas["InnerInput"]["required"] == ["name"]
    assert schemas["Inner"]["required"] == ["name", "number"]
    assert schemas["InnerInput"]["additionalProperties"] is False


def test_each_kind_of_field_has_its_schema(api: Any) -> None:
    fields = api["components"]["schemas"]["Values"]["properties"]
    plain = {name: {k: v for k, v in s.items() if k != "description"} for name, s in fields.items()}
    assert plain["payload"] == {}
    assert plain["payloads"] == {"type": "array", "items": {}}
    assert plain["big"] == {"type": "integer", "format": "int64"}
    assert plain["natural"]["minimum"] == 0
    assert plain["at"] == {"type": "string", "format": "date-time"}
    assert plain["data"] == {"type": "string", "contentEncoding": "base64"}
    assert plain["color"] == {"$ref": "#/components/schemas/Color"}
    assert plain["counts"]["additionalProperties"] == {"type": "integer", "format": "int64"}
    assert plain["boxed"] == {"type": "integer", "format": "int64"}


def test_parameters_are_those_that_the_gateway_reads(api: Any) -> None:
    operation = api["paths"]["/echo/v1/resource/{id}"]["patch"]
    found = {(p["in"], p["name"]) for p in operation["parameters"]}
    assert found == {("path", "id"), ("query", "dry_run")}


def test_a_request_with_a_key_takes_the_header(api: Any) -> None:
    key = {"$ref": "#/components/parameters/IdempotencyKey"}
    assert key in api["paths"]["/echo/v1/values"]["post"]["parameters"]
    assert key not in api["paths"]["/echo/v1/names"]["get"].get("parameters", [])


def test_streams_and_files_have_their_types(api: Any) -> None:
    count = api["paths"]["/echo/v1/count"]["get"]["responses"]["200"]["content"]
    assert list(count) == ["text/event-stream"]
    upload = api["paths"]["/echo/v1/file/{name}"]["post"]
    assert list(upload["requestBody"]["content"]) == ["*/*"]
    assert list(upload["responses"]["200"]["content"]) == ["*/*"]


def test_errors_are_problems(api: Any) -> None:
    responses = api["paths"]["/echo/v1/values"]["post"]["responses"]
    assert {
        "400",
        "401",
        "403",
        "409",
        "413",
        "415",
        "422",
        "429",
        "503",
        "504",
    } <= responses.keys()
    problem = api["components"]["responses"]["422"]["content"]
    assert list(problem) == ["application/problem+json"]
    assert "INVALID_FIELD" in api["components"]["schemas"]["ErrorReason"]["enum"]


def test_an_rpc_for_anyone_needs_no_token(api: Any) -> None:
    assert api["paths"]["/echo/v1/open"]["get"]["security"] == []
    assert api["security"] == [{"bearer": []}]


def test_examples_are_those_of_the_comment_or_made_from_the_schema(api: Any) -> None:
    operation = api["paths"]["/echo/v1/values"]["post"]
    text = "Everything in the body. All of it comes back.\n\nNot for API keys."
    assert operation["description"] == text
    media = operation["requestBody"]["content"]["application/json"]
    assert media["example"] == {"text": "hello", "tags": ["a"]}
    answer = operation["responses"]["200"]["content"]["application/json"]
    assert answer["example"] == {"text": "hello"}
    names = api["paths"]["/echo/v1/names"]["get"]["responses"]["200"]["content"]
    assert names["application/json"]["example"] == ["text"]


def test_the_page_fills_in_examples_and_names_what_is_needed() -> None:
    page = unescape(render(json.loads(COMMITTED.read_bytes())))
    assert "curl 'http://127.0.0.1:8000/api/v1/conversations/demo-123' \\\n" in page
    assert "curl 'http://127.0.0.1:8000/api/v1/users/analyst001/context' \\\n" in page
    assert "/api/v1/feedback?older_than_days=older_than_days' \\\n" in page
    assert "/api/v1/feedback' \\\n" in page
