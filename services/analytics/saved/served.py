"""The RPC service of saved queries."""

from attune.analytics.v1 import saved_queries_pb2, saved_queries_pb2_grpc

from services.analytics.saved.saving import Saver
from services.analytics.saved.service import SavedQueriesService
from services.analytics.saved.store import SavedStore
from services.common.clock import Clock
from services.common.db import Pool
from services.common.server import Served


def served_saved_queries(pool: Pool, now: Clock) -> Served:
    store = SavedStore(pool)
    return Served(
        saved_queries_pb2.DESCRIPTOR.services_by_name["SavedQueriesService"],
        saved_queries_pb2_grpc.add_SavedQueriesServiceServicer_to_server,
        SavedQueriesService(store, Saver(store, now), now),
    )
