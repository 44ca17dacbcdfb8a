"""The RPC service of insights."""

from attune.analytics.v1 import insights_pb2, insights_pb2_grpc

from services.analytics.insights.compiling import Insights
from services.analytics.insights.service import InsightsService
from services.analytics.queries.running import Runner
from services.common.server import Served


def served_insights(insights: Insights, runner: Runner) -> Served:
    return Served(
        insights_pb2.DESCRIPTOR.services_by_name["InsightsService"],
        insights_pb2_grpc.add_InsightsServiceServicer_to_server,
        InsightsService(insights, runner),
    )
