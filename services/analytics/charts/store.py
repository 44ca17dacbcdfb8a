"""Kept charts: one method for each query in queries.sql."""

from datetime import datetime
from uuid import UUID

from services.analytics.charts.domain import Draft, Filters, KeptChart
from services.common.caller import Caller
from services.common.db import Connection, Pool, load_queries

SQL = load_queries(__package__)


class ChartStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def add(
        self, conn: Connection, who: Caller, chart_id: UUID, draft: Draft, now: datetime
    ) -> None:
        args = (who.organization_id, chart_id, *columns(draft), who.subject, now)
        await conn.execute(SQL["add_chart"], *args)

    async def change(
        self, who: Caller, known: KeptChart, draft: Draft, now: datetime
    ) -> int | None:
        """The new version; None where it was changed since it was known."""
        args = (known.id, *columns(draft), who.subject, known.version, now)
        found: int | None = await self.pool.fetchval(
            SQL["change_chart"], who.organization_id, *args
        )
        return found

    async def get(self, organization_id: str, chart_id: UUID) -> KeptChart | None:
        row = await self.pool.fetchrow(SQL["get_chart"], organization_id, chart_id)
        return KeptChart(**row) if row else None

    async def find_shared(self, organization_id: str, token: str) -> UUID | None:
        found: UUID | None = await self.pool.fetchval(
            SQL["find_shared_chart"], organization_id, token
        )
        return found

    async def page(
        self, who: Caller, filters: Filters, after: tuple[datetime, UUID], limit: int
    ) -> list[KeptChart]:
        """What the caller may see and, where there are more, one more than the limit."""
        wanted = (*after, filters.text, filters.owner, limit + 1)
        args = (who.organization_id, who.subject, who.may_read_others, *wanted)
        return [KeptChart(**row) for row in await self.pool.fetch(SQL["list_charts"], *args)]

    async def delete(self, organization_id: str, chart_id: UUID) -> None:
        await self.pool.execute(SQL["delete_chart"], organization_id, chart_id)

    async def share(self, organization_id: str, chart_id: UUID, token: str) -> str:
        """The token of its link, which stays while it is shared."""
        return str(await self.pool.fetchval(SQL["share_chart"], organization_id, chart_id, token))

    async def unshare(self, organization_id: str, chart_id: UUID) -> None:
        await self.pool.execute(SQL["unshare_chart"], organization_id, chart_id)


def columns(draft: Draft) -> tuple[object, ...]:
    d = draft
    return (d.name, d.description, d.source, d.design, d.type)
