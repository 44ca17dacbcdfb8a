"""A chart of how many events there were reads the counts that are kept, and what is not counted."""

import json
from datetime import timedelta

import pytest
from attune.analytics.v1 import charts_pb2 as pb
from attune.analytics.v1 import charts_pb2_grpc
from attune.analytics.v1 import insights_pb2 as insights
from attune.analytics.v1.metrics_pb2 import TimeRange

from services.analytics.rollups import counting
from tests.analytics.following import NOON, arrive, followed, happened, pool_of
from tests.suite import Suite

WEEK = TimeRange(start="2026-03-02", end="2026-03-09")
TREND = insights.QueryTrendRequest(
    step=insights.InsightStep(event="Order"), time_range=WEEK, no_cache=True
)


async def shown(suite: Suite, org: str) -> int:
    stub = charts_pb2_grpc.ChartsServiceStub(suite.analytics_channel)
    request = pb.PreviewChartRequest(source=pb.ChartSource(trend=TREND))
    answer = await stub.PreviewChart(request, metadata=suite.as_("ann", "analyst", org=org))
    [[count]] = json.loads(answer.rows.utf8)
    return int(count)


async def test_what_is_not_counted_yet_is_in_the_chart(suite: Suite) -> None:
    org = "uncounted_in_charts"
    async with pool_of(suite) as pool:
        await arrive(pool, [happened(org=org), happened(org=org)])
        assert await shown(suite, org) == 2
        await followed(pool, org)
        changed = "UPDATE event_rollups SET events = 40 WHERE organization_id = $1 RETURNING events"
        assert await pool.fetch(changed, org), "nothing is counted"
    async with pool_of(suite) as pool:
        await arrive(pool, [happened(NOON + timedelta(hours=1), org=org)])
        assert await counting.counted_until(pool, org, "Order") == NOON + timedelta(hours=1)
    assert await shown(suite, org) == 41


@pytest.mark.parametrize("most", [0, 1])
async def test_where_much_waits_to_be_counted_the_events_are_read(
    suite: Suite, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    org = f"much_waits_{most}"
    monkeypatch.setattr(counting, "LOOKED_AT", most)
    async with pool_of(suite) as pool:
        await arrive(pool, [happened(org=org)])
        assert await counting.counted_until(pool, org, "Order") is None
    assert await shown(suite, org) == 1
