"""Rate limits, shared by Redis and without it."""

import socket
from contextlib import closing

import httpx2
from redis.asyncio import Redis

from gateway.admission.limits import Limiter
from tests.gateway.conftest import Clock, Start, is_problem

METADATA = "/echo/v1/metadata"
BAD = {"authorization": "Bearer bad"}


def standing(answer: httpx2.Response) -> tuple[int, int, int]:
    limit, remaining, reset = (
        int(answer.headers[f"ratelimit-{name}"]) for name in ("limit", "remaining", "reset")
    )
    return limit, remaining, reset


async def test_every_answer_tells_the_limit_and_one_over_it_is_429(
    start: Start, clock: Clock
) -> None:
    clock.now += 20
    async with start(rate_limit=2) as client:
        assert standing(await client.get(METADATA)) == (2, 1, 40)
        assert standing(await client.get("/echo/v1/fail?code=NOT_FOUND")) == (2, 0, 40)
        over = await client.get(METADATA)
        assert is_problem(over, 429, "RATE_LIMITED")
        assert standing(over) == (2, 0, 40)
        assert over.headers["retry-after"] == "40"
        clock.now += 40
        assert standing(await client.get(METADATA)) == (2, 1, 60)


async def test_callers_are_counted_apart(start: Start) -> None:
    async with start(rate_limit=1) as client:
        for caller in ("acme-ann", "acme-bob", "other-ann"):
            headers = {"authorization": f"Bearer good-{caller}"}
            assert (await client.get(METADATA, headers=headers)).status_code == 200
            assert (await client.get(METADATA, headers=headers)).status_code == 429


async def test_zero_is_no_limit(start: Start) -> None:
    async with start(rate_limit=0, stranger_rate_limit=0) as client:
        answer = await client.get(METADATA)
        assert "ratelimit-limit" not in answer.headers
        assert "ratelimit-limit" not in (await client.get("/none")).headers


async def test_a_guesser_is_stopped_before_the_exchange(start: Start, identity: object) -> None:
    async with start(stranger_rate_limit=2) as client:
        for number in range(2):
            headers = {"authorization": f"Bearer bad-{number}"}
            assert (await client.get(METADATA, headers=headers)).status_code == 401
        over = await client.get(METADATA, headers={"authorization": "Bearer bad-9"})
        assert is_problem(over, 429, "RATE_LIMITED")
    assert len(identity.asked) == 2  # type: ignore[attr-defined]


async def test_a_good_credential_is_not_counted_against_its_address(start: Start) -> None:
    async with start(stranger_rate_limit=1) as client:
        for person in ("ann", "bob", "cyd"):
            headers = {"authorization": f"Bearer good-acme-{person}"}
            assert (await client.get(METADATA, headers=headers)).status_code == 200


async def test_a_known_caller_is_served_while_the_address_is_over_its_limit(start: Start) -> None:
    async with start(stranger_rate_limit=1) as client:
        await client.get(METADATA)
        assert (await client.get(METADATA, headers=BAD)).status_code == 401
        assert (await client.get(METADATA, headers=BAD)).status_code == 429
        assert (await client.get(METADATA)).status_code == 200


async def test_an_answer_that_counts_for_nobody_tells_how_the_address_stands(start: Start) -> None:
    async with start(stranger_rate_limit=5) as client:
        assert standing(await client.get("/none"))[:2] == (5, 5)


async def test_processes_share_a_limit(redis: Redis, clock: Clock) -> None:
    one, two = Limiter(100, redis, clock), Limiter(100, redis, clock)
    allowed = [
        (await limiter.take("acme", "ann")).allowed for _ in range(80) for limiter in (one, two)
    ]
    assert sum(allowed) == 100
    keys = [str(key) for key in await redis.keys()]
    assert all(key.startswith("attune:{acme}:limit:ann:") for key in keys)
    assert 0 < await redis.ttl(keys[0]) <= 120


async def test_blocks_spare_redis(redis: Redis, clock: Clock) -> None:
    limiter = Limiter(1000, redis, clock)
    for _ in range(50):
        await limiter.take("acme", "ann")
    (key,) = await redis.keys()
    assert await redis.get(key) == "50"


async def test_a_process_counts_for_itself_while_redis_is_down(clock: Clock) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    async with Redis(port=port, socket_timeout=0.1, socket_connect_timeout=0.1) as down:
        limiter = Limiter(10, down, clock)
        allowed = [(await limiter.take("acme", "ann")).allowed for _ in range(12)]
    assert sum(allowed) == 10


async def test_gateways_share_a_limit(start: Start, redis: Redis, redis_port: int) -> None:
    url = f"redis://127.0.0.1:{redis_port}/0"
    async with start(rate_limit=1, redis_url=url) as one, start(rate_limit=1, redis_url=url) as two:
        assert (await one.get(METADATA)).status_code == 200
        assert (await two.get(METADATA)).status_code == 429
