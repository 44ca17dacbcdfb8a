"""Activity's RPC services, each made of what it needs."""

import httpx2
from attune.activity.v1 import (
    activity_pb2,
    activity_pb2_grpc,
    api_keys_pb2,
    api_keys_pb2_grpc,
    conversations_pb2,
    conversations_pb2_grpc,
    feedback_pb2,
    feedback_pb2_grpc,
    identity_pb2,
    identity_pb2_grpc,
    llm_budget_pb2,
    llm_budget_pb2_grpc,
    llm_usage_pb2,
    llm_usage_pb2_grpc,
    memory_pb2,
    memory_pb2_grpc,
    metrics_pb2,
    metrics_pb2_grpc,
    profiles_pb2,
    profiles_pb2_grpc,
    snapshot_pb2,
    snapshot_pb2_grpc,
    webhooks_pb2,
    webhooks_pb2_grpc,
)

from services.activity.activities.recorder import Recorder
from services.activity.activities.service import ActivityService
from services.activity.activities.store import ActivityStore
from services.activity.api_keys.exchange import KeyExchange
from services.activity.api_keys.making import KeyMaker
from services.activity.api_keys.service import ApiKeysService
from services.activity.api_keys.store import ApiKeyStore
from services.activity.context.copies import Copies
from services.activity.context.service import ContextService
from services.activity.context.store import ContextStore
from services.activity.context.watching import Hub
from services.activity.conversations.recorder import Recorder as ConversationRecorder
from services.activity.conversations.service import ConversationsService
from services.activity.conversations.store import ConversationStore
from services.activity.feedback.screening import Screen, Screening
from services.activity.feedback.service import FeedbackService
from services.activity.feedback.store import FeedbackStore
from services.activity.feedback.voting import Ballots
from services.activity.identity.credentials import Credentials, Trust
from services.activity.identity.issuer_keys import KeySet
from services.activity.identity.presets import PRESETS
from services.activity.identity.service import IdentityService, Policy
from services.activity.identity.store import IdentityStore
from services.activity.llm_budget.service import LlmBudgetService
from services.activity.llm_budget.store import LlmBudgetStore
from services.activity.llm_usage.domain import Rates
from services.activity.llm_usage.service import LlmUsageService
from services.activity.llm_usage.store import LlmUsageStore
from services.activity.memory.editing import Editor
from services.activity.memory.remembering import Memory
from services.activity.memory.service import MemoryService
from services.activity.metrics.service import ActivityMetricsService
from services.activity.metrics.store import MetricsStore
from services.activity.profiles.service import ProfilesService
from services.activity.profiles.store import ProfileStore
from services.activity.settings import Settings
from services.activity.snapshot.service import SnapshotService
from services.activity.snapshot.store import SnapshotStore
from services.activity.traits.service import TraitsService
from services.activity.traits.store import TraitStore
from services.activity.webhooks.making import EndpointMaker
from services.activity.webhooks.service import WebhooksService
from services.activity.webhooks.store import WebhookStore
from services.common.clock import Clock
from services.common.db import Pool
from services.common.event_log import Hints
from services.common.server import Served
from services.common.tokens import TokenSigner
from services.common.vault import Vault


def served_activities(pool: Pool, recorder: Recorder, now: Clock) -> Served:
    return Served(
        activity_pb2.DESCRIPTOR.services_by_name["ActivityService"],
        activity_pb2_grpc.add_ActivityServiceServicer_to_server,
        ActivityService(ActivityStore(pool), recorder, now),
    )


def served_conversations(pool: Pool, recorder: ConversationRecorder, now: Clock) -> Served:
    return Served(
        conversations_pb2.DESCRIPTOR.services_by_name["ConversationsService"],
        conversations_pb2_grpc.add_ConversationsServiceServicer_to_server,
        ConversationsService(ConversationStore(pool), recorder, now),
    )


def served_feedback(
    settings: Settings, pool: Pool, vault: Vault, hints: Hints, now: Clock
) -> Served:
    store = FeedbackStore(pool)
    screen = Screen(vault, Screening(settings.feedback_pii, settings.phone_region))
    ballots = Ballots(store, hints, settings.feedback_per_minute, now)
    return Served(
        feedback_pb2.DESCRIPTOR.services_by_name["FeedbackService"],
        feedback_pb2_grpc.add_FeedbackServiceServicer_to_server,
        FeedbackService(store, screen, ballots, now),
    )


def served_metrics(pool: Pool, now: Clock) -> Served:
    return Served(
        metrics_pb2.DESCRIPTOR.services_by_name["ActivityMetricsService"],
        metrics_pb2_grpc.add_ActivityMetricsServiceServicer_to_server,
        ActivityMetricsService(MetricsStore(pool), now),
    )


def served_memory(memory: Memory, now: Clock) -> Served:
    return Served(
        memory_pb2.DESCRIPTOR.services_by_name["MemoryService"],
        memory_pb2_grpc.add_MemoryServiceServicer_to_server,
        MemoryService(memory.store, Editor(memory), now),
    )


def served_identity(
    settings: Settings, pool: Pool, client: httpx2.AsyncClient, hints: Hints, now: Clock
) -> Served:
    trust = trust_of(settings)
    keys = None
    if settings.jwks_url or settings.preset:
        keys = KeySet(settings.jwks_url, client, now, settings.jwt_issuer)
    policy = Policy(
        trust=trust,
        default_role=settings.default_role,
        role_names=settings.jwt_role_names,
        service_keys=settings.service_keys,
    )
    signer = TokenSigner(settings.token_private_key, now)
    credentials = Credentials(trust, keys, now)
    api_keys = KeyExchange(ApiKeyStore(pool), now)
    return Served(
        identity_pb2.DESCRIPTOR.services_by_name["IdentityService"],
        identity_pb2_grpc.add_IdentityServiceServicer_to_server,
        IdentityService(IdentityStore(pool), credentials, api_keys, signer, policy, hints, now),
    )


def served_api_keys(settings: Settings, pool: Pool, hints: Hints, now: Clock) -> Served:
    store = ApiKeyStore(pool)
    maker = KeyMaker(store, settings.api_key_limit, now)
    return Served(
        api_keys_pb2.DESCRIPTOR.services_by_name["ApiKeysService"],
        api_keys_pb2_grpc.add_ApiKeysServiceServicer_to_server,
        ApiKeysService(store, maker, hints, now),
    )


def served_webhooks(settings: Settings, pool: Pool, vault: Vault, now: Clock) -> Served:
    store = WebhookStore(pool)
    maker = EndpointMaker(store, vault, now)
    return Served(
        webhooks_pb2.DESCRIPTOR.services_by_name["WebhooksService"],
        webhooks_pb2_grpc.add_WebhooksServiceServicer_to_server,
        WebhooksService(store, maker, settings.outgoing_policy, now),
    )


def served_llm_usage(pool: Pool, known: Rates, now: Clock) -> Served:
    return Served(
        llm_usage_pb2.DESCRIPTOR.services_by_name["LlmUsageService"],
        llm_usage_pb2_grpc.add_LlmUsageServiceServicer_to_server,
        LlmUsageService(LlmUsageStore(pool, known), known, now),
    )


def served_llm_budget(pool: Pool, known: Rates, now: Clock) -> Served:
    store, ledger = LlmBudgetStore(pool, known.limits), LlmUsageStore(pool, known)
    return Served(
        llm_budget_pb2.DESCRIPTOR.services_by_name["LlmBudgetService"],
        llm_budget_pb2_grpc.add_LlmBudgetServiceServicer_to_server,
        LlmBudgetService(store, ledger, now),
    )


def served_traits(pool: Pool, hints: Hints, callers: Hints, now: Clock) -> Served:
    return Served(
        profiles_pb2.DESCRIPTOR.services_by_name["TraitsService"],
        profiles_pb2_grpc.add_TraitsServiceServicer_to_server,
        TraitsService(TraitStore(pool), hints, callers, now),
    )


def served_profiles(pool: Pool, now: Clock) -> Served:
    return Served(
        profiles_pb2.DESCRIPTOR.services_by_name["ProfilesService"],
        profiles_pb2_grpc.add_ProfilesServiceServicer_to_server,
        ProfilesService(ProfileStore(pool), now),
    )


def served_snapshot(pool: Pool) -> Served:
    return Served(
        snapshot_pb2.DESCRIPTOR.services_by_name["SnapshotService"],
        snapshot_pb2_grpc.add_SnapshotServiceServicer_to_server,
        SnapshotService(SnapshotStore(pool)),
    )


def served_contexts(store: ContextStore, copies: Copies, hub: Hub) -> Served:
    return Served(
        profiles_pb2.DESCRIPTOR.services_by_name["ContextService"],
        profiles_pb2_grpc.add_ContextServiceServicer_to_server,
        ContextService(store, copies, hub),
    )


def trust_of(settings: Settings) -> Trust:
    preset = settings.preset or PRESETS["oidc"]
    return Trust(
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        secret=settings.jwt_secret,
        authorized_parties=settings.jwt_authorized_parties,
        expected=preset.expected,
        user_claim=settings.jwt_user_claim,
        organization_claim=settings.jwt_organization_claim,
        role_claim=settings.jwt_role_claim,
        job_role_claim=settings.jwt_job_role_claim,
        goals_claim=settings.jwt_goals_claim,
        department_claim=settings.jwt_department_claim,
        default_organization=settings.default_organization,
        lists_organizations=preset.lists_organizations,
    )
