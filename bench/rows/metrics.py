"""Figures over many events: through the API, and as one would write them by hand."""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import asyncpg
import httpx2

from bench.asking import Question, asked, client_of, shown, worst
from bench.figures import Result
from bench.rows.bench import Bench
from services.common.ids import uuid7

ORGANIZATION = "bench-metrics"
EVENTS, QUICK_EVENTS = 1_000_000, 100_000
COPY_ROWS = 50_000
PEOPLE, DAYS = 20_000, 60
PATH = "/api/v1/metrics:query"
COLUMNS = (
    *("organization_id", "timestamp", "id", "type", "event", "user_id", "properties"),
    *("source", "received_at"),
)
NAMES = ("visit", "visit", "visit", "visit", "search", "search", "cart", "purchase")
COUNTRIES = ("DE", "FR", "IT", "ES", "PL", "NL", "BE", "AT")
PERSON = {"field": {"column": "user_id"}, "type": "simple", "aggregate": "count_distinct"}
AMOUNT = {"column": "properties", "path": ["amount"], "cast": "numeric"}
METRICS: list[dict[str, object]] = [
    {"name": "buyers", "source": {"event": "purchase"}, **PERSON},
    {"name": "visitors", "source": {"event": "visit"}, **PERSON},
    {"name": "conversion_rate", "type": "ratio", "numerator": "buyers", "denominator": "visitors"},
    {
        "name": "revenue",
        "type": "simple",
        "aggregate": "sum",
        "source": {"event": "purchase"},
        "field": AMOUNT,
    },
]
COUNTRY: dict[str, object] = {
    "name": "country",
    "relation": "events",
    "field": {"column": "properties", "path": ["country"]},
}


def questions(today: date) -> list[Question]:
    start, end = today - timedelta(days=28), today
    during = f"timestamp >= '{start}T00:00:00Z' AND timestamp < '{end}T00:00:00Z'"
    of = f"FROM analytics.events WHERE organization_id = '{ORGANIZATION}' AND {during}"
    conversion = (
        "count(DISTINCT user_id) FILTER (WHERE event = 'purchase')::numeric"
        " / nullif(count(DISTINCT user_id) FILTER (WHERE event = 'visit'), 0)"
    )
    ranged = {"time_range": {"start": str(start), "end": str(end)}, "no_cache": True}
    return [
        Question(
            "conversion by country and day",
            PATH,
            {
                "metrics": ["conversion_rate"],
                "dimensions": ["country"],
                "grain": "day",
                **ranged,
            },
            "SELECT properties ->> 'country', (timestamp AT TIME ZONE 'UTC')::date,"
            f" {conversion} {of} AND event IN ('purchase', 'visit') GROUP BY 1, 2 ORDER BY 2, 3",
        ),
        Question(
            "revenue by week",
            PATH,
            {"metrics": ["revenue"], "grain": "week", **ranged},
            "SELECT date_trunc('week', timestamp AT TIME ZONE 'UTC')::date,"
            f" sum((properties ->> 'amount')::numeric) {of} AND event = 'purchase'"
            " GROUP BY 1 ORDER BY 1",
        ),
    ]


def metric(bench: Bench) -> Result:
    """Compiled, through both walls and over REST, against the bare table."""
    count = bench.events or (QUICK_EVENTS if bench.quick else EVENTS)
    began = time.monotonic()
    bench.say(f"storing {count:,} events by COPY")
    asyncio.run(store(bench.suite.database_url, count))
    took = time.monotonic() - began
    with client_of(bench, ORGANIZATION) as client:
        define(client)
        found, limited = asked(bench, client, questions(datetime.now(UTC).date()))
    notes = (
        "the figure is the worst question's; baseline: hand-written SQL on the table",
        f"stored by COPY in {took:.0f} s",
    )
    title = f"A metric query over {count:,} events, REST"
    return shown("metric", title, worst(found), found, limited, *notes)


def define(client: httpx2.Client) -> None:
    told = [("/api/v1/knowledge/business-metrics", one) for one in METRICS]
    for path, body in [*told, ("/api/v1/connections/events/dimensions", COUNTRY)]:
        answer = client.post(path, json=body)
        if answer.status_code not in (200, 409):
            raise RuntimeError(f"{body['name']}: {answer.text[:500]}")


async def store(url: str, count: int) -> None:
    """Seeded; then VACUUM ANALYZE, as autovacuum would within minutes."""
    conn = await asyncpg.connect(url)
    try:
        rows = events(count)
        while some := list(islice(rows, COPY_ROWS)):
            await conn.copy_records_to_table(
                "events", schema_name="analytics", columns=COLUMNS, records=some, timeout=120
            )
        await conn.execute("VACUUM ANALYZE analytics.events")
        await conn.execute("CHECKPOINT")
    finally:
        await conn.close()


def events(count: int) -> Iterator[tuple[object, ...]]:
    chance, now = random.Random(7), datetime.now(UTC)
    for _ in range(count):
        when = now - timedelta(seconds=chance.random() * DAYS * 86_400)
        name = chance.choice(NAMES)
        properties: dict[str, object] = {"country": chance.choice(COUNTRIES)}
        if name == "purchase":
            properties["amount"] = round(chance.uniform(1, 200), 2)
        person, told = f"person{chance.randrange(PEOPLE):05}", json.dumps(properties)
        yield (ORGANIZATION, when, uuid7(when), "track", name, person, told, "bench", now)
