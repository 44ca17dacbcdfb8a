"""Activity, wired: settings in, a listening service or a worker out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

import httpx2
from redis.asyncio import Redis

from services.activity.activities.recorder import Recorder
from services.activity.activities.store import ActivityStore
from services.activity.api_keys.service import dropping_ended_keys
from services.activity.consuming import consuming, subscription
from services.activity.context.copies import Copies, copies_in
from services.activity.context.store import ContextStore
from services.activity.context.watching import Hub
from services.activity.conversations.idle import abandoning, forgetting_event_ids
from services.activity.conversations.recorder import Recorder as ConversationRecorder
from services.activity.conversations.removal import erasing_deleted
from services.activity.conversations.searching import keeping_words
from services.activity.conversations.store import ConversationStore
from services.activity.feedback.listening import finding_sentiments
from services.activity.feedback.retention import forgetting_feedback
from services.activity.feedback.store import FeedbackStore
from services.activity.llm_budget.store import LlmBudgetStore
from services.activity.llm_budget.telemetry import measure
from services.activity.llm_usage.domain import Rates, rates_of
from services.activity.llm_usage.store import LlmUsageStore, entering_left
from services.activity.memory.asking import Reader, reading_by_model
from services.activity.memory.folding import Limits
from services.activity.memory.remembering import CONSUMER as MEMORY
from services.activity.memory.remembering import FACTS as FACTS_OF_MEMORY
from services.activity.memory.remembering import Memory, expiring
from services.activity.memory.store import MemoryStore
from services.activity.metrics.counting import counting
from services.activity.metrics.store import MetricsStore
from services.activity.profiles.building import CONSUMER as PROFILES
from services.activity.profiles.building import FACTS as FACTS_OF_PROFILES
from services.activity.profiles.building import LINGER_SECONDS as LINGER_OF_PROFILES
from services.activity.profiles.building import Builder
from services.activity.profiles.domain import Rules
from services.activity.profiles.store import ProfileStore
from services.activity.profiles.upkeep import passing_time, rebuilding
from services.activity.served import (
    served_activities,
    served_api_keys,
    served_contexts,
    served_conversations,
    served_feedback,
    served_identity,
    served_llm_budget,
    served_llm_usage,
    served_memory,
    served_metrics,
    served_profiles,
    served_snapshot,
    served_traits,
    served_webhooks,
)
from services.activity.settings import SCHEMA, Settings
from services.activity.webhooks.outbox import Outbox
from services.activity.webhooks.publishing import Publisher, publishing_events
from services.activity.webhooks.sending import BODY_BYTES, Sender
from services.activity.webhooks.store import WebhookStore, dropping_old_deliveries
from services.common import identity_hints
from services.common.channels import channel_to
from services.common.clock import Clock, utc_now
from services.common.consumer import Subscription
from services.common.db import Pool, answers, pool_for
from services.common.event_log import Hints, served_event_log, upkeep
from services.common.idempotency import forgetting
from services.common.jobs import Job, working_jobs
from services.common.llm.ledger import Ledger
from services.common.llm.model import Model, opened_model
from services.common.outgoing import OutgoingClient
from services.common.server import serving
from services.common.service_tokens import ServiceTokens
from services.common.tasks import measuring
from services.common.tokens import TokenVerifier
from services.common.vault import Vault, rewrapping

__all__ = ["SCHEMA", "Settings", "jobs", "known_jobs", "pool_of", "running", "working"]

DEFAULTS = Settings.model_construct()  # of who lists jobs, and runs none


@asynccontextmanager
async def running(settings: Settings, now: Clock = utc_now) -> AsyncIterator[str]:
    """Serve activity until the block ends; yields the address it listens on."""
    settings = settings.completed()
    settings.check()
    verifier = TokenVerifier(settings.token_public_keys, now)
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(pool_of(settings))
        redis = await stack.enter_async_context(Redis.from_url(settings.redis_url))
        hints = await stack.enter_async_context(Hints(redis, SCHEMA).publishing())
        callers = await stack.enter_async_context(Hints(redis, identity_hints.SOURCE).publishing())
        copies = await stack.enter_async_context(copies_in(settings.redis_url))
        contexts = ContextStore(pool)
        hub = Hub(contexts, redis, settings.context_watchers)
        await stack.enter_async_context(hub.running())
        client = await stack.enter_async_context(httpx2.AsyncClient())
        recorder = Recorder(ActivityStore(pool), hints, now)
        vault = Vault(pool, settings.keyring, now)
        stack.push_async_callback(recorder.flushed)
        conversations = ConversationRecorder(ConversationStore(pool), hints, now)
        stack.push_async_callback(conversations.flushed)
        services = [
            served_activities(pool, recorder, now),
            served_conversations(pool, conversations, now),
            served_feedback(settings, pool, vault, hints, now),
            served_identity(settings, pool, client, callers, now),
            served_api_keys(settings, pool, callers, now),
            served_metrics(pool, now),
            served_llm_usage(pool, rates(settings), now),
            served_llm_budget(pool, rates(settings), now),
            served_traits(pool, hints, callers, now),
            served_profiles(pool, now),
            served_contexts(contexts, copies, hub),
            served_webhooks(settings, pool, vault, now),
            served_memory(memory_of(settings, pool, hints, now), now),
            served_snapshot(pool),
            served_event_log(pool),
        ]
        serve = partial(serving, domain=SCHEMA, verifier=verifier, ready=partial(answers, pool))
        yield await stack.enter_async_context(serve(services, address=settings.activity_address))


@asynccontextmanager
async def working(settings: Settings, now: Clock = utc_now) -> AsyncIterator[None]:
    """Consume activity's own facts and do its background work until the block ends."""
    settings.check_encryption()
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(pool_of(settings))
        copies = await stack.enter_async_context(copies_in(settings.redis_url))
        builder = builder_of(settings, pool, copies, now)
        redis = await stack.enter_async_context(Redis.from_url(settings.redis_url))
        hints = await stack.enter_async_context(Hints(redis, SCHEMA).publishing())
        memory = memory_of(settings, pool, hints, now)
        sender = await stack.enter_async_context(sending(settings, pool, now))
        publisher = publisher_of(settings, pool, sender, now)
        wanted = subscriptions(pool, builder, memory, publisher, now)
        await stack.enter_async_context(consuming(settings, pool, wanted, now))
        figures = partial(measure, LlmBudgetStore(pool, rates(settings).limits), now)
        await stack.enter_async_context(measuring("budgets", figures))
        model = await stack.enter_async_context(thinking(settings, now))
        work = [
            *jobs(pool, now, settings),
            *jobs_of_profiles(pool, builder, now),
            *jobs_of_memory(settings, memory, model),
        ]
        await stack.enter_async_context(working_jobs(pool, SCHEMA, work, now))
        yield


def subscriptions(
    pool: Pool, builder: Builder, memory: Memory, publisher: Publisher, now: Clock
) -> list[Subscription]:
    """What the worker does with activity's own facts."""
    build = (builder.apply, now, builder.rebuild, builder.committed)
    remember = (memory.apply, now, memory.rebuild, memory.committed)
    return [
        subscription(pool, PROFILES, FACTS_OF_PROFILES, *build, LINGER_OF_PROFILES),
        subscription(pool, MEMORY, FACTS_OF_MEMORY, *remember),
        keeping_words(pool, now),
        finding_sentiments(FeedbackStore(pool), now),
        publishing_events(pool, publisher, now),
    ]


def memory_of(settings: Settings, pool: Pool, hints: Hints, now: Clock) -> Memory:
    limits = Limits(settings.memory_facts, timedelta(days=settings.memory_days))
    return Memory(MemoryStore(pool), limits, hints, now)


def builder_of(settings: Settings, pool: Pool, copies: Copies, now: Clock) -> Builder:
    rules = Rules(frozenset(settings.creation_tools), settings.credit_exhaustion_share)
    size = settings.context_max_bytes
    return Builder(ProfileStore(pool), ContextStore(pool), copies, rules, size, now)


@asynccontextmanager
async def sending(settings: Settings, pool: Pool, now: Clock) -> AsyncIterator[Sender]:
    """Send webhooks until the block ends."""
    seconds = settings.webhook_timeout_seconds
    client = OutgoingClient(settings.outgoing_policy, seconds=seconds, body_limit=BODY_BYTES)
    vault = Vault(pool, settings.keyring, now)
    async with client, Sender(Outbox(pool), vault, client, seconds, now).running() as sender:
        yield sender


def publisher_of(settings: Settings, pool: Pool, sender: Sender, now: Clock) -> Publisher:
    return Publisher(WebhookStore(pool), settings.webhook_low_rating, now, sender.tell)


@asynccontextmanager
async def known_jobs(pool: Pool) -> AsyncIterator[Sequence[Job]]:
    """The jobs of a worker, for whoever lists or enqueues them: none runs here."""
    settings = Settings()
    url = settings.redis_url
    async with copies_in(url) as copies, Redis.from_url(url) as redis:
        builder = builder_of(settings, pool, copies, utc_now)
        memory = memory_of(settings, pool, Hints(redis, SCHEMA), utc_now)
        async with thinking(settings, utc_now) as model:
            yield [
                *jobs(pool),
                *jobs_of_profiles(pool, builder, utc_now),
                *jobs_of_memory(settings, memory, model),
            ]


@asynccontextmanager
async def thinking(settings: Settings, now: Clock) -> AsyncIterator[Model]:
    """Asks a model where there is a key, on the ledger of this service."""
    async with channel_to(settings.activity_address) as activity:
        tokens = ServiceTokens(SCHEMA, settings.activity_service_key, activity, now)
        ledger = Ledger(activity, tokens, now, settings.llm_ledger_seconds)
        async with opened_model(settings, ledger, now) as model:
            yield model


def jobs_of_memory(settings: Settings, memory: Memory, model: Model) -> list[Job]:
    pause = timedelta(minutes=settings.memory_model_minutes)
    reader = Reader(memory, model, settings.memory_model, pause)
    return [expiring(memory), reading_by_model(reader)]


def jobs_of_profiles(pool: Pool, builder: Builder, now: Clock) -> list[Job]:
    store = ProfileStore(pool)
    return [rebuilding(store, builder, now), passing_time(store, now)]


def jobs(pool: Pool, now: Clock = utc_now, settings: Settings = DEFAULTS) -> list[Job]:
    # What is left is entered as it was reserved, whatever prices are by now.
    ledger = LlmUsageStore(pool, rates_of({}, 0, 0))
    conversations = ConversationStore(pool)
    return [
        *upkeep(pool, now),
        forgetting(pool, now),
        rewrapping(pool, settings.keyring),
        dropping_ended_keys(pool, now),
        entering_left(ledger, now),
        counting(MetricsStore(pool), now),
        abandoning(conversations, settings.conversation_idle, now),
        forgetting_event_ids(conversations, now),
        erasing_deleted(conversations, now),
        forgetting_feedback(FeedbackStore(pool), settings.feedback_kept_days, now),
        dropping_old_deliveries(pool, timedelta(days=settings.webhook_deliveries_kept_days), now),
    ]


def rates(settings: Settings) -> Rates:
    return rates_of(
        settings.llm_prices, settings.llm_monthly_budget_usd, settings.llm_monthly_budget_tokens
    )


def pool_of(settings: Settings) -> Pool:
    return pool_for(settings.activity_database_url, SCHEMA, settings.pool_size)
