"""Activities counted: one method for each query in queries.sql."""

from datetime import datetime

from services.activity.metrics.domain import TypeCount, UserClicks, Window
from services.common.db import Connection, Pool, load_queries

SQL = load_queries(__package__)


class MetricsStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def breakdown(self, organization_id: str, window: Window) -> list[TypeCount]:
        rows = await self.pool.fetch(SQL["break_down"], organization_id, *vars(window).values())
        return [TypeCount(**row) for row in rows]

    async def click_through(
        self, organization_id: str, window: Window, after: tuple[float, str], limit: int
    ) -> list[UserClicks]:
        """People after (-rate, user id) and, where there are more, one more than `limit`."""
        times = vars(window).values()
        args = (organization_id, *times, *after, limit + 1)
        return [UserClicks(**row) for row in await self.pool.fetch(SQL["click_through"], *args)]

    async def uncounted(self) -> dict[str, int]:
        """The newest number of each organization that has something to count."""
        rows = await self.pool.fetch(SQL["list_uncounted"])
        return {row["organization_id"]: row["head"] for row in rows}

    async def claim(self, conn: Connection, organization_id: str) -> int | None:
        """Hold the organization's count until the transaction ends; None where another does."""
        await conn.execute(SQL["add_counted"], organization_id)
        up_to: int | None = await conn.fetchval(SQL["claim_counted"], organization_id)
        return up_to

    async def count(self, conn: Connection, organization_id: str, after: int, up_to: int) -> None:
        """Add the activities between two numbers, and keep that they are counted."""
        await conn.execute(SQL["count_activities"], organization_id, after, up_to)
        await conn.execute(SQL["move_counted"], organization_id, up_to)

    async def drop_quarters(self, organization_id: str, before: datetime) -> None:
        await self.pool.execute(SQL["drop_quarters"], organization_id, before)
