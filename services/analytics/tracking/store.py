"""Storing events: each once, all by COPY, in the caller's transaction."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from operator import attrgetter
from typing import TypeAlias
from uuid import UUID

from services.analytics.following.arrivals import note_arrivals
from services.analytics.tracking.domain import Event, Firsts
from services.analytics.tracking.people import tell
from services.analytics.tracking.sightings import Doing, People
from services.common.db import Connection, Database, load_queries

SQL = load_queries(__package__)
HASH_BYTES = 16

Months: TypeAlias = frozenset[tuple[int, int]]

by_time = attrgetter("timestamp")


async def insert_events(
    conn: Connection, organization_id: str, events: Sequence[Event], people: People | None = None
) -> Firsts:
    """Store events of one organization that were not stored before; returns those that were.

    Events with the same `message_id` are one, within 7 days; those without are all new. For the
    months of events older than two years call `ensure_months` before.
    """
    firsts = await claim_messages(conn, organization_id, events)
    fresh = [event for event in events if event.id not in firsts] if firsts else list(events)
    await copy_events(conn, fresh)
    await note_arrivals(conn, organization_id, fresh)
    await see_users(conn, organization_id, fresh, people or People())
    await tell(conn, organization_id, fresh)
    return firsts


async def copy_events(conn: Connection, events: list[Event]) -> None:
    """Copy each into its month's own partition: COPY takes no table with row-level security."""
    events.sort(key=by_time)
    begin = 0
    while begin < len(events):
        year, month = month_of(events[begin])
        next_month = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        end = bisect_left(events, next_month, begin, key=by_time)
        await conn.copy_records_to_table(
            f"events_{year:04}_{month:02}", records=events[begin:end], columns=Event._fields
        )
        begin = end


def month_of(event: Event) -> tuple[int, int]:
    return event.timestamp.year, event.timestamp.month


async def claim_messages(conn: Connection, organization_id: str, events: Iterable[Event]) -> Firsts:
    """Remember the events' messages, in the order of their keys so that no two calls deadlock."""
    hashes: dict[bytes, UUID] = {}
    again: dict[UUID, UUID] = {}
    for event in events:
        if event.message_id is not None:
            first = hashes.setdefault(message_hash(event.message_id), event.id)
            if first is not event.id:
                again[event.id] = first
    if not hashes:
        return again
    keys = sorted(hashes)
    ids = [hashes[key] for key in keys]
    done = await conn.execute(SQL["claim_messages"], organization_id, keys, ids)
    if done == f"INSERT 0 {len(keys)}":
        return again
    rows = await conn.fetch(SQL["read_messages"], organization_id, keys)
    before = {row["message_hash"]: row["event_id"] for row in rows}
    # One that was forgotten just now, being 7 days old, is none any more.
    taken = {mine: before[key] for key, mine in hashes.items() if before.get(key, mine) != mine}
    return taken | {event: taken.get(first, first) for event, first in again.items()}


def message_hash(message_id: str) -> bytes:
    return blake2b(message_id.encode(), digest_size=HASH_BYTES).digest()


async def see_users(
    conn: Connection, organization_id: str, events: Iterable[Doing], people: People
) -> None:
    """Note when people were first and last seen; `events` are in the order of time."""
    seen = people.tell(events)
    if not seen:
        return
    users = sorted(seen)
    firsts, lasts = [seen[user][0] for user in users], [seen[user][1] for user in users]
    await conn.execute(SQL["see_users"], organization_id, users, firsts, lasts)


async def ensure_months(db: Database, earliest: date, latest: date) -> int:
    """Make the partitions of these months, for events of long ago; returns how many were made."""
    number: int = await db.fetchval(SQL["ensure_event_partitions"], earliest, latest)
    return number


async def ensure_months_of(
    db: Database, events: Iterable[Event], older_than: datetime, known: Months = frozenset()
) -> Months:
    """Make the partitions of older events, whose months are not made ahead; returns what is there.

    Without a transaction of the caller's: what it made is there, whatever becomes of the events.
    """
    old = (event for event in events if event.timestamp < older_than)
    missing = {month_of(event) for event in old} - known
    for month in sorted(missing):  # those between stay unmade: each is a table to plan with
        await ensure_months(db, date(*month, 1), date(*month, 1))
    return known | missing


async def forget_messages(db: Database, before: UUID, limit: int) -> int:
    """Forget some messages whose events came before; returns how many."""
    done = await db.execute(SQL["forget_messages"], before, limit)
    return int(done.rpartition(" ")[2])
