"""All charts of a dashboard, one after the other: a person may run few statements at once."""

from collections.abc import AsyncIterator, Sequence

from attune.analytics.v1 import dashboards_pb2 as pb

from services.analytics.charts.seeing import Charts
from services.analytics.charts.wire import drawn_to_pb
from services.analytics.dashboards.layout import Tile
from services.common.caller import Caller
from services.common.errors import DomainError


async def refreshed(
    charts: Charts, who: Caller, tiles: Sequence[Tile], *, no_cache: bool
) -> AsyncIterator[pb.RefreshDashboardResponse]:
    """What each tile shows; one that fails says why, and stops no other."""
    for number, tile in enumerate(tiles):
        answer = pb.RefreshDashboardResponse(tile=number, chart_id=str(tile.chart_id))
        try:
            drawn = await charts.drawn(who, answer.chart_id, no_cache=no_cache)
            answer.chart.CopyFrom(drawn_to_pb(drawn))
        except DomainError as error:
            answer.reason, answer.problem = error.reason, str(error)
        yield answer
