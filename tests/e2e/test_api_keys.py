"""API keys over REST, from their making to the end of what they open."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from redis.asyncio import Redis

from services.common.identity_hints import CHANNEL
from tests.e2e.conftest import Api, gateway
from tests.waiting import until

KEYS = "/api/v1/api-keys"
LOG = {"activity_type": "chat", "query_text": "hello"}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def make(client: httpx2.AsyncClient, **asked: Any) -> Any:
    answer = await client.post(KEYS, json={"name": "import", "scopes": ["activity:write"], **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def program(api: Api) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody without a credential of their own."""
    async with httpx2.AsyncClient(base_url=api.base_url) as program:
        yield program


async def test_a_program_does_what_its_key_is_for_and_nothing_else(
    client: httpx2.AsyncClient, program: httpx2.AsyncClient
) -> None:
    made = await make(client)
    headers = bearer(made["secret"])
    assert (
        await program.post("/api/v1/activity/log", json=LOG, headers=headers)
    ).status_code == 200
    refused = await program.get("/api/v1/activity/history", headers=headers)
    assert refused.status_code == 403
    assert "activity:read" in refused.json()["detail"]
    history = (await client.get("/api/v1/activity/history")).json()
    assert [a["query_text"] for a in history["activities"]] == ["hello"]


async def test_a_key_is_shown_whole_once(client: httpx2.AsyncClient) -> None:
    made = await make(client, job_role="trader", role="viewer")
    key = made["api_key"]
    assert made["secret"].split("_")[2] == key["id"]
    assert key.keys() == {
        "id",
        "name",
        "user_id",
        "role",
        "job_role",
        "scopes",
        "created_by",
        "created_at",
    }
    listed = await client.get(KEYS)
    assert listed.json() == {"api_keys": [key]}
    assert made["secret"].split("_")[3] not in listed.text


async def test_a_revoked_key_is_refused_and_its_end_is_told(
    client: httpx2.AsyncClient, program: httpx2.AsyncClient
) -> None:
    made = await make(client)
    revoked = await client.post(f"{KEYS}/{made['api_key']['id']}:revoke")
    assert revoked.json()["revoked_by"] == made["api_key"]["user_id"]
    answer = await program.get("/api/v1/me", headers=bearer(made["secret"]))
    assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")
    assert (await client.get(KEYS)).json() == {"api_keys": []}
    [ended] = (await client.get(f"{KEYS}?include_ended=true")).json()["api_keys"]
    assert ended == revoked.json()


async def test_a_header_makes_a_repetition_safe(client: httpx2.AsyncClient) -> None:
    asked = {"name": "import", "scopes": ["activity:write"]}
    header = {"Idempotency-Key": "once"}
    first = (await client.post(KEYS, json=asked, headers=header)).json()
    again = (await client.post(KEYS, json=asked, headers=header)).json()
    assert again == {"api_key": first["api_key"]}
    other = await client.post(KEYS, json={**asked, "name": "x"}, headers=header)
    assert (other.status_code, other.json()["reason"]) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_a_mistyped_key_is_told_so(program: httpx2.AsyncClient) -> None:
    answer = await program.get("/api/v1/me", headers=bearer("attune_mfrw2zi_short"))
    assert answer.status_code == 401
    assert "cut" in answer.json()["detail"]


async def test_guesses_of_keys_count_against_the_address(api: Api) -> None:
    async with (
        gateway(api.suite, stranger_rate_limit=5) as address,
        httpx2.AsyncClient(base_url=f"http://{address}") as program,
    ):
        statuses = [
            (await program.get("/api/v1/me", headers=bearer(f"attune_guess_{n}"))).status_code
            for n in range(7)
        ]
    assert statuses == [401] * 5 + [429] * 2


async def test_a_key_that_is_revoked_stops_at_once_where_redis_carries_the_hint(api: Api) -> None:
    url = api.suite.activity_settings.redis_url
    async with (
        api.as_("owner") as client,
        Redis.from_url(url) as redis,
        gateway(api.suite, redis_url=url) as address,
        httpx2.AsyncClient(base_url=f"http://{address}") as program,
    ):
        made = await make(client)
        headers = bearer(made["secret"])

        async def listening() -> bool:
            [(_, listeners)] = await redis.pubsub_numsub(CHANNEL)
            return bool(listeners)

        async def refused() -> bool:
            return (await program.get("/api/v1/me", headers=headers)).status_code == 401

        await until(listening)
        assert not await refused()
        await client.post(f"{KEYS}/{made['api_key']['id']}:revoke")
        async with asyncio.timeout(5):
            await until(refused)


async def test_a_known_key_is_exchanged_again_after_a_minute(api: Api) -> None:
    now = [time.time()]
    async with (
        api.as_("revoker") as client,
        gateway(api.suite, lambda: now[0]) as address,
        httpx2.AsyncClient(base_url=f"http://{address}") as program,
    ):
        made = await make(client)
        headers = bearer(made["secret"])
        assert (await program.get("/api/v1/me", headers=headers)).status_code == 200
        await client.post(f"{KEYS}/{made['api_key']['id']}:revoke")
        now[0] += 61
        assert (await program.get("/api/v1/me", headers=headers)).status_code == 401
