"""The RPC services of the knowledge base, each made of what it needs."""

from attune.analytics.v1 import (
    event_definitions_pb2,
    event_definitions_pb2_grpc,
    knowledge_items_pb2,
    knowledge_items_pb2_grpc,
)

from services.analytics.knowledge.event_definitions.service import (
    EventDefinitions,
    EventDefinitionsService,
)
from services.analytics.knowledge.versions.items import Items
from services.analytics.knowledge.versions.service import KnowledgeItemsService
from services.analytics.knowledge.versions.store import ItemStore
from services.common.clock import Clock
from services.common.db import Pool
from services.common.server import Served


def served_knowledge(pool: Pool, now: Clock) -> list[Served]:
    items = items_of(pool, now)
    return [served_knowledge_items(items, now), served_event_definitions(items)]


def items_of(pool: Pool, now: Clock) -> Items:
    """The items of all kinds of knowledge."""
    kinds = [EventDefinitions()]
    return Items(ItemStore(pool), {kind.name: kind for kind in kinds}, now)


def served_knowledge_items(items: Items, now: Clock) -> Served:
    return Served(
        knowledge_items_pb2.DESCRIPTOR.services_by_name["KnowledgeItemsService"],
        knowledge_items_pb2_grpc.add_KnowledgeItemsServiceServicer_to_server,
        KnowledgeItemsService(items, now),
    )


def served_event_definitions(items: Items) -> Served:
    return Served(
        event_definitions_pb2.DESCRIPTOR.services_by_name["EventDefinitionsService"],
        event_definitions_pb2_grpc.add_EventDefinitionsServiceServicer_to_server,
        EventDefinitionsService(items),
    )
