"""Funnel, retention and trend over many events: over REST, and as one would write them by hand.

By hand the same is counted on the bare table, with a person as a user id: no view, no firewall, no
ids that mean somebody else. The funnel by hand is the fast one, by windows over rows sorted once.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg

from bench.asking import Question, asked, client_of, shown, worst
from bench.figures import Result
from bench.rows.bench import Bench
from bench.rows.metrics import EVENTS, ORGANIZATION, QUICK_EVENTS, store

THERE = "SELECT EXISTS (SELECT FROM analytics.events WHERE organization_id = $1)"
WEEK = 604_800
STEPS = ("visit", "cart", "purchase")


def questions(today: date) -> list[Question]:
    month, weeks = today - timedelta(days=28), today - timedelta(days=56)
    return [
        Question(
            "funnel of 3 steps",
            "/api/v1/insights:funnel",
            {
                "steps": [{"event": name} for name in STEPS],
                "within_seconds": WEEK,
                **during(month, today),
            },
            funnel(month, today),
            lambda rows: [(row[0], row[2] if len(row) > 2 else row[1]) for row in rows],
        ),
        Question(
            "weekly retention",
            "/api/v1/insights:retention",
            {
                "first": {"event": "visit"},
                "again": {"event": "purchase"},
                "grain": "week",
                "periods": 8,
                **during(weeks, today),
            },
            retention(weeks, today),
            returns,
        ),
        Question(
            "daily people",
            "/api/v1/insights:trend",
            {
                "step": {"event": "visit"},
                "measure": {"quantity": "people"},
                "grain": "day",
                **during(month, today),
            },
            people(month, today),
            lambda rows: [(str(row[0]), row[1]) for row in rows],
        ),
    ]


def insight(bench: Bench) -> Result:
    """Compiled, through both walls and over REST, against the bare table."""
    count = bench.events or (QUICK_EVENTS if bench.quick else EVENTS)
    bench.say(f"storing {count:,} events by COPY")
    asyncio.run(stored(bench.suite.database_url, count))
    with client_of(bench, ORGANIZATION) as client:
        found, limited = asked(bench, client, questions(datetime.now(UTC).date()))
    title = f"Funnel, retention, trend over {count:,} events, REST"
    note = "the figure is the worst question's; baseline: hand-written SQL on the table"
    return shown("insight", title, worst(found), found, limited, note)


async def stored(url: str, count: int) -> None:
    """The events of the row about metrics, unless that has stored them in this run."""
    conn = await asyncpg.connect(url)
    try:
        there = await conn.fetchval(THERE, ORGANIZATION)
    finally:
        await conn.close()
    if not there:
        await store(url, count)


def during(start: date, end: date) -> dict[str, object]:
    return {"time_range": {"start": str(start), "end": str(end)}, "no_cache": True}


def returns(rows: Sequence[Any]) -> dict[tuple[str, int], int]:
    """Who came back, without the cells in which nobody did, which one does not get by hand."""
    people = 3 if rows and len(rows[0]) > 3 else 2
    return {(str(row[0]), row[1]): row[people] for row in rows if row[people]}


def events(*names: str) -> str:
    """The rest of a statement that reads these."""
    listed = ", ".join(f"'{name}'" for name in names)
    return f"FROM analytics.events WHERE organization_id = '{ORGANIZATION}' AND event IN ({listed})"


def between(start: date, end: date) -> str:
    return f"timestamp >= '{start}T00:00:00Z' AND timestamp < '{end}T00:00:00Z'"


def funnel(start: date, end: date) -> str:
    before = "OVER (PARTITION BY user_id ORDER BY timestamp, id"
    before += " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    late = end + timedelta(days=7)
    return (
        f"WITH acts AS (SELECT user_id, timestamp, id, event, event = 'visit' AND timestamp <"
        f" '{end}T00:00:00Z' AS visited {events(*STEPS)} AND {between(start, late)}),"
        " carts AS (SELECT *, max(CASE WHEN visited THEN timestamp END)"
        f" {before} AS visit FROM acts),"
        " buys AS (SELECT *, max(CASE WHEN event = 'cart' AND timestamp <= visit + interval"
        f" '7 days' THEN visit END) {before} AS cart FROM carts),"
        " reached AS (SELECT max(CASE WHEN event = 'purchase' AND timestamp <= cart + interval"
        " '7 days' THEN 3 WHEN event = 'cart' AND timestamp <= visit + interval '7 days' THEN 2"
        " WHEN visited THEN 1 END) AS step FROM buys GROUP BY user_id)"
        " SELECT s.step, count(*) FILTER (WHERE r.step >= s.step) FROM reached r"
        " CROSS JOIN generate_series(1, 3) AS s (step) GROUP BY 1 ORDER BY 1"
    )


def retention(start: date, end: date) -> str:
    return (
        f"WITH firsts AS (SELECT user_id, min(timestamp) AS since {events('visit')} GROUP BY 1),"
        " cohorts AS (SELECT user_id, since, date_trunc('week', since AT TIME ZONE 'UTC')::date"
        f" AS cohort FROM firsts WHERE {between(start, end).replace('timestamp', 'since')}),"
        f" buys AS (SELECT user_id, timestamp {events('purchase')})"
        " SELECT cohort, (date_trunc('week', timestamp AT TIME ZONE 'UTC')::date - cohort) / 7,"
        " count(DISTINCT c.user_id) FROM cohorts c JOIN buys b"
        " ON b.user_id = c.user_id AND b.timestamp > c.since GROUP BY 1, 2 ORDER BY 1, 2"
    )


def people(start: date, end: date) -> str:
    return (
        "SELECT (timestamp AT TIME ZONE 'UTC')::date, count(DISTINCT user_id)"
        f" {events('visit')} AND {between(start, end)} GROUP BY 1 ORDER BY 1"
    )
