"""Ingesting events in batches over REST against raw asyncpg COPY into the same table."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2

from bench.figures import RATIO, Goal, Result, Rounds, spread
from bench.rows.bench import Bench
from services.common.ids import uuid7

BATCH_EVENTS = 5_000
CLIENTS = 2
PEOPLE = 5_000
NAMES = ("Product Viewed", "Product Added", "Order Completed", "Signed Up", "Page Viewed")
COLUMNS = (
    "organization_id",
    "timestamp",
    "id",
    "type",
    "event",
    "user_id",
    "anonymous_id",
    "properties",
    "context",
    "extra",
    "message_id",
    "source",
    "received_at",
)


@dataclass(frozen=True)
class Batch:
    """The same events as a request and as rows; both made before the clock starts."""

    body: bytes
    rows: Sequence[tuple[Any, ...]]


def ingest(bench: Bench) -> Result:
    """Each event once, with a message id of its own, in batches of the most that a call takes."""
    batches = 6 if bench.quick else 20
    mine, others = asyncio.run(measured(bench, batches))
    rounds = Rounds(tuple(others), tuple(mine))
    return Result(
        "ingest",
        f"Ingest events, {BATCH_EVENTS:,} a call",
        rounds.ratio,
        RATIO,
        Goal(0.35, 0.5),
        f"{spread(rounds.candidate)} events a second",
        f"{spread(rounds.baseline)} a second",
        (
            f"{CLIENTS} clients, message ids never seen before, people's first and last time kept;"
            f" baseline: asyncpg's COPY of the same events as prepared rows into the same table,"
            f" over {CLIENTS} connections; the worker is paused in this row",
        ),
        {"candidate_rounds": rounds.candidate, "baseline_rounds": rounds.baseline},
    )


async def measured(bench: Bench, batches: int) -> tuple[list[float], list[float]]:
    """Events a second of either, round by round; the first of each warms up."""
    token = bench.suite.token("bench", "analyst")
    headers = {"Authorization": f"Bearer {token}"}
    mine, others = [], []
    with bench.suite.paused("worker"):
        async with (
            httpx2.AsyncClient(
                base_url=bench.suite.state.address, headers=headers, timeout=60, trust_env=False
            ) as client,
            asyncpg.create_pool(bench.suite.database_url, min_size=CLIENTS) as pool,
        ):
            for number in range(bench.rounds + 1):
                bench.say(f"round {number} of {bench.rounds}")
                chance = random.Random(number)
                others.append(await rate(made(batches, chance), lambda one: copy(pool, one)))
                mine.append(await rate(made(batches, chance), lambda one: send(client, one)))
    return mine[1:], others[1:]


def made(batches: int, chance: random.Random) -> list[Batch]:
    return [batch(chance) for _ in range(batches)]


def batch(chance: random.Random) -> Batch:
    now = datetime.now(UTC)
    events = [event(chance, now) for _ in range(BATCH_EVENTS)]
    return Batch(json.dumps(events).encode(), [row(one, now) for one in events])


def event(chance: random.Random, now: datetime) -> dict[str, Any]:
    """An event of a shop, about 450 bytes of JSON."""
    when = now - timedelta(seconds=chance.randrange(20 * 86_400))
    return {
        "event": chance.choice(NAMES),
        "user_id": f"user{chance.randrange(PEOPLE):05}",
        "message_id": str(uuid4()),
        "timestamp": when.isoformat(),
        "properties": {
            "product_id": f"p{chance.randrange(1000)}",
            "category": chance.choice(("books", "music", "games")),
            "price": chance.randrange(100, 9_999) / 100,
            "quantity": chance.randrange(1, 5),
            "currency": "EUR",
        },
        "context": {"ip": "10.0.0.1", "locale": "en-GB", "library": {"name": "bench"}},
    }


def row(one: dict[str, Any], now: datetime) -> tuple[Any, ...]:
    when = datetime.fromisoformat(one["timestamp"])
    texts = (json.dumps(one["properties"]), json.dumps(one["context"]))
    who = (one["user_id"], None)
    head = ("bench-copy", when, uuid7(now), "track", one["event"])
    return (*head, *who, *texts, None, one["message_id"], "bench", now)


async def rate(batches: Sequence[Batch], store: Callable[[Batch], Awaitable[None]]) -> float:
    """Events a second, by as many at a time as there are clients."""
    waiting = iter(batches)

    async def client() -> None:
        for one in waiting:
            await store(one)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return len(batches) * BATCH_EVENTS / (time.perf_counter() - began)


async def copy(pool: Any, one: Batch) -> None:
    async with pool.acquire() as conn:
        await conn.copy_records_to_table(
            "events", schema_name="analytics", records=one.rows, columns=COLUMNS
        )


async def send(client: httpx2.AsyncClient, one: Batch) -> None:
    """Raises RuntimeError where not every event was new."""
    answer = await client.post("/api/v1/events", content=one.body)
    if answer.status_code != 200 or answer.json()["accepted"] != BATCH_EVENTS:
        raise RuntimeError(f"a batch was not stored: {answer.status_code} {answer.text[:200]}")
