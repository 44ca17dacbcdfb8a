"""Statements on record: one method for each query in queries.sql."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from services.analytics.audit.store import Entry, record
from services.analytics.queries.domain import (
    ALLOWED,
    EVENTS,
    Asked,
    End,
    Figures,
    Filters,
    Record,
)
from services.common.caller import Caller
from services.common.db import Pool, load_queries
from services.common.ids import millis_of

SQL = load_queries(__package__)
MOST_GROUPS, SLOWEST = 50, 10
LAST = UUID(int=2**128 - 1)

Key = tuple[str, UUID]
"""Organization and statement."""


class QueryStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def leads_to(self, organization_id: str, connection_id: str) -> UUID | None:
        """Which DSN a registered connection has: another one after each change of it."""
        if connection_id == EVENTS:
            return None
        found: UUID | None = await self._pool.fetchval(
            SQL["leads_to"], organization_id, connection_id
        )
        return found

    async def begin(
        self,
        who: Caller,
        query_id: UUID,
        asked: Asked,
        tree_hash: str,
        times: tuple[datetime, datetime],
        slots: tuple[int, int],
    ) -> bool:
        """Whether there was room: `slots` are how many may run at once, of all and of one person.

        `times` are since when those that run are counted, and now.
        """
        organization = who.organization_id
        args = (query_id, who.subject, asked.connection_id, asked.sql, tree_hash, *times, *slots)
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(SQL["hold_slots"], organization)
            began = bool(await conn.fetchval(SQL["begin_query"], organization, *args))
            if began:
                await record(conn, organization, times[1], begun(who, query_id, asked, tree_hash))
            return began

    async def add(
        self,
        who: Caller,
        query_id: UUID,
        asked: Asked,
        end: End,
        now: datetime,
        *,
        tree_hash: str | None = None,
        verdict: str = ALLOWED,
    ) -> None:
        """One that has ended already: refused, or answered from the cache."""
        told = (asked.connection_id, asked.sql, end.status, verdict, tree_hash, now)
        args = (who.organization_id, query_id, who.subject, *told, *ended(end, now))
        entry = begun(who, query_id, asked, tree_hash, verdict)
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(SQL["add_query"], *args)
            entries = entry, over(who.subject, query_id, end)
            await record(conn, who.organization_id, now, *entries)

    async def end(self, who: Caller, query_id: UUID, end: End, now: datetime) -> None:
        organization = who.organization_id
        args = (organization, query_id, end.status, *ended(end, now))
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(SQL["end_query"], *args)
            await record(conn, organization, now, over(who.subject, query_id, end))

    async def end_abandoned(self, now: datetime, before: datetime) -> int:
        """How many had begun before, and never ended."""
        status = await self._pool.execute(SQL["end_abandoned"], now, before)
        return int(status.rpartition(" ")[2])

    async def request_cancel(self, organization_id: str, query_id: UUID) -> None:
        await self._pool.execute(SQL["request_cancel"], organization_id, query_id)

    async def cancels_requested(self, keys: Collection[Key]) -> list[Key]:
        """Those of the keys that somebody wants to end."""
        columns = [key[0] for key in keys], [key[1] for key in keys]
        rows = await self._pool.fetch(SQL["cancels_requested"], *columns)
        return [(row["organization_id"], row["id"]) for row in rows]

    async def get(self, organization_id: str, query_id: UUID) -> Record | None:
        row = await self._pool.fetchrow(SQL["get_query"], organization_id, query_id)
        return Record(**row) if row else None

    async def page(
        self, organization_id: str, filters: Filters, before: UUID | None, limit: int
    ) -> list[Record]:
        """Newest first and, where there are more, one more than the limit."""
        f = filters
        until = least_of(f.until) if f.until else LAST
        newest = min(before, until) if before else until
        oldest = least_of(f.since) if f.since else UUID(int=0)
        between = (organization_id, newest, oldest, f.connection_id, f.text, limit + 1)
        name, more = "list_queries", tuple[str, ...]()
        if f.status:
            name, more = "list_queries_by_status", (f.status, f.user_id)
        elif f.user_id:
            name, more = "list_queries_of_user", (f.user_id,)
        rows = await self._pool.fetch(SQL[name], *between, *more)
        return [Record(**row) for row in rows]

    async def figures(
        self, organization_id: str, since: datetime, user_id: str, by: str
    ) -> list[Figures]:
        """The largest groups first; `by` nothing is one group of all."""
        args = (organization_id, least_of(since), user_id, by, MOST_GROUPS)
        return [Figures(**row) for row in await self._pool.fetch(SQL["figures"], *args)]

    async def slowest(self, organization_id: str, since: datetime, user_id: str) -> list[Record]:
        args = (organization_id, least_of(since), user_id, SLOWEST)
        return [Record(**row) for row in await self._pool.fetch(SQL["slowest_queries"], *args)]


def begun(
    who: Caller, query_id: UUID, asked: Asked, tree_hash: str | None, verdict: str = ALLOWED
) -> Entry:
    """What the audit log has of a statement that somebody wants to run."""
    detail = {
        "query_id": str(query_id),
        "sql": asked.sql,
        "tree_hash": tree_hash,
        "verdict": verdict,
        "exported_as": asked.exported_as,
    }
    return Entry(who.subject, "query.run", asked.connection_id, detail)


def over(actor: str, query_id: UUID, end: End) -> Entry:
    """What it has of the end."""
    rows = end.outcome.row_count if end.outcome else 0
    detail = {
        "status": end.status,
        "row_count": rows,
        "execution_time_ms": end.execution_time,
        "cached": end.cached,
        "error": end.error,
    }
    return Entry(actor, "query.ended", str(query_id), detail)


def ended(end: End, now: datetime) -> tuple[Any, ...]:
    """The columns of how it ended."""
    found, error = end.outcome, (end.error, end.sqlstate)
    if found is None:
        return (now, end.execution_time, 0, 0, None, False, False, None, None, *error)
    figures = (found.row_count, found.bytes, found.cost, end.cached, found.truncated)
    return (now, end.execution_time, *figures, found.result_id, found.sample, *error)


def least_of(when: datetime) -> UUID:
    """The least id of a time; those before 1970 have none."""
    return UUID(int=max(millis_of(when), 0) << 80)
