"""Making and changing dashboards: charts that the caller sees, each in a place of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from attune.analytics.v1 import dashboards_pb2 as pb

from services.analytics.charts.seeing import Charts
from services.analytics.dashboards.domain import Dashboard, Draft
from services.analytics.dashboards.layout import HEIGHT, WIDTH, Tile, placed, problems
from services.analytics.dashboards.store import DashboardStore
from services.common.caller import Caller
from services.common.clock import Clock
from services.common.errors import InvalidFields, NotFound, VersionConflict, Violation
from services.common.idempotency import Claim, earlier_answer, keep_responses
from services.common.ids import uuid7, uuid_of

RPC = "CreateDashboard"
MOST_TILES = 50


class Arranger:
    def __init__(self, store: DashboardStore, charts: Charts, now: Clock) -> None:
        self._store = store
        self._charts = charts
        self._now = now

    async def make(self, who: Caller, draft: Draft, claim: Claim | None) -> UUID:
        """The id of what is made now, or was before. Raises IdempotencyKeyReused."""
        organization, made = who.organization_id, uuid7(self._now())
        async with self._store.pool.acquire() as conn, conn.transaction():
            earlier = await earlier_answer(conn, organization, RPC, claim, self._now)
            if earlier is not None:
                return UUID(bytes=earlier)
            await self._store.add(conn, who, made, draft, self._now())
            if claim:
                await keep_responses(conn, organization, RPC, [(claim, made.bytes)])
        return made

    async def change(self, who: Caller, known: Dashboard, draft: Draft) -> None:
        """Raises VersionConflict where somebody else was faster."""
        if draft == known.draft:
            return
        if not await self._store.change(who, known, draft, self._now()):
            raise VersionConflict("it was changed just now; read it again", version="")

    async def arranged(
        self, who: Caller, told: Sequence[pb.DashboardTile], known: Iterable[Tile] = ()
    ) -> tuple[Tile, ...]:
        """The tiles, each with a place. Those charts may stay that are `known` to be there.

        Raises InvalidFields.
        """
        there = {tile.chart_id for tile in known}
        ids = [await self._chart(who, tile, f"tiles[{i}]", there) for i, tile in enumerate(told)]
        tiles = [tile_of(*pair) for pair in zip(told, ids, strict=True)]
        taken = [tile for tile in tiles if tile]
        found: list[Tile] = []
        for message, chart_id, tile in zip(told, ids, tiles, strict=True):
            if tile is None:
                tile = placed(chart_id, *size_of(message), taken)
                taken.append(tile)
            found.append(tile)
        check(found)
        return tuple(found)

    async def with_one_more(self, who: Caller, known: Dashboard, told: pb.DashboardTile) -> Draft:
        """Raises InvalidFields."""
        if len(known.tiles) >= MOST_TILES:
            raise InvalidFields(Violation("tile", f"a dashboard has at most {MOST_TILES}"))
        chart_id = await self._chart(who, told, "tile", set())
        tile = tile_of(told, chart_id) or placed(chart_id, *size_of(told), known.tiles)
        tiles = (*known.tiles, tile)
        check(tiles)
        return replace(known.draft, tiles=tiles)

    async def _chart(
        self, who: Caller, tile: pb.DashboardTile, where: str, there: set[UUID]
    ) -> UUID:
        known = uuid_of(tile.chart_id)
        if known in there and known:
            return known
        try:
            return (await self._charts.visible(who, tile.chart_id)).id
        except NotFound as error:
            raise InvalidFields(Violation(f"{where}.chart_id", str(error))) from None


def tile_of(told: pb.DashboardTile, chart_id: UUID) -> Tile | None:
    """None where it is to get a place. Raises InvalidFields."""
    if not told.HasField("x") and not told.HasField("y"):
        return None
    if not (told.HasField("x") and told.HasField("y")):
        raise InvalidFields(Violation("tiles", "x and y belong together"))
    return Tile(chart_id, told.x, told.y, *size_of(told))


def size_of(told: pb.DashboardTile) -> tuple[int, int]:
    width = told.width if told.HasField("width") else WIDTH
    return width, told.height if told.HasField("height") else HEIGHT


def check(tiles: Sequence[Tile]) -> None:
    """Raises InvalidFields."""
    found = [Violation(f"tiles[{number}]", problem) for number, problem in problems(tiles)]
    if found:
        raise InvalidFields(*found)
