"""Every row of the table of errors, over REST and with the services behind it."""

import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api, gateway
from tests.e2e.shapes import errors_of, is_problem
from tests.servers import own_postgres
from tests.suite import PASSWORD, Servers, jwt_for, running_suite

LOG = "/api/v1/activity/log"
HISTORY = "/api/v1/activity/history"
PATTERNS = "/api/v1/activity/patterns"
PREFERENCES = "/api/v1/activity/preferences"
SUGGESTIONS = "/api/v1/connections/my-database/suggestions/personalized"
GOOD = {"activity_type": "query", "query_text": "profit by region"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
async def shared(api: Api) -> AsyncIterator[httpx2.AsyncClient]:
    async with api.as_("ann") as client:
        yield client


@pytest.mark.parametrize("body", [b"{", b"{}}", b"'", b'{"activity_type": query}', b"\xff{}"])
async def test_a_body_that_is_no_json_is_400(shared: httpx2.AsyncClient, body: bytes) -> None:
    for verb, path in (("POST", LOG), ("PUT", PREFERENCES), ("POST", f"{LOG}:batch")):
        answer = await shared.request(verb, path, content=body, headers=JSON)
        assert is_problem(answer, 400, "MALFORMED_BODY")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer nonsense", "Basic YTpi"])
async def test_without_a_good_credential_it_is_401(api: Api, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    async with httpx2.AsyncClient(base_url=api.base_url, headers=headers) as client:
        answer = await client.get(HISTORY)
    assert is_problem(answer, 401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "claims",
    [
        {"role": "service"},
        {"aud": "x"},
        {"iss": "x"},
        {"exp": 1},
        {"org": None},
        {"sub": "x" * 101},
    ],
)
async def test_a_credential_with_wrong_claims_is_401(api: Api, claims: dict[str, Any]) -> None:
    token = jwt_for(**{"user": "ann", **claims} if "sub" not in claims else claims)
    async with httpx2.AsyncClient(base_url=api.base_url) as client:
        answer = await client.get(HISTORY, headers={"Authorization": f"Bearer {token}"})
    assert is_problem(answer, 401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("GET", f"{HISTORY}?user_id=bob", None),
        ("GET", f"{PATTERNS}?user_id=bob", None),
        ("GET", f"{PREFERENCES}?user_id=bob", None),
        ("PUT", f"{PREFERENCES}?user_id=bob", {"max_suggestions": 1}),
        ("POST", f"{SUGGESTIONS}?user_id=bob", None),
        ("POST", LOG, {**GOOD, "user_id": "bob"}),
        ("POST", LOG, {**GOOD, "created_at": "2026-01-01T00:00:00Z"}),
        ("POST", "/api/v1/activity/patterns:rebuild", {}),
        ("GET", "/api/v1/members", None),
        ("PATCH", "/api/v1/members/bob", {"role": "admin"}),
        ("PATCH", "/api/v1/organization", {"name": "x"}),
    ],
)
async def test_what_the_role_does_not_allow_is_403(
    shared: httpx2.AsyncClient, verb: str, path: str, body: Any
) -> None:
    answer = (
        await shared.request(verb, path, json=body)
        if body is not None
        else (await shared.request(verb, path))
    )
    assert is_problem(answer, 403, "PERMISSION_DENIED")


async def test_an_unknown_connection_is_404(shared: httpx2.AsyncClient) -> None:
    for name in ("nowhere", "my-database.toml", "..", "%2e%2e%2facme%2fmy-database", "my%00"):
        answer = await shared.post(f"/api/v1/connections/{name}/suggestions/personalized")
        assert answer.status_code in (404, 422), name
    assert is_problem(
        await shared.post("/api/v1/connections/nowhere/suggestions/personalized"),
        404,
        "NOT_FOUND",
    )


@pytest.mark.parametrize("path", ["/api", "/api/v1/activity", "/api/v1/activity/log/", "/x"])
async def test_an_unknown_path_is_404(shared: httpx2.AsyncClient, path: str) -> None:
    assert is_problem(await shared.get(path), 404, "NO_ROUTE")


@pytest.mark.parametrize(
    ("verb", "path", "allowed"),
    [
        ("GET", LOG, {"POST"}),
        ("DELETE", HISTORY, {"GET"}),
        ("POST", PREFERENCES, {"GET", "PUT"}),
        ("GET", SUGGESTIONS, {"POST"}),
    ],
)
async def test_a_method_that_the_path_does_not_take_is_405(
    shared: httpx2.AsyncClient, verb: str, path: str, allowed: set[str]
) -> None:
    answer = await shared.request(verb, path)
    assert is_problem(answer, 405, "METHOD_NOT_ALLOWED")
    assert set(answer.headers["allow"].split(", ")) == allowed


async def test_an_idempotency_key_with_another_body_is_409(client: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k"}
    await client.post(LOG, json=GOOD, headers=headers)
    answer = await client.post(LOG, json={**GOOD, "query_text": "other"}, headers=headers)
    assert is_problem(answer, 409, "IDEMPOTENCY_KEY_REUSED")


async def test_a_body_that_is_too_large_is_413(shared: httpx2.AsyncClient) -> None:
    body = json.dumps({**GOOD, "query_text": "x" * 4 * 1024 * 1024})
    answer = await shared.post(LOG, content=body, headers=JSON)
    assert is_problem(answer, 413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/json; charset=x"])
async def test_a_body_of_another_type_is_415(shared: httpx2.AsyncClient, kind: str) -> None:
    body = json.dumps(GOOD)
    for verb, path in (("POST", LOG), ("PUT", PREFERENCES)):
        answer = await shared.request(verb, path, content=body, headers={"Content-Type": kind})
        assert is_problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"activity_type"}),
        ({"activity_type": "dance"}, {"activity_type"}),
        ({"activity_type": "query"}, {"query_text"}),
        ({"activity_type": "query", "query_text": " "}, {"query_text"}),
        ({"activity_type": "suggestion_click"}, {"suggestion_clicked"}),
        ({"activity_type": "feedback"}, {"feedback_rating"}),
        ({"activity_type": "feedback", "feedback_rating": 0}, {"feedback_rating"}),
        ({"activity_type": "feedback", "feedback_rating": 6}, {"feedback_rating"}),
        ({"activity_type": "feedback", "feedback_rating": 2.5}, {"feedback_rating"}),
        ({**GOOD, "response_data": []}, {"response_data"}),
        ({**GOOD, "response_data": "x"}, {"response_data"}),
        ({**GOOD, "metadata": 1}, {"metadata"}),
        ({**GOOD, "response_data": {"a": "x" * 70_000}}, {"response_data"}),
        ({**GOOD, "metadata": {"a": "x" * 17_000}}, {"metadata"}),
        ({**GOOD, "response_data": {"a": "a\0b"}}, {"response_data"}),
        ({**GOOD, "nonsense": 1}, {"nonsense"}),
        ({**GOOD, "query_text": "x" * 10_001}, {"query_text"}),
        (
            {"activity_type": 1, "query_text": 2, "feedback_rating": "x", "nonsense": 3},
            {"activity_type", "query_text", "feedback_rating", "nonsense"},
        ),
        (
            {"activity_type": "dance", "query_text": "x" * 10_001, "feedback_rating": 9},
            {"activity_type", "query_text", "feedback_rating"},
        ),
    ],
)
async def test_every_field_that_breaks_a_rule_is_named_in_a_422(
    shared: httpx2.AsyncClient, body: Any, fields: set[str]
) -> None:
    assert errors_of(await shared.post(LOG, json=body)).keys() == fields


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("limit=0", {"limit"}),
        ("limit=1001", {"limit"}),
        ("limit=ten", {"limit"}),
        ("limit=99999999999999999999", {"limit"}),
        ("activity_type=dance&limit=-1", {"activity_type", "limit"}),
        ("start_time=yesterday", {"start_time"}),
        ("page_token=nonsense", {"page_token"}),
        ("user_id=", {"user_id"}),
        ("nonsense=1&limit=x", {"nonsense", "limit"}),
    ],
)
async def test_every_parameter_that_breaks_a_rule_is_named(
    shared: httpx2.AsyncClient, query: str, fields: set[str]
) -> None:
    assert errors_of(await shared.get(f"{HISTORY}?{query}")).keys() == fields


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (PATTERNS, "limit=0"),
        (PATTERNS, "limit=101"),
        (SUGGESTIONS, "max_suggestions=0"),
        (SUGGESTIONS, "max_suggestions=13"),
    ],
)
async def test_the_documented_ranges_hold(
    shared: httpx2.AsyncClient, path: str, query: str
) -> None:
    verb = "POST" if path == SUGGESTIONS else "GET"
    answer = await shared.request(verb, f"{path}?{query}")
    assert errors_of(answer).keys() == {query.partition("=")[0]}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"max_suggestions": 0}, {"max_suggestions"}),
        ({"max_suggestions": 13}, {"max_suggestions"}),
        ({"preferred_query_types": ["dance"]}, {"preferred_query_types[0]"}),
        ({"preferred_query_types": "trend"}, {"preferred_query_types"}),
        ({"excluded_metrics": ["a", None]}, {"excluded_metrics[1]"}),
        ({"excluded_metrics": [""]}, {"excluded_metrics[0]"}),
        ({"excluded_metrics": ["a", "\u00a0\t"]}, {"excluded_metrics"}),
        ({"preferred_query_types": ["trend", "trend"]}, {"preferred_query_types"}),
        ({"nonsense": 1, "show_advanced_queries": "yes"}, {"nonsense", "show_advanced_queries"}),
    ],
)
async def test_a_bad_preference_is_named(
    client: httpx2.AsyncClient, body: Any, fields: set[str]
) -> None:
    assert errors_of(await client.put(PREFERENCES, json=body)).keys() == fields
    assert "updated_at" not in (await client.get(PREFERENCES)).json()


async def test_so_many_violations_that_no_error_holds_them_are_still_a_422(
    client: httpx2.AsyncClient,
) -> None:
    names = ("excluded_metrics", "preferred_metrics", "preferred_dimensions")
    answer = await client.put(PREFERENCES, json={name: [""] * 200 for name in names})
    assert "excluded_metrics[0]" in errors_of(answer)


@pytest.mark.parametrize(
    "position",
    [
        ["2026-01-01T00:00:00", 1],
        ["2026-01-01T00:00:00Z", 2**70],
        ["0001-01-01T00:00:00+14:00", 1],
        [2**70, 2**70],
    ],
)
async def test_a_page_token_that_was_tampered_with_is_a_422(api: Api, position: list[Any]) -> None:
    async with api.as_("pager", role="admin") as client:
        for n in range(2):
            await client.post(LOG, json={**GOOD, "query_text": f"q{n}"})
        token = (await client.get(HISTORY, params={"limit": 1})).json()["next_page_token"]
        [made_for, *_] = json.loads(base64.urlsafe_b64decode(token + "=="))
        forged = base64.urlsafe_b64encode(json.dumps([made_for, *position]).encode()).decode()
        answer = await client.get(HISTORY, params={"limit": 1, "page_token": forged.rstrip("=")})
    assert errors_of(answer).keys() == {"page_token"}


async def test_over_the_limit_is_429_with_when_to_come_back(api: Api) -> None:
    now = time.time()
    async with gateway(api.suite, lambda: now, rate_limit=3) as address:
        headers = {"Authorization": f"Bearer {jwt_for('eager')}"}
        async with httpx2.AsyncClient(base_url=f"http://{address}", headers=headers) as client:
            answers = [await client.get(HISTORY) for _ in range(8)]
    refused = answers[-1]
    assert is_problem(refused, 429, "RATE_LIMITED")
    assert refused.headers["ratelimit-limit"] == "3"
    assert refused.headers["ratelimit-remaining"] == "0"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert answers[0].status_code == 200


async def test_a_service_that_is_down_is_503_with_when_to_come_back(
    api: Api, servers: Servers
) -> None:
    suite = api.suite
    async with gateway(suite, suggestions_address="127.0.0.1:1") as address:
        headers = {"Authorization": f"Bearer {jwt_for('ann')}"}
        async with httpx2.AsyncClient(base_url=f"http://{address}", headers=headers) as client:
            down = await client.get(PREFERENCES)
            up = await client.get(HISTORY)
    assert is_problem(down, 503, "UNAVAILABLE")
    assert int(down.headers["retry-after"]) >= 1
    assert "127.0.0.1" not in down.text
    assert up.status_code == 200


async def test_a_database_that_is_down_is_503_and_comes_back(servers: Servers) -> None:
    from services.activity import app as activity
    from services.analytics import app as analytics
    from services.common.migrate import migrate
    from services.suggestions import app as suggestions

    with own_postgres() as own:
        for app in (activity, suggestions, analytics):
            await migrate(own.server.dsn(), app.SCHEMA, str(app.__package__), PASSWORD)
        theirs = Servers(own.server, servers.valkey)
        async with (
            running_suite(theirs, "postgres") as suite,
            gateway(suite) as address,
            Api(address, suite).as_("ann") as client,
        ):
            assert (await client.post(LOG, json=GOOD)).status_code == 200
            own.kill()
            for verb, path in (("POST", LOG), ("GET", HISTORY), ("GET", PREFERENCES)):
                body = GOOD if verb == "POST" else None
                answer = (
                    await client.request(verb, path, json=body)
                    if body
                    else (await client.request(verb, path))
                )
                assert is_problem(answer, 503, "UNAVAILABLE")
                assert int(answer.headers["retry-after"]) >= 1
            own.start()
            assert (await client.post(LOG, json=GOOD)).status_code == 200
            assert (await client.get(HISTORY)).json()["count"] == 2
