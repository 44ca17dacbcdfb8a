"""What the gateway answers by itself."""

import re

import httpx2
import pytest

from tests.gateway.conftest import Start


async def test_it_is_alive_whatever_its_services_do(start: Start) -> None:
    async with start(echo_address="127.0.0.1:1") as client:
        assert (await client.get("/healthz")).status_code == 200


async def test_it_is_ready_when_every_service_is(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["services"] == dict.fromkeys(
        ("activity", "suggestions", "analytics", "echo"), "SERVING"
    )


async def test_it_is_not_ready_while_a_service_is_down_and_says_which(start: Start) -> None:
    async with start(echo_address="127.0.0.1:1") as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["services"]["echo"] == "UNAVAILABLE"
    assert answer.json()["services"]["activity"] == "SERVING"


async def test_metrics_count_by_route_and_not_by_path(client: httpx2.AsyncClient) -> None:
    await client.get("/echo/v1/things/one")
    await client.get("/no/such/path")
    text = (await client.get("/metrics")).text
    assert re.search(
        r'attune_http_requests_total\{method="GET",route="/echo/v1/things/\{id\}",status="200"\}',
        text,
    )
    assert 'route="none",status="404"' in text
    assert "/no/such/path" not in text
    assert "attune_http_request_duration_seconds_bucket" in text
    assert "attune_http_requests_in_flight 1.0" in text


async def test_the_description_is_served(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/api/v1/openapi.json")
    assert answer.json()["openapi"].startswith("3.1")


async def test_the_page_needs_nothing_from_elsewhere(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/docs")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "unsafe" not in policy
    assert not re.search(r'(src|href)="(https?:)?//', answer.text)
    assert not re.search(r"<script>|<style|style=| on\w+=", answer.text)
    for path in re.findall(r'(?:src|href)="(/docs/[^"]+)"', answer.text):
        assert (await client.get(path)).status_code == 200


async def test_the_page_shows_every_endpoint_and_every_reason(client: httpx2.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    api = (await client.get("/api/v1/openapi.json")).json()
    for path, verbs in api["paths"].items():
        assert path in page
        for operation in verbs.values():
            assert f'id="{operation["operationId"]}"' in page
    for reason in api["components"]["schemas"]["ErrorReason"]["enum"]:
        assert f'id="{reason}"' in page
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r'id="([^"]+)"', page))


@pytest.mark.parametrize("origin", ["https://app.example", "https://evil.example"])
async def test_other_origins_are_let_in_by_setting(start: Start, origin: str) -> None:
    preflight = {
        "origin": origin,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization,idempotency-key",
    }
    async with start(cors_origins="https://app.example") as client:
        answer = await client.options("/echo/v1/values/a", headers=preflight)
        actual = await client.get("/echo/v1/metadata", headers={"origin": origin})
    good = origin == "https://app.example"
    assert answer.status_code == (200 if good else 400)
    assert (actual.headers.get("access-control-allow-origin") == origin) is good
    if good:
        exposed = actual.headers["access-control-expose-headers"]
        assert {"RateLimit-Remaining", "Retry-After", "X-Request-Id"} <= set(exposed.split(", "))


async def test_other_origins_are_not_let_in_by_default(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/echo/v1/metadata", headers={"origin": "https://app.example"})
    assert "access-control-allow-origin" not in answer.headers


async def test_the_address_of_a_caller_is_taken_from_a_trusted_proxy_alone(start: Start) -> None:
    bad = {"authorization": "Bearer bad"}
    for trusted, last in (("", 429), ("127.0.0.1", 401)):
        async with start(trusted_proxies=trusted, stranger_rate_limit=1) as client:
            for number in range(2):
                headers = bad | {"x-forwarded-for": f"10.0.0.{number}"}
                answer = await client.get("/echo/v1/metadata", headers=headers)
        assert answer.status_code == last


async def test_the_bare_address_leads_to_the_documentation(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")
