"""What the lint looks at: one method for each query in queries.sql."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from services.analytics.knowledge.lint.domain import Observed
from services.analytics.knowledge.versions.domain import Item
from services.common.db import Pool, load_queries

SQL = load_queries(__package__)
PAGE = 500
NEWEST = 200  # events of each name


class LintStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def items(self, organization_id: str) -> AsyncIterator[Item]:
        after, more = UUID(int=0), True
        while more:
            rows = await self._pool.fetch(SQL["all_items"], organization_id, after, PAGE)
            for row in rows:
                yield Item(**row)
            more = len(rows) == PAGE
            after = rows[-1]["item_id"] if rows else after

    async def uses(self, organization_id: str) -> dict[UUID, datetime]:
        rows = await self._pool.fetch(SQL["all_uses"], organization_id)
        return {row["item_id"]: row["used_at"] for row in rows}

    async def unseen(self, organization_id: str, events: Sequence[str]) -> list[str]:
        """Those that were never received."""
        rows = await self._pool.fetch(SQL["unseen_events"], organization_id, events)
        return [row["name"] for row in rows]

    async def observed(self, organization_id: str, events: Sequence[str]) -> list[Observed]:
        """The types of the properties of the newest events of each name."""
        rows = await self._pool.fetch(SQL["observed_types"], organization_id, events, NEWEST)
        return [Observed(**row) for row in rows]
