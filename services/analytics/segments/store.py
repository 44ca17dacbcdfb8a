"""Segments: one method for each query in queries.sql."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.analytics.segments.domain import Draft, Filters, Segment, Size, Use
from services.analytics.segments.wanting import want_refresh
from services.common.caller import Caller
from services.common.clock import utc_now
from services.common.db import Connection, Pool, load_queries
from services.common.ids import uuid7

SQL = load_queries(__package__)
AT_ONCE = 5_000
FINDING = ("organization_id", "segment_id", "lease", "user_id")
WRITE_SECONDS = 300


class SegmentStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def hold(self, conn: Connection, organization_id: str) -> None:
        """Until the transaction ends nobody else changes what refers to what."""
        await conn.execute(SQL["hold_organization"], organization_id)

    async def add(
        self, conn: Connection, who: Caller, segment_id: UUID, draft: Draft, now: datetime
    ) -> None:
        d = draft
        told = (d.name, d.description, d.kind, d.spec, d.query)
        place = (who.organization_id, segment_id)
        await conn.execute(SQL["add_segment"], *place, *told, who.subject, now)
        await conn.execute(SQL["add_references"], *place, list(d.refers_to))

    async def change(
        self, conn: Connection, who: Caller, known: Segment, draft: Draft, now: datetime
    ) -> int | None:
        """The new version; None where it was changed since it was known."""
        d, place = draft, (who.organization_id, known.id)
        told = (d.name, d.description, d.spec, d.query, who.subject, now, known.version)
        version: int | None = await conn.fetchval(SQL["change_segment"], *place, *told)
        if version is not None:
            await conn.execute(SQL["drop_references"], *place)
            await conn.execute(SQL["add_references"], *place, list(d.refers_to))
        return version

    async def known_ids(
        self, conn: Connection, organization_id: str, ids: Sequence[UUID]
    ) -> set[UUID]:
        rows = await conn.fetch(SQL["known_ids"], organization_id, ids)
        return {row["id"] for row in rows}

    async def leads_back(
        self, conn: Connection, organization_id: str, segment_id: UUID, refers_to: Sequence[UUID]
    ) -> bool:
        """Whether a segment that refers to these would refer to itself."""
        args = (organization_id, segment_id, refers_to)
        return bool(await conn.fetchval(SQL["leads_back"], *args))

    async def get(self, organization_id: str, segment_id: UUID, now: datetime) -> Segment | None:
        row = await self.pool.fetchrow(SQL["get_segment"], organization_id, segment_id, now)
        return Segment(**row) if row else None

    async def page(
        self,
        organization_id: str,
        filters: Filters,
        after: tuple[datetime, UUID],
        limit: int,
        now: datetime,
    ) -> list[Segment]:
        """In their order and, where there are more, one more than the limit."""
        f = filters
        args = (organization_id, now, *after, f.text, f.owner, f.kind, limit + 1)
        return [Segment(**row) for row in await self.pool.fetch(SQL["list_segments"], *args)]

    async def delete(self, organization_id: str, segment_id: UUID) -> list[Use]:
        """Who still needs it: where there is anybody, it stays."""
        place = (organization_id, segment_id)
        async with self.pool.acquire() as conn, conn.transaction():
            await self.hold(conn, organization_id)
            await conn.execute(SQL["hold_segment"], *place)
            needed = [Use(**row) for row in await conn.fetch(SQL["uses"], *place)]
            if not needed:
                for query in ("delete_members", "delete_uploads", "delete_segment"):
                    await conn.execute(SQL[query], *place, timeout=WRITE_SECONDS)
            return needed

    async def uses(self, organization_id: str, segment_id: UUID) -> list[Use]:
        rows = await self.pool.fetch(SQL["uses"], organization_id, segment_id)
        return [Use(**row) for row in rows]

    async def put_use(self, organization_id: str, segment_id: UUID, use: Use) -> None:
        args = (use.kind, use.used_by, use.name, use.since)
        await self.pool.execute(SQL["put_use"], organization_id, segment_id, *args)

    async def drop_use(
        self, organization_id: str, segment_id: UUID, kind: str, used_by: str
    ) -> None:
        await self.pool.execute(SQL["drop_use"], organization_id, segment_id, kind, used_by)

    async def want(self, organization_id: str, segment_id: UUID) -> None:
        """Have all of its people found anew."""
        async with self.pool.acquire() as conn, conn.transaction():
            await conn.execute(SQL["want"], organization_id, segment_id)
            await want_refresh(conn, organization_id, segment_id)

    async def members(
        self, organization_id: str, segment_id: UUID, after: str, limit: int
    ) -> list[str]:
        """In their order and, where there are more, one more than the limit."""
        args = (organization_id, segment_id, after, limit + 1)
        return [row["user_id"] for row in await self.pool.fetch(SQL["members"], *args)]

    async def all_members(self, organization_id: str, segment_id: UUID) -> AsyncIterator[list[str]]:
        """Those that there are when it begins, some at a time."""
        async with self.pool.acquire() as conn, conn.transaction():
            cursor = await conn.cursor(SQL["all_members"], organization_id, segment_id)
            while rows := await cursor.fetch(AT_ONCE):
                yield [row["user_id"] for row in rows]

    async def sizes(
        self, organization_id: str, segment_id: UUID, before: datetime, limit: int
    ) -> list[Size]:
        """Newest first and, where there are more, one more than the limit."""
        args = (organization_id, segment_id, before, limit + 1)
        return [Size(**row) for row in await self.pool.fetch(SQL["sizes"], *args)]

    async def common(
        self, organization_id: str, ids: Sequence[UUID]
    ) -> tuple[dict[UUID, int], dict[tuple[UUID, UUID], int]]:
        """How many people are in each, and in each two of them; what is zero is left out."""
        counts = await self.pool.fetch(SQL["count_members"], organization_id, ids)
        common = await self.pool.fetch(SQL["count_common"], organization_id, ids)
        alone = {row["segment_id"]: row["people"] for row in counts}
        return alone, {(row["one"], row["other"]): row["people"] for row in common}

    def aside(self, organization_id: str) -> "Aside":
        return Aside(self.pool, organization_id, uuid7(utc_now()))

    async def take_uploads(
        self, who: Caller, segment_id: UUID, aside: "Aside", *, append: bool
    ) -> int:
        """How many of the ids that were put aside are new to the segment, which wants its people
        found anew.
        """
        place = (who.organization_id, segment_id)
        async with self.pool.acquire() as conn, conn.transaction():
            await conn.execute(SQL["note_upload"], *place, who.subject)
            if not append:
                await conn.execute(SQL["delete_uploads"], *place, timeout=WRITE_SECONDS)
            args = (*place, aside.key)
            new = await conn.fetchval(SQL["add_uploads"], *args, timeout=WRITE_SECONDS)
            await conn.execute(SQL["drop_aside"], who.organization_id, aside.key)
            await want_refresh(conn, *place)
        return int(new)

    async def sample(self, organization_id: str, seed: int, size: int) -> tuple[list[str], int]:
        """Some people at random who have an id, and how many have one."""
        rows = await self.pool.fetch(SQL["sample_people"], organization_id, seed, size)
        return [row["user_id"] for row in rows], rows[0]["people"] if rows else 0


@dataclass(frozen=True)
class Aside:
    """Ids that are put where nobody sees them; those of a call that broke off go in an hour."""

    pool: Pool
    organization_id: str
    key: UUID

    async def put(self, ids: Sequence[str]) -> None:
        records = [(self.organization_id, self.key, self.key, one) for one in ids]
        async with self.pool.acquire() as conn:
            await conn.copy_records_to_table("segment_findings", records=records, columns=FINDING)
