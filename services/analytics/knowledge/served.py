"""The RPC services of the knowledge base, each made of what it needs."""

from collections.abc import Sequence

from attune.analytics.v1 import (
    entries_pb2,
    entries_pb2_grpc,
    event_definitions_pb2,
    event_definitions_pb2_grpc,
    knowledge_items_pb2,
    knowledge_items_pb2_grpc,
    knowledge_pb2,
    knowledge_pb2_grpc,
    questions_pb2,
    questions_pb2_grpc,
)

from services.analytics.knowledge.entries.service import Entries, KnowledgeEntriesService
from services.analytics.knowledge.event_definitions.service import (
    EventDefinitions,
    EventDefinitionsService,
)
from services.analytics.knowledge.lint.linting import Lint
from services.analytics.knowledge.lint.store import LintStore
from services.analytics.knowledge.questions.service import CertifiedQuestionsService, Questions
from services.analytics.knowledge.search.asking import Search
from services.analytics.knowledge.search.store import TermStore
from services.analytics.knowledge.service import KnowledgeService
from services.analytics.knowledge.statements import Statements
from services.analytics.knowledge.versions.items import Items, Kind
from services.analytics.knowledge.versions.service import KnowledgeItemsService
from services.analytics.knowledge.versions.store import ItemStore
from services.analytics.settings import Settings
from services.common.clock import Clock
from services.common.db import Pool
from services.common.server import Served


def served_knowledge(settings: Settings, pool: Pool, items: Items, now: Clock) -> list[Served]:
    by_another = settings.knowledge_approval_by_another
    return [
        served_knowledge_items(items, now),
        served_event_definitions(items),
        served_entries(items),
        served_questions(items, now, by_another=by_another),
        served_across_kinds(pool, items, now),
    ]


def items_of(pool: Pool, statements: Statements, now: Clock, more: Sequence[Kind] = ()) -> Items:
    """The items of all kinds of knowledge, `more` being those of other parts."""
    kinds: list[Kind] = [EventDefinitions(), Entries(), Questions(statements), *more]
    return Items(ItemStore(pool), TermStore(pool), {kind.name: kind for kind in kinds}, now)


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


def served_entries(items: Items) -> Served:
    return Served(
        entries_pb2.DESCRIPTOR.services_by_name["KnowledgeEntriesService"],
        entries_pb2_grpc.add_KnowledgeEntriesServiceServicer_to_server,
        KnowledgeEntriesService(items),
    )


def served_questions(items: Items, now: Clock, *, by_another: bool) -> Served:
    return Served(
        questions_pb2.DESCRIPTOR.services_by_name["CertifiedQuestionsService"],
        questions_pb2_grpc.add_CertifiedQuestionsServiceServicer_to_server,
        CertifiedQuestionsService(items, now, by_another=by_another),
    )


def served_across_kinds(pool: Pool, items: Items, now: Clock) -> Served:
    search, lint = Search(TermStore(pool), now), Lint(items, LintStore(pool), now)
    return Served(
        knowledge_pb2.DESCRIPTOR.services_by_name["KnowledgeService"],
        knowledge_pb2_grpc.add_KnowledgeServiceServicer_to_server,
        KnowledgeService(search, lint),
    )
