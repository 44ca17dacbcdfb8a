"""What a service answers, or fails with, becomes an HTTP answer."""

import gzip
import json

import httpx2
import pytest

from tests.gateway.conftest import Start, is_problem

FAIL = "/echo/v1/fail"


async def fail(client: httpx2.AsyncClient, **how: str) -> httpx2.Response:
    return await client.get(FAIL, params=how)


@pytest.mark.parametrize(
    ("code", "reason", "status"),
    [
        ("INVALID_ARGUMENT", "MALFORMED_BODY", 400),
        ("INVALID_ARGUMENT", "INVALID_FIELD", 422),
        ("OUT_OF_RANGE", "INVALID_FIELD", 422),
        ("UNAUTHENTICATED", "UNAUTHENTICATED", 401),
        ("PERMISSION_DENIED", "PERMISSION_DENIED", 403),
        ("NOT_FOUND", "NOT_FOUND", 404),
        ("ALREADY_EXISTS", "ALREADY_EXISTS", 409),
        ("ABORTED", "IDEMPOTENCY_KEY_REUSED", 409),
        ("FAILED_PRECONDITION", "FAILED_PRECONDITION", 409),
        ("RESOURCE_EXHAUSTED", "RATE_LIMITED", 429),
        ("RESOURCE_EXHAUSTED", "BODY_TOO_LARGE", 413),
        ("UNAVAILABLE", "UNAVAILABLE", 503),
        ("DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED", 504),
        ("CANCELLED", "CANCELLED", 499),
    ],
)
async def test_each_status_and_reason_has_its_http_status(
    client: httpx2.AsyncClient, code: str, reason: str, status: int
) -> None:
    answer = await fail(client, code=code, reason=reason, detail="so it is")
    assert is_problem(answer, status, reason)
    assert answer.json()["detail"] == "so it is"
    assert answer.json()["type"] == f"/docs#{reason}"


@pytest.mark.parametrize(
    ("code", "reason", "status"),
    [
        ("INVALID_ARGUMENT", "INVALID_FIELD", 422),
        ("NOT_FOUND", "NOT_FOUND", 404),
        ("ABORTED", "IDEMPOTENCY_KEY_REUSED", 409),
        ("RESOURCE_EXHAUSTED", "RATE_LIMITED", 429),
        ("UNAVAILABLE", "UNAVAILABLE", 503),
        ("UNIMPLEMENTED", "UNAVAILABLE", 503),
        ("DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED", 504),
    ],
)
async def test_a_bare_status_has_its_usual_reason(
    client: httpx2.AsyncClient, code: str, reason: str, status: int
) -> None:
    assert is_problem(await fail(client, code=code, bare="true"), status, reason)


@pytest.mark.parametrize("code", ["INTERNAL", "UNKNOWN", "DATA_LOSS"])
async def test_a_fault_tells_nothing_of_the_inside(client: httpx2.AsyncClient, code: str) -> None:
    answer = await fail(client, code=code, bare="true", detail="Traceback of a secret")
    assert is_problem(answer, 500, "INTERNAL")
    assert "secret" not in answer.text


async def test_violations_of_a_service_are_named(client: httpx2.AsyncClient) -> None:
    how = {"code": "INVALID_ARGUMENT", "reason": "INVALID_FIELD", "fields": "items[3].name"}
    answer = await fail(client, **how)
    assert answer.json()["errors"] == [{"field": "items[3].name", "message": "is wrong"}]


async def test_violations_below_a_named_body_are_named_as_the_caller_wrote_them(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.patch("/echo/v1/resource/7", json={"text": "refuse"})
    assert [error["field"] for error in answer.json()["errors"]] == ["text", "id"]
    assert answer.json()["detail"] == "text: is wrong; id: is wrong"


async def test_retry_after_comes_from_the_error_or_is_a_second(client: httpx2.AsyncClient) -> None:
    told = await fail(client, code="UNAVAILABLE", reason="UNAVAILABLE", retry_after="7")
    assert told.headers["retry-after"] == "7"
    assert (await fail(client, code="UNAVAILABLE", bare="true")).headers["retry-after"] == "1"


async def test_a_service_that_is_down_is_503_and_its_address_stays_inside(start: Start) -> None:
    async with start(echo_address="127.0.0.1:1") as client:
        answer = await client.post("/echo/v1/values", json={})
    assert is_problem(answer, 503, "UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"
    assert "127.0.0.1" not in answer.json()["detail"]


async def test_a_call_has_a_deadline(start: Start) -> None:
    async with start(call_seconds=0.1) as client:
        assert is_problem(await client.get("/echo/v1/wait"), 504, "DEADLINE_EXCEEDED")


async def test_an_access_option_sets_a_deadline_of_its_own(client: httpx2.AsyncClient) -> None:
    assert is_problem(await client.get("/echo/v1/hurry"), 504, "DEADLINE_EXCEEDED")


async def test_response_body_answers_one_field(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/echo/v1/names?tags=a&tags=b")
    assert answer.json() == ["a", "b"]


async def test_numbers_that_are_not_finite_are_null(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/echo/v1/values", json={"ratio": None})).json()["ratio"] == 0


async def test_json_has_no_white_space(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/echo/v1/values", json={"tags": ["a"], "inner": {"name": "b"}})
    compact = json.dumps(answer.json(), separators=(",", ":"))
    assert answer.text == compact


async def test_the_request_id_is_taken_or_made_and_sent_on(client: httpx2.AsyncClient) -> None:
    given = await client.get("/echo/v1/metadata", headers={"x-request-id": "abc-1"})
    assert given.headers["x-request-id"] == "abc-1"
    assert "x-request-id=abc-1" in given.json()["names"]
    made = await client.get("/echo/v1/metadata", headers={"x-request-id": "not sane"})
    assert made.headers["x-request-id"] != "not sane"
    assert f"x-request-id={made.headers['x-request-id']}" in made.json()["names"]


async def test_no_header_of_the_caller_reaches_a_service(client: httpx2.AsyncClient) -> None:
    headers = {"x-user": "root", "grpc-timeout": "1S", "x-attune-role": "service", "cookie": "a=b"}
    names = (await client.get("/echo/v1/metadata", headers=headers)).json()["names"]
    keys = {name.partition("=")[0] for name in names}
    assert keys - {"user-agent"} == {"authorization", "x-request-id"}


async def test_large_json_is_gzipped_where_accepted(client: httpx2.AsyncClient) -> None:
    body = {"text": "a" * 5000}
    zipped = await client.post("/echo/v1/values", json=body)
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["vary"] == "accept-encoding"
    assert zipped.json()["text"] == body["text"]
    refused = {"accept-encoding": "gzip;q=0, br"}
    plain = await client.post("/echo/v1/values", json=body, headers=refused)
    assert "content-encoding" not in plain.headers
    small = await client.post("/echo/v1/values", json={})
    assert "content-encoding" not in small.headers


async def test_a_file_goes_up_and_down_as_it_is(client: httpx2.AsyncClient) -> None:
    image = gzip.compress(b"not really a picture")
    headers = {"content-type": "image/png"}
    answer = await client.post("/echo/v1/file/cat.png", content=image, headers=headers)
    assert answer.content == image
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == 'attachment; name="cat.png"'
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/x-www-form-urlencoded"])
async def test_a_body_of_any_kind_may_be_a_whole_request(
    client: httpx2.AsyncClient, kind: str
) -> None:
    answer = await client.post("/echo/v1/raw", content=b"a=1\n", headers={"content-type": kind})
    assert (answer.content, answer.headers["content-type"]) == (b"a=1\n", kind)


async def test_a_file_is_capped_as_other_bodies_are(start: Start) -> None:
    async with start(body_limit=1000) as client:
        answer = await client.post("/echo/v1/file/a", content=b"a" * 1001)
        assert is_problem(answer, 413, "BODY_TOO_LARGE")


async def test_a_service_can_redirect_and_set_safe_headers(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/echo/v1/redirect/there")
    assert answer.status_code == 302
    assert answer.headers["location"] == "https://example.com/there"
    assert answer.headers["content-length"] == "0"
    assert not {"x-split", "set-cookie", "bad"} & set(answer.headers)


async def test_head_is_get_without_its_body(client: httpx2.AsyncClient) -> None:
    answer = await client.head("/echo/v1/names?tags=a")
    assert (answer.status_code, answer.content) == (200, b"")
