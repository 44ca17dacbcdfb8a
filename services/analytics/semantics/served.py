"""The RPC services of metrics, dimensions and entities, each made of what it needs."""

from collections.abc import Iterator

from attune.analytics.v1 import (
    business_metrics_pb2,
    business_metrics_pb2_grpc,
    dimensions_pb2,
    dimensions_pb2_grpc,
    metrics_pb2,
    metrics_pb2_grpc,
)

from services.analytics.knowledge.versions.items import Items, Kind
from services.analytics.queries.running import Runner
from services.analytics.queries.served import Data
from services.analytics.semantics.checking import Checker
from services.analytics.semantics.dimensions.service import DimensionsService, EntitiesService
from services.analytics.semantics.kinds import BusinessMetrics, Dimensions, Entities
from services.analytics.semantics.metrics.service import BusinessMetricsService
from services.analytics.semantics.planning import Planning
from services.analytics.semantics.querying.calendars import Calendars
from services.analytics.semantics.querying.compiling import Compiling
from services.analytics.semantics.querying.service import MetricsService
from services.common.clock import Clock
from services.common.db import Pool
from services.common.event_log import Hints
from services.common.server import Served


class Semantics:
    """`kinds` are the kinds of knowledge that this part has; `compiling` is its compiler."""

    def __init__(
        self, pool: Pool, data: Data, hints: Hints, calendars: Calendars, now: Clock
    ) -> None:
        planning = Planning(data.wall, data.executor)
        checker = Checker(pool, data.catalogues, planning, now)
        self.kinds: list[Kind] = [
            kind(checker, hints) for kind in (BusinessMetrics, Dimensions, Entities)
        ]
        self.compiling = Compiling(pool, data.catalogues, calendars, now)

    def served(self, items: Items, runner: Runner) -> Iterator[Served]:
        yield Served(
            business_metrics_pb2.DESCRIPTOR.services_by_name["BusinessMetricsService"],
            business_metrics_pb2_grpc.add_BusinessMetricsServiceServicer_to_server,
            BusinessMetricsService(items),
        )
        yield Served(
            dimensions_pb2.DESCRIPTOR.services_by_name["DimensionsService"],
            dimensions_pb2_grpc.add_DimensionsServiceServicer_to_server,
            DimensionsService(items),
        )
        yield Served(
            dimensions_pb2.DESCRIPTOR.services_by_name["EntitiesService"],
            dimensions_pb2_grpc.add_EntitiesServiceServicer_to_server,
            EntitiesService(items),
        )
        yield Served(
            metrics_pb2.DESCRIPTOR.services_by_name["MetricsService"],
            metrics_pb2_grpc.add_MetricsServiceServicer_to_server,
            MetricsService(self.compiling, runner),
        )
