"""All charts of a dashboard: what they showed last at once, then what they show by now."""

from collections.abc import AsyncIterator, Sequence

from attune.analytics.v1 import dashboards_pb2 as pb

from services.analytics.charts.seeing import Charts
from services.analytics.charts.wire import drawn_to_pb
from services.analytics.dashboards.layout import Tile
from services.analytics.dashboards.remembering import Remembered
from services.common.caller import Caller
from services.common.errors import DomainError, NotFound


class Refresher:
    def __init__(self, charts: Charts, remembered: Remembered) -> None:
        self._charts = charts
        self._remembered = remembered

    async def refreshed(
        self, who: Caller, tiles: Sequence[Tile], *, no_cache: bool
    ) -> AsyncIterator[pb.RefreshDashboardResponse]:
        """What each tile shows; one that fails says why, and stops no other."""
        if not no_cache:
            async for answer in self._before(who, tiles):
                yield answer
        # One after the other: a person may run few statements at once.
        for number, tile in enumerate(tiles):
            yield await self._by_now(who, number, tile, no_cache)

    async def _before(
        self, who: Caller, tiles: Sequence[Tile]
    ) -> AsyncIterator[pb.RefreshDashboardResponse]:
        for number, tile in enumerate(tiles):
            try:
                chart = await self._charts.visible(who, str(tile.chart_id))
            except NotFound:
                continue
            drawn = await self._remembered.get(who, chart)
            if drawn is not None:
                yield pb.RefreshDashboardResponse(
                    tile=number, chart_id=str(tile.chart_id), chart=drawn, stale=True
                )

    async def _by_now(
        self, who: Caller, number: int, tile: Tile, no_cache: bool
    ) -> pb.RefreshDashboardResponse:
        answer = pb.RefreshDashboardResponse(tile=number, chart_id=str(tile.chart_id))
        try:
            chart = await self._charts.visible(who, answer.chart_id)
            drawn = await self._charts.drawn_of(who, chart, no_cache=no_cache)
            answer.chart.CopyFrom(drawn_to_pb(drawn))
        except DomainError as error:
            answer.reason, answer.problem = error.reason, str(error)
        else:
            await self._remembered.put(who, chart, answer.chart)
        return answer
