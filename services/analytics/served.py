"""Analytics' RPC services, each made of what it needs."""

from attune.analytics.v1 import tracking_pb2, tracking_pb2_grpc

from services.analytics.tracking.recorder import Recorder
from services.analytics.tracking.service import TrackingService
from services.common.clock import Clock
from services.common.server import Served


def served_tracking(recorder: Recorder, now: Clock) -> Served:
    return Served(
        tracking_pb2.DESCRIPTOR.services_by_name["TrackingService"],
        tracking_pb2_grpc.add_TrackingServiceServicer_to_server,
        TrackingService(recorder, now),
    )
