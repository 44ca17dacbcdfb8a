"""The projected tables: one method for each query in queries.sql."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from attune.analytics.v1.chat_quality_pb2 import AnswerAccepted

from services.analytics.following.arrivals import note_arrivals
from services.analytics.projections.rows import (
    SOURCE,
    Activity,
    FactEvent,
    Profile,
    Said,
    Standing,
    Started,
    Traits,
    Vote,
)
from services.analytics.tracking.sightings import People
from services.analytics.tracking.store import by_time, ensure_months, see_users
from services.common.db import Connection, load_queries

SQL = load_queries(__package__)
ACCEPTED = AnswerAccepted.DESCRIPTOR.full_name
# What goes over all of an organization may take its time, and nobody waits for it.
WHOLE_SECONDS = 3600
# For the months of so long there surely are partitions.
PARTITIONED = timedelta(days=2 * 365)
TABLES = (
    *("conversations", "conversation_events", "user_activity", "interaction_logs"),
    "user_profiles",
)


class ProjectionStore:
    """Within the transaction of a connection, and in the order of the keys."""

    async def add_conversations(
        self, conn: Connection, organization_id: str, rows: Iterable[Started]
    ) -> None:
        await write(conn, "add_conversations", organization_id, rows)

    async def add_unknown_conversations(
        self, conn: Connection, organization_id: str, rows: Iterable[Started]
    ) -> None:
        """Those that no fact told of so far."""
        await write(conn, "add_unknown_conversations", organization_id, rows)

    async def add_said(self, conn: Connection, organization_id: str, rows: Iterable[Said]) -> None:
        """Events of conversations that are known, which grow by those that are new."""
        await write(conn, "add_said", organization_id, rows)

    async def set_standings(
        self, conn: Connection, organization_id: str, rows: Iterable[Standing]
    ) -> None:
        await write(conn, "set_standings", organization_id, rows)

    async def drop_conversations(
        self, conn: Connection, organization_id: str, gone: Collection[UUID]
    ) -> None:
        """With what was said and answered there; that something was done stays among the events."""
        if not gone:
            return
        name = (organization_id, sorted(gone))
        await conn.execute(SQL["drop_said"], *name)
        rows = await conn.fetch(SQL["drop_answers"], *name)
        await conn.execute(SQL["drop_conversations"], *name)
        if rows:
            answers = [str(row["message_id"]).encode() for row in rows]
            await conn.execute(SQL["erase_accepted"], organization_id, ACCEPTED, answers)

    async def add_activities(
        self, conn: Connection, organization_id: str, rows: Iterable[Activity]
    ) -> None:
        await write(conn, "add_activities", organization_id, rows)

    async def put_votes(self, conn: Connection, organization_id: str, rows: Iterable[Vote]) -> None:
        await write(conn, "put_votes", organization_id, rows)

    async def drop_votes(
        self, conn: Connection, organization_id: str, numbers: Sequence[int]
    ) -> None:
        await conn.execute(SQL["drop_votes"], organization_id, numbers)

    async def put_profiles(
        self, conn: Connection, organization_id: str, rows: Sequence[Profile]
    ) -> None:
        await conn.executemany(SQL["put_profile"], [(organization_id, *row) for row in rows])

    async def drop_profiles(
        self, conn: Connection, organization_id: str, users: Sequence[str]
    ) -> None:
        await conn.execute(SQL["drop_profiles"], organization_id, users)

    async def put_traits(
        self, conn: Connection, organization_id: str, rows: Sequence[Traits]
    ) -> None:
        """What the product says of people itself stays beside it."""
        ordered = sorted(rows, key=lambda row: row.user_id)  # stable: the last of one counts
        await conn.executemany(SQL["put_traits"], [(organization_id, *row) for row in ordered])

    async def add_events(
        self, conn: Connection, organization_id: str, rows: Iterable[FactEvent], now: datetime
    ) -> None:
        events = sorted(rows, key=by_time)
        for month in {row.timestamp.date().replace(day=1) for row in events}:
            if month < (now - PARTITIONED).date():
                await ensure_months(conn, month, month)
        new = await add_new(conn, organization_id, events, now)
        await note_arrivals(conn, organization_id, new)
        await see_users(conn, organization_id, events, People())

    async def clear(self, conn: Connection, organization_id: str) -> None:
        """Drop all that was projected of an organization."""
        for table in TABLES:
            await conn.execute(SQL[f"clear_{table}"], organization_id, timeout=WHOLE_SECONDS)
        args = (organization_id, SOURCE)
        await conn.execute(SQL["clear_fact_events"], *args, timeout=WHOLE_SECONDS)


async def add_new(
    conn: Connection, organization_id: str, events: Sequence[FactEvent], now: datetime
) -> list[FactEvent]:
    """Store those that were not told before, and return them."""
    columns = zip(*events, strict=True) if events else [()] * 5
    args = (organization_id, *map(list, columns), SOURCE, now)
    new = {row["id"] for row in await conn.fetch(SQL["add_fact_events"], *args)}
    return [event for event in events if event.id in new]


async def write(
    conn: Connection, query: str, organization_id: str, rows: Iterable[tuple[Any, ...]], *more: Any
) -> None:
    """Run a query whose first parameters are the organization and the columns of the rows."""
    columns = [list(column) for column in zip(*sorted(rows, key=lambda row: row[0]), strict=True)]
    if columns:
        await conn.execute(SQL[query], organization_id, *columns, *more)
