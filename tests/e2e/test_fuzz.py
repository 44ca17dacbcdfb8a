"""Nothing that a caller sends makes a 500: requests of every kind on the real services."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.routing.routes import discover
from services.common.pages import filters_hash
from tests.e2e.conftest import Api
from tests.properties import quick

# But those whose stream goes on until its reader has enough.
FOUND = discover(("activity", "suggestions", "analytics"))
ENDING = (r for r in FOUND if not r.method.name.startswith("Watch"))
ROUTES = sorted(ENDING, key=lambda r: (r.template.text, r.verb))
# Without the rebuild, which would keep a worker busy for each example.
WRITES = [r for r in ROUTES if r.body and r.method.name != "RebuildQueryPatterns"]
NAMES = sorted({f.name for route in ROUTES for f in route.method.input_type.fields} | {"nonsense"})
JSON = {"Content-Type": "application/json"}
GOOD = {"application/json", "text/csv; charset=utf-8"}
ODD = ["", " ", "\0", "é😀", "a" * 300, "-1", "0", "1e999", "null", "2026-13-45T00:00:00Z"]
TIMES = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2026-02-30T00:00:00Z"]

texts = st.text(max_size=12) | st.sampled_from([*ODD, *TIMES, "query", "chat", "feedback", "trend"])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
async def fuzzed(api: Api) -> AsyncIterator[httpx2.AsyncClient]:
    async with api.as_("fuzz", org="fuzz", role="admin") as client:
        await client.post(
            "/api/v1/activity/log", json={"activity_type": "chat", "query_text": "known"}
        )
        yield client


def fine(answer: httpx2.Response) -> bool:
    """Answered, and refused in our own words where it was refused."""
    kind = answer.headers["content-type"]
    expected = GOOD if answer.status_code == 200 else {"application/problem+json"}
    assert answer.status_code < 500, (answer.request.url, answer.request.content, answer.text)
    return kind in expected


def path_of(route: Any, value: str = "my-database") -> str:
    text: str = route.template.text
    for variable in route.template.variables:
        text = text.replace(f"{{{variable.field}}}", value)
    return text


def fields_of(route: Any) -> list[str]:
    input_type = route.method.input_type
    body = input_type.fields_by_name[route.body].message_type if route.body != "*" else input_type
    return [field.name for field in body.fields]


async def send(client: httpx2.AsyncClient, verb: str, path: str, **how: Any) -> bool:
    return fine(await client.request(verb, path, **how))


def bodies_of(route: Any) -> Any:
    names = st.sampled_from([*fields_of(route), "nonsense"])
    return st.tuples(st.just(route), st.dictionaries(names, values, max_size=6) | values)


@quick
@given(st.sampled_from(WRITES).flatmap(bodies_of))
async def test_any_json_as_a_body(fuzzed: httpx2.AsyncClient, request_: tuple[Any, Any]) -> None:
    route, body = request_
    content = json.dumps(body).encode()
    assert await send(fuzzed, route.verb, path_of(route), content=content, headers=JSON)


@quick
@given(st.dictionaries(texts, values, max_size=4), st.dictionaries(texts, values, max_size=4))
async def test_any_payload_in_a_good_activity(
    fuzzed: httpx2.AsyncClient, response: dict[str, Any], metadata: dict[str, Any]
) -> None:
    body = {
        "activity_type": "query",
        "query_text": "profit",
        "response_data": {"metadata": metadata, **response},
        "metadata": metadata,
    }
    content = json.dumps(body).encode()
    assert await send(fuzzed, "POST", "/api/v1/activity/log", content=content, headers=JSON)


@quick
@given(texts.filter(lambda text: "\ud800" not in text), st.sampled_from(["query", "chat"]))
async def test_any_question_is_taken_or_refused_and_the_history_can_be_read(
    fuzzed: httpx2.AsyncClient, text: str, kind: str
) -> None:
    body = {"activity_type": kind, "query_text": text}
    assert await send(fuzzed, "POST", "/api/v1/activity/log", json=body)
    assert await send(fuzzed, "GET", "/api/v1/activity/history?limit=2")


@quick
@given(
    st.sampled_from([route for route in ROUTES if route.verb == "GET" or not route.body]),
    st.dictionaries(st.sampled_from(NAMES), texts | st.integers().map(str), max_size=4),
)
async def test_any_query(fuzzed: httpx2.AsyncClient, route: Any, params: dict[str, str]) -> None:
    assert await send(fuzzed, route.verb, path_of(route), params=params)


@quick
@given(st.sampled_from([r for r in ROUTES if r.template.variables]), texts)
async def test_any_name_in_a_path(fuzzed: httpx2.AsyncClient, route: Any, text: str) -> None:
    from urllib.parse import quote

    path = path_of(route, quote(text.encode(errors="replace"), safe="") or "x")
    assert await send(fuzzed, route.verb, path, content=b"{}" if route.body else None)


PAGED = {
    "/api/v1/activity/metrics/click-through": filters_hash(30),
    "/api/v1/activity/history": filters_hash("fuzz", "", 0, 0),
    "/api/v1/members": filters_hash("members"),
    "/api/v1/api-keys": filters_hash("api_keys", None, False),
    "/api/v1/patterns": filters_hash("global", ""),
}


@quick
@given(st.sampled_from(sorted(PAGED)), st.lists(values, max_size=3))
async def test_any_page_token_made_by_somebody_who_knows_how(
    fuzzed: httpx2.AsyncClient, path: str, position: list[Any]
) -> None:
    raw = json.dumps([PAGED[path], *position]).encode()
    token = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert await send(fuzzed, "GET", path, params={"page_token": token})


@quick
@given(
    st.sampled_from(["idempotency-key", "x-request-id", "accept-encoding", "content-encoding"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300),
)
async def test_any_header(fuzzed: httpx2.AsyncClient, name: str, value: str) -> None:
    body = {"activity_type": "chat", "query_text": "hello"}
    assert await send(
        fuzzed, "POST", "/api/v1/activity/log", json=body, headers={name: value.strip()}
    )
