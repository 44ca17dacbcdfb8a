"""The RPC service of the chat's quality, made of what it needs."""

from attune.analytics.v1 import chat_quality_pb2, chat_quality_pb2_grpc

from services.analytics.chat.quality.certifying import Certifier
from services.analytics.chat.quality.service import ChatQualityService
from services.analytics.chat.quality.store import AnswerStore
from services.analytics.knowledge.versions.items import Items
from services.common.clock import Clock
from services.common.db import Pool
from services.common.server import Served


def served_chat_quality(pool: Pool, items: Items, now: Clock) -> Served:
    store = AnswerStore(pool)
    return Served(
        chat_quality_pb2.DESCRIPTOR.services_by_name["ChatQualityService"],
        chat_quality_pb2_grpc.add_ChatQualityServiceServicer_to_server,
        ChatQualityService(store, Certifier(store, items), now),
    )
