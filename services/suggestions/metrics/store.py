"""What the metrics are counted from: one method for each query in queries.sql."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.common.db import Pool, load_queries
from services.suggestions.metrics.domain import (
    NEWEST_READ,
    CacheEntries,
    Clicks,
    Popular,
    Requests,
    RolePattern,
)

SQL = load_queries(__package__)
# Of the cache, for a figure of all of it.
SAMPLED_BYTES = 16 * 2**20
POPULAR_BY = {name: SQL[f"popular_by_{name}"] for name in ("hits", "servings", "clicks")}


class MetricsStore:
    """`least_people` ask a question in words that not everybody uses before others see it."""

    def __init__(self, pool: Pool, least_people: int = 1) -> None:
        self._pool = pool
        self._least_people = least_people

    async def add_requests(
        self, organization_id: str, counts: Mapping[tuple[datetime, str], Requests]
    ) -> None:
        """Add requests by (quarter of an hour, source)."""
        await self._pool.execute(
            SQL["add_requests"],
            organization_id,
            [bucket for bucket, _ in counts],
            [source for _, source in counts],
            [counted.requests for counted in counts.values()],
            [counted.shown for counted in counts.values()],
        )

    async def requests(self, organization_id: str, since: datetime) -> dict[str, Requests]:
        """Requests by source, the most frequent first."""
        rows = await self._pool.fetch(SQL["count_requests"], organization_id, since)
        return {row["source"]: Requests(row["requests"], row["shown"]) for row in rows}

    async def forget_requests(self, before: datetime) -> None:
        await self._pool.execute(SQL["forget_requests"], before)

    async def entries(self, organization_id: str, since: datetime) -> CacheEntries:
        row = await self._pool.fetchrow(SQL["count_entries"], organization_id, since)
        assert row
        return CacheEntries(**row)

    async def patterns(
        self, organization_id: str, role: str | None, since: datetime, limit: int
    ) -> list[RolePattern]:
        """Patterns of job roles used since then, the most used first."""
        args = (organization_id, since, limit, self._least_people)
        if role is None:
            rows = await self._pool.fetch(SQL["popular_patterns"], *args)
        else:
            rows = await self._pool.fetch(SQL["popular_patterns_of_role"], *args, role)
        return [RolePattern(**row) for row in rows]

    async def popular(
        self, organization_id: str, by: str, since: datetime, limit: int, min_people: int
    ) -> list[Popular]:
        """Texts by hits, servings or clicks, which at least so many people have to do with."""
        args = (organization_id, since, limit, min_people, NEWEST_READ)
        return [Popular(**row) for row in await self._pool.fetch(POPULAR_BY[by], *args)]

    async def clicks(self, organization_id: str, since: datetime) -> Clicks:
        rows = await self._pool.fetch(SQL["count_clicks"], organization_id, since)
        servings = await self._pool.fetchval(SQL["count_clicked_servings"], organization_id, since)
        counts: dict[Any, int] = {row["position"]: row["clicks"] for row in rows}
        unmatched = counts.pop(None, 0)
        return Clicks(counts, servings, unmatched)

    async def everybodys_entries(self, since: datetime) -> CacheEntries:
        """About what is in the cache of the whole installation; exactly while it is small."""
        row = await self._pool.fetchrow(SQL["measure_cache"], since, SAMPLED_BYTES)
        assert row
        return CacheEntries(row["entries"] or 0, row["entries_hit"] or 0)
