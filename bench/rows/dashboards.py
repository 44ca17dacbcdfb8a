"""A dashboard over many events: how soon each tile shows something, and how old that is.

Somebody looks every few seconds while minutes pass: rows are read anew each minute, and until they
are there a tile shows those before. The first look ever has nothing before it, and is told apart.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import asyncpg
import httpx2

from bench.asking import client_of
from bench.figures import Goal, Result, percentile, spread
from bench.following import come_to_rest
from bench.rows.bench import Bench
from bench.rows.insights import STEPS, WEEK, between, events, funnel, retention, stored
from bench.rows.metrics import EVENTS, ORGANIZATION, QUICK_EVENTS

LOOK_SECONDS = 3.0
MONTH, WEEKS = 28, 56
LONG_SECONDS, QUICK_SECONDS = 150.0, 70.0
# As ingest would have it, had it stored them: all quarters of an hour are to be counted.
TO_BE_COUNTED = """
INSERT INTO analytics.rollup_changes (organization_id, event, bucket)
SELECT DISTINCT organization_id, event, analytics.bucket_of("timestamp")
FROM analytics.events WHERE organization_id = $1
"""


@dataclass
class Seen:
    """Milliseconds until tiles showed something, and seconds since that was read."""

    waits: list[float] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    stale: int = 0


def dashboard(bench: Bench) -> Result:
    """Funnel, weekly retention and daily counts, as tiles."""
    count = bench.events or (QUICK_EVENTS if bench.quick else EVENTS)
    bench.say(f"storing {count:,} events by COPY")
    asyncio.run(stored(bench.suite.database_url, count))
    bench.say("counting them by quarter of an hour")
    asyncio.run(counted(bench.suite.database_url))
    come_to_rest(bench)
    first, seen = Seen(), Seen()
    with client_of(bench, ORGANIZATION) as client:
        path = made(client)
        bench.say("looking for the first time")
        look(client, path, first)
        bench.say("looking on")
        watch(client, path, seen, QUICK_SECONDS if bench.quick else LONG_SECONDS)
    by_hand = asyncio.run(hand_written(bench.suite.database_url))
    return Result(
        "dashboard",
        f"A dashboard's tiles over {count:,} events",
        percentile(seen.waits, 0.95),
        "ms",
        Goal(1000.0, 300.0, rising=False),
        f"{spread(seen.waits)} ms",
        f"by hand {', '.join(f'{ms:,.0f}' for ms in by_hand)} ms",
        notes=(
            f"a look every {LOOK_SECONDS:.0f} s; {seen.stale} of {len(seen.waits)} tiles showed the"
            f" rows before first; at most {max(seen.ages):.0f} s old; the first look ever:"
            f" {', '.join(f'{ms:,.0f}' for ms in first.waits)} ms; by hand: funnel, weekly"
            " retention, daily counts",
        ),
        details={"first_ms": first.waits, "by_hand_ms": by_hand, "stale": seen.stale},
        holds=seen.stale > 0,  # else no minute passed, and nothing was read anew
    )


async def counted(url: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(TO_BE_COUNTED, ORGANIZATION, timeout=600)
    finally:
        await conn.close()


def last(days: int) -> tuple[date, date]:
    """From so many days ago until today."""
    today = datetime.now(UTC).date()
    return today - timedelta(days=days), today


def during(days: int) -> dict[str, str]:
    start, end = last(days)
    return {"start": str(start), "end": str(end)}


def made(client: httpx2.Client) -> str:
    """The path of a new dashboard with a chart each."""
    month, weeks = during(MONTH), during(WEEKS)
    steps = [{"event": name} for name in STEPS]
    again = {"again": {"event": "purchase"}, "grain": "week", "periods": 8}
    sources: list[dict[str, object]] = [
        {"funnel": {"steps": steps, "within_seconds": WEEK, "time_range": month}},
        {"retention": {"first": steps[0], **again, "time_range": weeks}},
        {"trend": {"step": steps[0], "grain": "day", "time_range": month}},
    ]
    tiles = []
    for source in sources:
        answer = client.post("/api/v1/charts", json={"source": source})
        tiles.append({"chart_id": answer.raise_for_status().json()["id"]})
    answer = client.post("/api/v1/dashboards", json={"name": "Bench", "tiles": tiles})
    return f"/api/v1/dashboards/{answer.raise_for_status().json()['id']}:refresh"


def watch(client: httpx2.Client, path: str, seen: Seen, seconds: float) -> None:
    until = time.monotonic() + seconds
    while (began := time.monotonic()) < until:
        look(client, path, seen)
        time.sleep(max(0.0, LOOK_SECONDS - (time.monotonic() - began)))


def look(client: httpx2.Client, path: str, seen: Seen) -> None:
    """Read all tiles, and note when each showed something. Raises RuntimeError where one fails."""
    began, shown = time.perf_counter(), set()
    with client.stream("POST", path, json={}) as answer:
        for line in answer.iter_lines():
            if not line.startswith("data:"):
                continue
            tile = json.loads(line.removeprefix("data:"))
            if "chart" not in tile:
                raise RuntimeError(f"tile {tile['tile']}: {tile['problem']}")
            if tile["tile"] in shown:
                continue
            shown.add(tile["tile"])
            seen.waits.append((time.perf_counter() - began) * 1000)
            seen.stale += tile["stale"]
            as_of = datetime.fromisoformat(tile["chart"]["metadata"]["as_of"])
            seen.ages.append((datetime.now(UTC) - as_of).total_seconds())


async def hand_written(url: str) -> list[float]:
    """Milliseconds of the same figures by hand, each once."""
    month, weeks = last(MONTH), last(WEEKS)
    days = (
        f"SELECT (timestamp AT TIME ZONE 'UTC')::date, count(*) {events('visit')}"
        f" AND {between(*month)} GROUP BY 1"
    )
    took = []
    conn = await asyncpg.connect(url)
    try:
        for sql in (funnel(*month), retention(*weeks), days):
            began = time.perf_counter()
            await conn.fetch(sql)
            took.append((time.perf_counter() - began) * 1000)
    finally:
        await conn.close()
    return took
