"""The user_activity table: one method for each query in queries.sql."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from services.activity.activities.domain import Activity, StoredActivity
from services.common.db import Database, Pool, load_queries

SQL = load_queries(__package__)
SCAN_ROWS = 500
# What one answer may hold, well below what a message may be; always at least one row.
PART_BYTES = 4 * 1024 * 1024


class Row(NamedTuple):
    """An activity and the serialized fact that the event log tells of it."""

    activity: Activity
    fact: bytes


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Which of a person's activities: newest first, older than (created_at, id)."""

    user_id: str
    activity_type: str | None
    start: datetime
    end: datetime
    before: tuple[datetime, int]
    limit: int


class ActivityStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def insert(
        self,
        conn: Database,
        organization_id: str,
        rows: Sequence[Row],
        now: datetime,
        fact: str,
    ) -> list[int]:
        """Store activities and their events of the type `fact`; returns their numbers in order."""
        activities = [row.activity for row in rows]
        found = await conn.fetch(
            SQL["insert_activities"],
            organization_id,
            len(rows),
            [a.user_id for a in activities],
            [a.activity_type for a in activities],
            [a.query_text for a in activities],
            [a.response_data for a in activities],
            [a.suggestion_clicked for a in activities],
            [a.feedback_rating for a in activities],
            [a.metadata for a in activities],
            [a.created_at for a in activities],
            [row.fact for row in rows],
            now,
            fact,
        )
        return [row["id"] for row in found]

    async def history(self, organization_id: str, part: Slice) -> tuple[list[StoredActivity], bool]:
        """The slice, cut where it gets too large to send, and whether there are older ones."""
        args = (organization_id, part.user_id, part.start, part.end, *part.before, part.limit + 1)
        if part.activity_type is None:
            rows = await self.pool.fetch(SQL["list_activities"], *args, PART_BYTES)
        else:
            rows = await self.pool.fetch(
                SQL["list_activities_of_type"], *args, PART_BYTES, part.activity_type
            )
        found = [activity_of(row) for row in rows if row["fits"]]
        return found[: part.limit], len(rows) > len(found[: part.limit])

    async def head(self, organization_id: str) -> int:
        """The newest number; all up to it are committed, for they are given in order."""
        return await self.pool.fetchval(SQL["read_head"], organization_id) or 0

    async def scan(
        self, organization_id: str, after: int, as_of: int
    ) -> AsyncIterator[tuple[int, list[StoredActivity]]]:
        """Activities after a number and up to `as_of`, in parts with the number they reach.

        Each part is a query of its own: no transaction is held while the reader works.
        """
        while after < as_of:
            rows = await self.pool.fetch(
                SQL["scan_activities"], organization_id, after, as_of, SCAN_ROWS, PART_BYTES
            )
            found = [activity_of(row) for row in rows if row["fits"]]
            complete = len(rows) < SCAN_ROWS and len(found) == len(rows)
            after = as_of if complete else found[-1].id
            yield after, found


def activity_of(row: Any) -> StoredActivity:
    fields = dict(row)
    del fields["fits"]
    return StoredActivity(**fields)
