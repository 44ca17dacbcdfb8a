"""All charts of a dashboard: what they showed last at once, then what they show by now."""

from collections.abc import AsyncIterator, Sequence

from attune.analytics.v1 import charts_pb2 as pb_charts
from attune.analytics.v1 import dashboards_pb2 as pb

from services.analytics.charts.domain import KeptChart
from services.analytics.charts.seeing import Charts
from services.analytics.charts.wire import drawn_to_pb
from services.analytics.dashboards.layout import Tile
from services.analytics.dashboards.remembering import Remembered
from services.common.caller import Caller
from services.common.errors import DomainError, FailedPrecondition, NotFound


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
            answer.chart.CopyFrom(await self._drawn(who, chart, no_cache))
        except DomainError as error:
            answer.reason, answer.problem = error.reason, str(error)
        return answer

    async def _drawn(self, who: Caller, chart: KeptChart, no_cache: bool) -> pb_charts.DrawnChart:
        """Raises as Charts.drawn_of; what rests on nothing any more is not shown again either."""
        try:
            drawn = drawn_to_pb(await self._charts.drawn_of(who, chart, no_cache=no_cache))
        except FailedPrecondition:
            await self._remembered.drop(who, chart)
            raise
        await self._remembered.put(who, chart, drawn)
        return drawn
