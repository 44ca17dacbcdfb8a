"""The RPC service of saved queries."""

from attune.analytics.v1 import saved_queries_pb2, saved_queries_pb2_grpc

from services.analytics.chat.quality.marking import Marking
from services.analytics.chat.quality.store import AnswerStore
from services.analytics.saved.saving import Saver
from services.analytics.saved.service import SavedQueriesService
from services.analytics.saved.store import SavedStore
from services.common.clock import Clock
from services.common.db import Pool
from services.common.event_log import Hints
from services.common.server import Served


def served_saved_queries(pool: Pool, hints: Hints, now: Clock) -> Served:
    store, marking = SavedStore(pool), Marking(AnswerStore(pool), now)
    return Served(
        saved_queries_pb2.DESCRIPTOR.services_by_name["SavedQueriesService"],
        saved_queries_pb2_grpc.add_SavedQueriesServiceServicer_to_server,
        SavedQueriesService(store, Saver(store, marking, hints, now), now),
    )
