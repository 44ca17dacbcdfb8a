"""The RPC services of charts and dashboards, each made of what it needs."""

from collections.abc import Iterator

from attune.analytics.v1 import (
    charts_pb2,
    charts_pb2_grpc,
    dashboards_pb2,
    dashboards_pb2_grpc,
)
from redis.asyncio import Redis

from services.analytics.charts.drawer import Drawer
from services.analytics.charts.keeping import Keeper
from services.analytics.charts.rendering import Renderer
from services.analytics.charts.seeing import Charts
from services.analytics.charts.service import ChartsService
from services.analytics.charts.sources import Sources
from services.analytics.charts.store import ChartStore
from services.analytics.dashboards.arranging import Arranger
from services.analytics.dashboards.refreshing import Refresher
from services.analytics.dashboards.remembering import Remembered
from services.analytics.dashboards.service import DashboardsService
from services.analytics.dashboards.store import DashboardStore
from services.analytics.insights.compiling import Insights
from services.analytics.queries.running import Runner
from services.analytics.saved.store import SavedStore
from services.analytics.semantics.querying.compiling import Compiling
from services.common.clock import Clock
from services.common.db import Pool
from services.common.server import Served


def served_charts(
    pool: Pool,
    redis: Redis,
    runner: Runner,
    compiling: Compiling,
    insights: Insights,
    renderer: Renderer,
    now: Clock,
) -> Iterator[Served]:
    store = ChartStore(pool)
    drawer = Drawer(Sources(runner, compiling, insights, SavedStore(pool)))
    charts = Charts(store, drawer)
    yield Served(
        charts_pb2.DESCRIPTOR.services_by_name["ChartsService"],
        charts_pb2_grpc.add_ChartsServiceServicer_to_server,
        ChartsService(store, charts, Keeper(store, now), drawer, renderer, now),
    )
    dashboards = DashboardStore(pool)
    refresher = Refresher(charts, Remembered(redis, now))
    yield Served(
        dashboards_pb2.DESCRIPTOR.services_by_name["DashboardsService"],
        dashboards_pb2_grpc.add_DashboardsServiceServicer_to_server,
        DashboardsService(dashboards, Arranger(dashboards, charts, now), refresher, now),
    )
