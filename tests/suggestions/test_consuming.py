"""Events that take too long: fewer at once, said aloud, and at last put aside."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from attune.common.v1 import event_log_pb2_grpc
from redis.asyncio import Redis
from structlog.testing import capture_logs

from services.common.consumer import Consumer, Fact, Subscription
from services.common.db import Connection
from services.common.service_tokens import ServiceTokens
from services.common.telemetry import EVENT_LAG
from services.suggestions import app
from services.suggestions.patterns.learning import HANDLES
from tests.suggestions.asking import ask
from tests.suite import SERVICE_KEYS, Servers, Suite
from tests.waiting import until

NAME = "slow"


class Slow:
    """Applies so many events within its time, and never that one."""

    def __init__(self, at_once: int, never: int = 0) -> None:
        self.at_once = at_once
        self.never = never
        self.applied: list[int] = []
        self.tried: list[int] = []

    async def apply(self, conn: Connection, _: str, facts: Sequence[Fact]) -> None:
        seqs = [seq for seq, _ in facts]
        self.tried.append(len(seqs))
        if len(seqs) > self.at_once or self.never in seqs:
            await conn.execute("SELECT pg_sleep(60)", timeout=0.01)
        self.applied += seqs


async def no_start_over(organization: str) -> None:
    raise AssertionError(organization)


@asynccontextmanager
async def consumer_of(slow: Slow, suite: Suite, servers: Servers) -> AsyncIterator[Consumer]:
    channel = suite.activity_channel
    async with (
        app.pool_of(suite.suggestions_settings) as pool,
        Redis.from_url(servers.valkey.url()) as redis,
    ):
        yield Consumer(
            Subscription(NAME, "activity", HANDLES, slow.apply, no_start_over),
            pool,
            event_log_pb2_grpc.EventLogServiceStub(channel),
            ServiceTokens("suggestions", SERVICE_KEYS["suggestions"], channel),
            redis,
        )


async def drained(consumer: Consumer, tries: int) -> int:
    """Drain until it goes through; returns how often it did not."""
    for failures in range(tries):
        try:
            await consumer.drain("acme")
        except TimeoutError:
            continue
        return failures
    raise AssertionError("never through")


async def test_a_batch_that_takes_too_long_is_halved_until_it_does_not(
    suite: Suite, servers: Servers
) -> None:
    await ask(suite, *(f"margin {n}" for n in range(40)))
    slow = Slow(at_once=7)
    async with consumer_of(slow, suite, servers) as consumer:
        with capture_logs() as logs:
            await drained(consumer, 20)
    assert slow.applied == [*range(1, 41)]
    said = [entry for entry in logs if entry["log_level"] == "warning"]
    assert [entry["failures"] for entry in said][:2] == [2, 4]
    assert (said[0]["organization"], said[0]["after"]) == ("acme", 0)


async def test_what_passes_again_is_taken_in_large_batches_again(
    suite: Suite, servers: Servers
) -> None:
    await ask(suite, *(f"margin {n}" for n in range(40)))
    slow = Slow(at_once=1)
    async with consumer_of(slow, suite, servers) as consumer:
        with pytest.raises(TimeoutError):
            await consumer.drain("acme")
        slow.at_once = 500
        await consumer.drain("acme")
    assert slow.applied == [*range(1, 41)]
    assert slow.tried == [40, 40]


async def test_an_event_that_takes_too_long_by_itself_is_put_aside(
    suite: Suite, servers: Servers
) -> None:
    await ask(suite, *(f"margin {n}" for n in range(12)))
    slow = Slow(at_once=500, never=5)
    async with consumer_of(slow, suite, servers) as consumer:

        async def through() -> bool:
            await drained(consumer, 20)
            return slow.applied[-1:] == [12]

        with capture_logs() as logs:
            await until(through)
        dead = "SELECT array_agg(seq) FROM event_dead_letters WHERE consumer = $1"
        assert await consumer.pool.fetchval(dead, NAME) == [5]
    assert sorted(set(slow.applied)) == [n for n in range(1, 13) if n != 5]
    failed = [entry["failures"] for entry in logs if entry["event"] == "event failed"]
    assert failed == [1, 2, 3, 4, 5]


async def test_the_lag_is_that_of_the_organization_furthest_behind(
    suite: Suite, servers: Servers
) -> None:
    await ask(suite, "margin", "profit", "volume")
    await ask(suite, "margin", who=suite.as_(org="other"))
    async with consumer_of(Slow(at_once=500), suite, servers) as consumer:
        consumer.sweep_seconds = 0
        lag = EVENT_LAG.labels(NAME)
        for organization, expected in (("other", 3), ("acme", 0)):
            await consumer.drain(organization)
            await consumer._sweep()
            assert lag._value.get() == expected
