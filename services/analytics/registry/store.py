"""The registry's tables: one method for each query in queries.sql."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.analytics.following.arrivals import hold
from services.analytics.registry.domain import Drift, Known, Property, Schema
from services.common.db import Connection, Database, load_queries

SQL = load_queries(__package__)

Days = Mapping[tuple[str, str], Mapping[date, int]]
"""By event and property how many a day; the property "" is the event itself."""


async def known(db: Database, organization_id: str, events: Sequence[str]) -> Known:
    """What is on record of these events."""
    total = await db.fetchrow(SQL["count_schemas"], organization_id)
    assert total
    rows = await db.fetch(SQL["known_schemas"], organization_id, events)
    properties = await properties_of(db, organization_id, events)
    return Known(
        {row["event"]: Schema(*row) for row in rows},
        {(p.event, p.property, p.type): p for p in properties},
        total["schemas"],
        total["events"],
    )


async def properties_of(
    db: Database, organization_id: str, events: Sequence[str]
) -> list[Property]:
    rows = await db.fetch(SQL["known_properties"], organization_id, events)
    return [Property(*row) for row in rows]


async def put(
    conn: Connection,
    organization_id: str,
    schemas: Iterable[Schema],
    properties: Iterable[Property],
    days: Mapping[tuple[str, str, date], int],
) -> None:
    """Add what arrived to what is on record."""
    await conn.execute(SQL["put_schemas"], organization_id, *columns(schemas, 4))
    rows = [(*p[:6], json.dumps(p.examples)) for p in properties]
    await conn.execute(SQL["put_properties"], organization_id, *columns(rows, 7))
    counted = [(*key, count) for key, count in sorted(days.items())]
    await conn.execute(SQL["put_days"], organization_id, *columns(counted, 4))


async def forget_counts(conn: Connection, organization_id: str, events: str) -> None:
    """Count events whose names are LIKE this from nothing, because all of them arrive again.

    Call it last in the transaction that takes the events away: nobody follows the organization
    until it ends, and before that what was counted are events that are gone then.
    """
    await hold(conn, organization_id)
    for query in ("forget_schemas", "forget_properties", "forget_days"):
        await conn.execute(SQL[query], organization_id, events)


async def add_drifts(
    conn: Database, organization_id: str, drifts: Iterable[Drift], now: datetime
) -> None:
    await conn.execute(SQL["add_drifts"], organization_id, now, *columns(drifts, 7))


async def organizations(db: Database) -> list[str]:
    return [row["organization_id"] for row in await db.fetch(SQL["organizations_with_events"])]


async def days_of_all(db: Database, organization_id: str, first: date, last: date) -> Days:
    found: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    for row in await db.fetch(SQL["days_of_all"], organization_id, first, last):
        found[row["event"], row["property"]][row["day"]] = row["occurrences"]
    return found


async def schemas_after(db: Database, organization_id: str, after: str, limit: int) -> list[Schema]:
    rows = await db.fetch(SQL["list_schemas"], organization_id, after, limit)
    return [Schema(*row) for row in rows]


async def schema(db: Database, organization_id: str, event: str) -> list[Schema]:
    """The event, where it is known."""
    rows = await db.fetch(SQL["known_schemas"], organization_id, [event])
    return [Schema(*row) for row in rows]


async def newest_days(
    db: Database, organization_id: str, events: Sequence[str], limit: int
) -> dict[str, list[tuple[date, int]]]:
    found: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for row in await db.fetch(SQL["newest_days"], organization_id, events, limit):
        found[row["event"]].append((row["day"], row["occurrences"]))
    return found


async def drifts_before(
    db: Database,
    organization_id: str,
    before: UUID,
    event: str | None,
    kind: str | None,
    limit: int,
) -> list[Any]:
    args = (organization_id, before, event, kind, limit)
    return list(await db.fetch(SQL["list_drifts"], *args))


async def undefined(db: Database, organization_id: str, limit: int) -> list[Schema]:
    """The most frequent events without a definition."""
    rows = await db.fetch(SQL["undefined_schemas"], organization_id, limit)
    return [Schema(*row) for row in rows]


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
