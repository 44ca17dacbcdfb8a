"""Dashboards with their tiles: one method for each thing to do with them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.analytics.dashboards.domain import Dashboard, Draft, Filters
from services.analytics.dashboards.layout import Tile
from services.common.caller import Caller
from services.common.db import Connection, Pool, load_queries

SQL = load_queries(__package__)


class DashboardStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def add(
        self, conn: Connection, who: Caller, dashboard_id: UUID, draft: Draft, now: datetime
    ) -> None:
        """In a transaction of the caller's."""
        told = (draft.name, draft.description, draft.refresh_seconds, who.subject, now)
        await conn.execute(SQL["add_dashboard"], who.organization_id, dashboard_id, *told)
        await put_tiles(conn, who.organization_id, dashboard_id, draft.tiles)

    async def change(self, who: Caller, known: Dashboard, draft: Draft, now: datetime) -> bool:
        """Whether it was still as it was known."""
        place = (who.organization_id, known.id)
        told = (draft.name, draft.description, draft.refresh_seconds, who.subject)
        async with self.pool.acquire() as conn, conn.transaction():
            sql = SQL["change_dashboard"]
            if await conn.fetchval(sql, *place, *told, known.version, now) is None:
                return False
            await conn.execute(SQL["drop_tiles"], *place)
            await put_tiles(conn, *place, draft.tiles)
        return True

    async def get(self, organization_id: str, dashboard_id: UUID) -> Dashboard | None:
        row = await self.pool.fetchrow(SQL["get_dashboard"], organization_id, dashboard_id)
        if row is None:
            return None
        [found] = await self._with_tiles(organization_id, [row])
        return found

    async def find_shared(self, organization_id: str, token: str) -> UUID | None:
        found: UUID | None = await self.pool.fetchval(
            SQL["find_shared_dashboard"], organization_id, token
        )
        return found

    async def page(
        self, who: Caller, filters: Filters, after: tuple[datetime, UUID], limit: int
    ) -> list[Dashboard]:
        """What the caller may see and, where there are more, one more than the limit."""
        wanted = (*after, filters.text, filters.owner, limit + 1)
        args = (who.organization_id, who.subject, who.may_read_others, *wanted)
        rows = await self.pool.fetch(SQL["list_dashboards"], *args)
        return await self._with_tiles(who.organization_id, rows)

    async def delete(self, organization_id: str, dashboard_id: UUID) -> None:
        await self.pool.execute(SQL["delete_dashboard"], organization_id, dashboard_id)

    async def share(self, organization_id: str, dashboard_id: UUID, token: str) -> str:
        """The token of its link, which stays while it is shared."""
        args = (organization_id, dashboard_id, token)
        return str(await self.pool.fetchval(SQL["share_dashboard"], *args))

    async def unshare(self, organization_id: str, dashboard_id: UUID) -> None:
        await self.pool.execute(SQL["unshare_dashboard"], organization_id, dashboard_id)

    async def _with_tiles(self, organization_id: str, rows: Sequence[Any]) -> list[Dashboard]:
        ids = [row["id"] for row in rows]
        tiles: dict[UUID, list[Tile]] = defaultdict(list)
        for row in await self.pool.fetch(SQL["tiles_of"], organization_id, ids):
            told = dict(row)
            tiles[told.pop("dashboard_id")].append(Tile(**told))
        return [Dashboard(**row, tiles=tuple(tiles[row["id"]])) for row in rows]


async def put_tiles(
    conn: Connection, organization_id: str, dashboard_id: UUID, tiles: Sequence[Tile]
) -> None:
    columns = [[getattr(tile, name) for tile in tiles] for name in Tile.__dataclass_fields__]
    places = list(range(len(tiles)))
    await conn.execute(SQL["add_tiles"], organization_id, dashboard_id, places, *columns)
