"""Credentials from outside are exchanged once, and only the internal token goes on."""

import asyncio
import base64
import json

import grpc
import httpx2
import pytest
from redis.asyncio import Redis

from gateway.admission.identity import Exchange
from services.common.event_log import channel_of
from services.common.identity_hints import CHANNEL, SOURCE, caller_in, hint_of
from tests.gateway.conftest import Clock, Start, is_problem
from tests.gateway.service import Identity
from tests.waiting import until

METADATA = "/echo/v1/metadata"


def bearer(credential: str) -> dict[str, str]:
    return {"authorization": f"Bearer {credential}"}


async def token(client: httpx2.AsyncClient, credential: str) -> str:
    answer = await client.get(METADATA, headers=bearer(credential))
    pairs: dict[str, str] = dict(name.split("=", 1) for name in answer.json()["names"])
    return pairs["authorization"]


def jwt(ends: float) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": ends}).encode()).rstrip(b"=").decode()
    return f"good-acme-ann.{claims}.signature"


async def test_the_internal_token_is_sent_and_the_credential_is_not(start: Start) -> None:
    async with start() as client:
        assert await token(client, "good-acme-ann") == "Bearer internal-1"


async def test_a_credential_is_exchanged_again_only_when_its_token_ends(
    start: Start, clock: Clock, identity: Identity
) -> None:
    async with start() as client:
        assert await token(client, "good-acme-ann") == "Bearer internal-1"
        clock.now += 269
        assert await token(client, "good-acme-ann") == "Bearer internal-1"
        clock.now += 2
        assert await token(client, "good-acme-ann") == "Bearer internal-2"
    assert len(identity.asked) == 2


async def test_a_token_is_not_kept_beyond_the_end_of_its_jwt(start: Start, clock: Clock) -> None:
    credential = jwt(clock.now + 100)
    async with start() as client:
        assert await token(client, credential) == "Bearer internal-1"
        clock.now += 71
        assert await token(client, credential) == "Bearer internal-2"


async def test_concurrent_requests_ask_once(start: Start, identity: Identity) -> None:
    identity.answering.clear()
    async with start() as client:
        asking = [asyncio.create_task(client.get(METADATA)) for _ in range(8)]
        await asyncio.wait_for(identity.was_asked.wait(), 5)
        identity.answering.set()
        answers = await asyncio.gather(*asking)
    assert {answer.status_code for answer in answers} == {200}
    assert len(identity.asked) == 1


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Basic YTpi",
        "Bearer a b",
        b"Bearer \xff",
        "Bearer " + "a" * 20_000,
    ],
)
async def test_without_a_well_formed_credential_it_is_401_and_nobody_is_asked(
    start: Start, identity: Identity, header: str | bytes | None
) -> None:
    async with start() as client:
        del client.headers["authorization"]
        headers = {} if header is None else {"authorization": header}
        answer = await client.get(METADATA, headers=headers)  # type: ignore[arg-type]
    assert is_problem(answer, 401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert identity.asked == []


async def test_a_bad_credential_is_remembered_for_a_while(
    start: Start, clock: Clock, identity: Identity
) -> None:
    async with start() as client:
        for _ in range(3):
            answer = await client.get(METADATA, headers=bearer("bad"))
            assert is_problem(answer, 401, "UNAUTHENTICATED")
        assert identity.asked == ["bad"]
        clock.now += 11
        await client.get(METADATA, headers=bearer("bad"))
    assert identity.asked == ["bad", "bad"]


async def test_a_disabled_member_is_403(start: Start) -> None:
    async with start() as client:
        answer = await client.get(METADATA, headers=bearer("disabled-acme-ann"))
    assert is_problem(answer, 403, "PERMISSION_DENIED")


async def test_an_exchange_that_is_down_is_503_and_not_remembered(
    start: Start, identity: Identity
) -> None:
    async with start() as client:
        for _ in range(2):
            answer = await client.get(METADATA, headers=bearer("down"))
            assert is_problem(answer, 503, "UNAVAILABLE")
    assert len(identity.asked) == 2


async def test_a_token_that_a_service_refuses_is_exchanged_anew(
    start: Start, identity: Identity
) -> None:
    async with start() as client:
        await client.get(METADATA)
        await client.get("/echo/v1/fail?code=UNAUTHENTICATED&bare=true")
        await client.get(METADATA)
    assert len(identity.asked) == 2


async def test_a_caller_is_forgotten_when_identity_hints_at_a_change(
    start: Start, identity: Identity, redis: Redis, redis_port: int
) -> None:
    async with start(redis_url=f"redis://127.0.0.1:{redis_port}/0") as client:
        for person in ("good-acme-ann", "good-acme-bob", "good-other-ann"):
            await token(client, person)
        await heard(redis)
        await redis.publish(CHANNEL, hint_of("acme", "ann"))

        async def forgotten() -> bool:
            return await token(client, "good-acme-ann") != "Bearer internal-1"

        await until(forgotten)
        assert await token(client, "good-acme-bob") == "Bearer internal-2"
        assert await token(client, "good-other-ann") == "Bearer internal-3"


async def test_what_is_asked_about_while_it_changes_is_not_kept(
    services: str, clock: Clock, identity: Identity
) -> None:
    header = b"Bearer good-acme-ann"
    identity.answering.clear()
    async with grpc.aio.insecure_channel(services) as channel:
        exchange = Exchange(channel, clock)
        asking = asyncio.create_task(exchange.caller(header, ()))
        await asyncio.wait_for(identity.was_asked.wait(), 5)
        exchange.forget_caller("acme", "ann")
        identity.answering.set()
        assert (await asking).subject == "ann"
        assert exchange.known(header) is None
        await exchange.caller(header, ())
        assert exchange.known(header)


def test_a_hint_names_its_caller() -> None:
    assert channel_of(SOURCE) == CHANNEL
    for caller in (("acme", "ann"), ("acme", "auth0|a b"), ("a", "")):
        assert caller_in(hint_of(*caller).encode()) == caller


async def heard(redis: Redis) -> None:
    """Return once a gateway listens."""

    async def listening() -> bool:
        [(_, listeners)] = await redis.pubsub_numsub(CHANNEL)
        return bool(listeners)

    await until(listening)


async def test_an_rpc_for_anyone_needs_no_credential_and_sends_none(
    start: Start, identity: Identity
) -> None:
    async with start() as client:
        answer = await client.get("/echo/v1/open")
    assert not any("authorization" in name for name in answer.json()["names"])
    assert identity.asked == []
