"""Learning what events there are from those that arrive, and finding how they drift."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from services.analytics.registry import store
from services.analytics.registry.domain import (
    EXAMPLES,
    HISTORY,
    Known,
    Property,
    Schema,
    breaks_of,
    drifts_of,
    kept_properties,
    kept_schemas,
)
from services.common.clock import Clock
from services.common.db import Connection, Pool
from services.common.jobs import Job
from services.common.pii import masked_json

Rows = Sequence[Mapping[str, Any]]


class Learner:
    def __init__(self, now: Clock) -> None:
        self._now = now

    async def learn(self, conn: Connection, organization_id: str, arrived: Rows) -> None:
        """Take in what arrived (read_arrived), in the transaction that takes it off the queue."""
        events = [row for row in arrived if not row["property"]]
        rows = [row for row in arrived if row["property"]]
        known = await store.known(conn, organization_id, sorted({row["event"] for row in events}))
        schemas = kept_schemas(known, schemas_in(events))
        properties = kept_properties(known, schemas, properties_in(rows, known))
        kept = {(p.event, p.property) for p in properties} | {(s.event, "") for s in schemas}
        days = Counter({(r["event"], "", r["day"]): r["occurrences"] for r in events})
        for row in rows:
            days[row["event"], row["property"], row["day"]] += row["occurrences"]
        counted = {key: count for key, count in days.items() if key[:2] in kept}
        await store.put(conn, organization_id, schemas, properties, counted)
        drifts = [*drifts_of(known, schemas, properties)]
        await store.add_drifts(conn, organization_id, drifts, self._now())


def schemas_in(rows: Rows) -> list[Schema]:
    found: dict[str, Schema] = {}
    for row in rows:
        name, first, last = row["event"], row["first_seen"], row["last_seen"]
        old = found.get(name, Schema(name, 0, first, last))
        events = old.events + row["occurrences"]
        found[name] = Schema(name, events, min(old.first_seen, first), max(old.last_seen, last))
    return [*found.values()]


def properties_in(rows: Rows, known: Known) -> list[Property]:
    """Of all days together, with examples; those that are known are kept."""
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["event"], row["property"], row["type"]].append(row)
    return [
        Property(
            *key,
            sum(row["occurrences"] for row in group),
            min(row["first_seen"] for row in group),
            max(row["last_seen"] for row in group),
            examples_of(key, group, known),
        )
        for key, group in groups.items()
    ]


def examples_of(key: tuple[str, str, str], group: Rows, known: Known) -> Sequence[str]:
    before = known.properties.get(key)
    examples = list(before.examples) if before else []
    for row in group:
        for value in (row["least"], row["greatest"]):
            if len(examples) == EXAMPLES:
                return examples
            if value is not None and (shown := example_of(key[1], value)) not in examples:
                examples.append(shown)
    return examples


def example_of(name: str, value: str) -> str:
    """A value without personal data, of which its name speaks too."""
    masked = masked_json(msgspec.json.encode({name: value}))
    [shown] = msgspec.json.decode(masked, type=dict[str, str]).values()
    return shown


def finding_drifts(pool: Pool, now: Clock) -> Job:
    """The job that looks at yesterday (UTC): which property came no more, which volume broke."""

    async def find(_: bytes) -> None:
        day = now().astimezone(UTC).date() - timedelta(days=1)
        for organization_id in await store.organizations(pool):
            await find_breaks(pool, organization_id, day, now())

    return Job("find_schema_drifts", find, cron="30 3 * * *", at_once=1)


async def find_breaks(pool: Pool, organization_id: str, day: date, now: datetime) -> None:
    days = await store.days_of_all(pool, organization_id, day - HISTORY, day)
    at = datetime.combine(day, time(), UTC)
    await store.add_drifts(pool, organization_id, [*breaks_of(days, day, at)], now)
