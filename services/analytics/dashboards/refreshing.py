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
        charts = [await self._seen(who, tile) for tile in tiles]
        if not no_cache:
            async for answer in self._before(who, charts):
                yield answer
        # One after the other: a person may run few statements at once.
        for number, (tile, chart) in enumerate(zip(tiles, charts, strict=True)):
            answer = pb.RefreshDashboardResponse(tile=number, chart_id=str(tile.chart_id))
            try:
                answer.chart.CopyFrom(await self._drawn(who, chart, no_cache))
            except DomainError as error:
                answer.reason, answer.problem = error.reason, str(error)
            yield answer

    async def _seen(self, who: Caller, tile: Tile) -> KeptChart | NotFound:
        try:
            return await self._charts.visible(who, str(tile.chart_id))
        except NotFound as error:
            return error

    async def _before(
        self, who: Caller, charts: Sequence[KeptChart | NotFound]
    ) -> AsyncIterator[pb.RefreshDashboardResponse]:
        for number, chart in enumerate(charts):
            if isinstance(chart, NotFound):
                continue
            drawn = await self._remembered.get(who, chart)
            if drawn is not None:
                yield pb.RefreshDashboardResponse(
                    tile=number, chart_id=str(chart.id), chart=drawn, stale=True
                )

    async def _drawn(
        self, who: Caller, chart: KeptChart | NotFound, no_cache: bool
    ) -> pb_charts.DrawnChart:
        """Raises as Charts.drawn; what rests on nothing any more is not shown again either."""
        if isinstance(chart, NotFound):
            raise chart
        try:
            drawn = drawn_to_pb(await self._charts.drawn_of(who, chart, no_cache=no_cache))
        except FailedPrecondition:
            await self._remembered.drop(who, chart)
            raise
        await self._remembered.put(who, chart, drawn)
        return drawn
