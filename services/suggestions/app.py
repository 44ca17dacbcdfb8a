"""Suggestions, wired: settings in, a listening service or a worker out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol, TypeVar

import grpc
from attune.activity.v1 import activity_pb2_grpc
from attune.analytics.v1 import vocabulary_pb2_grpc
from attune.common.v1 import event_log_pb2_grpc
from attune.suggestions.v1 import (
    metrics_pb2,
    metrics_pb2_grpc,
    patterns_pb2,
    patterns_pb2_grpc,
    preferences_pb2,
    preferences_pb2_grpc,
    suggestions_pb2,
    suggestions_pb2_grpc,
)
from pydantic import Field
from redis.asyncio import Redis

from services.common.channels import channel_to
from services.common.clock import Clock, utc_now
from services.common.consumer import SWEEP_SECONDS, Consumer, Fact, Subscription
from services.common.db import Connection, Pool, answers, pool_for
from services.common.event_log import upkeep
from services.common.jobs import Job, working_jobs
from services.common.llm.ledger import Ledger
from services.common.llm.model import Model, opened_model
from services.common.llm.settings import ModelSettings
from services.common.server import Served, serving
from services.common.service_tokens import ServiceTokens
from services.common.settings import MissingSetting
from services.common.tasks import measuring
from services.common.tokens import TokenVerifier
from services.suggestions.accepted.counting import Counter, dropping_old_accepted
from services.suggestions.invalidation import dropping_expired
from services.suggestions.metrics.counting import RequestCounts, forgetting_requests
from services.suggestions.metrics.service import SuggestionMetricsService
from services.suggestions.metrics.store import MetricsStore
from services.suggestions.metrics.telemetry import measure
from services.suggestions.patterns.domain import ASKERS_KEPT
from services.suggestions.patterns.induced import InducedStore
from services.suggestions.patterns.inducing import Inducer
from services.suggestions.patterns.learning import CONSUMER, HANDLES, LINGER_SECONDS, Learner
from services.suggestions.patterns.rebuild import Rebuilder
from services.suggestions.patterns.service import PatternsService
from services.suggestions.patterns.store import PatternStore
from services.suggestions.patterns.templating import Templater
from services.suggestions.personalized.service import SuggestionsService
from services.suggestions.personalized.store import SuggestionStore
from services.suggestions.personalized.suggester import Suggester
from services.suggestions.preferences.service import PreferencesService
from services.suggestions.preferences.store import PreferenceStore
from services.suggestions.proposals.proposer import Proposer, Ways
from services.suggestions.proposals.store import ProposalStore, dropping_expired_proposals
from services.suggestions.servings import joining
from services.suggestions.servings.joining import Joiner
from services.suggestions.servings.recording import Recorder
from services.suggestions.servings.store import ServingStore
from services.suggestions.vocabularies.catalogue import Catalogue
from services.suggestions.vocabularies.projecting import Projector

SCHEMA = "suggestions"


class Settings(ModelSettings):
    """Each is the variable ATTUNE_<NAME>."""

    suggestions_database_url: str = "postgresql://attune_suggestions@127.0.0.1:5432/attune"
    suggestions_address: str = "127.0.0.1:50052"
    activity_address: str = "127.0.0.1:50051"
    # Which tells what organizations call their data.
    analytics_address: str = "127.0.0.1:50053"
    # What activity knows this service by: its worker, and whoever reserves budget for a model.
    suggestions_service_key: str = ""
    suggestion_ttl_seconds: int = Field(default=3600, ge=1)
    # A popular suggestion that concerns fewer people is shown to admins only.
    popular_min_people: int = Field(default=3, ge=1)
    # The model that proposes where the patterns are not enough; empty asks none.
    suggestion_model: str = Field(default="gpt-4o-mini", max_length=200)
    # What is typed has at least so many characters before a model is asked.
    suggestion_model_min_prefix: int = Field(default=3, ge=1)
    # No model is asked while somebody types on: a quick typist needs some 0.15 seconds a key.
    suggestion_model_pause_seconds: float = Field(default=0.25, ge=0, le=5)
    # For so long an answer waits for the model, the pause included.
    suggestion_model_wait_seconds: float = Field(default=1.5, ge=0, le=25)
    event_sweep_seconds: float = Field(default=SWEEP_SECONDS, gt=0)
    # A click counts for what was shown within so long before it.
    click_window_seconds: int = Field(default=3600, ge=1)
    servings_kept_days: int = Field(default=90, ge=1)
    # Different values that a part of questions takes before it is a slot.
    induction_min_values: int = Field(default=3, ge=2)
    # People who asked a value, or in words that not everybody uses, before others see it.
    shared_min_people: int = Field(default=2, ge=1, le=ASKERS_KEPT)
    # Patterns are held in memory, and read again after so long where more was learned.
    patterns_fresh_seconds: float = Field(default=1.0, ge=0)


@asynccontextmanager
async def running(settings: Settings, now: Clock = utc_now) -> AsyncIterator[str]:
    """Serve suggestions until the block ends; yields the address it listens on."""
    if not settings.token_public_keys:
        raise MissingSetting("ATTUNE_TOKEN_PUBLIC_KEYS is needed")
    secrets = (settings.suggestions_database_url, settings.suggestions_service_key)
    settings.refuse_development_secrets(*secrets)
    verifier = TokenVerifier(settings.token_public_keys, now)
    async with AsyncExitStack() as stack:
        # Queries that look keys up: planning them anew each time takes longer than running them.
        generic = pool_of(settings, plan_cache_mode="force_generic_plan")
        pool = await stack.enter_async_context(generic)
        recorder = await stack.enter_async_context(flushing(Recorder(ServingStore(pool))))
        cache = await stack.enter_async_context(flushing(store_of(settings, pool, now)))
        counts = RequestCounts(MetricsStore(pool), now)
        await stack.enter_async_context(counts.flushing())
        proposer = await stack.enter_async_context(proposing(settings, pool, now))
        ttl = timedelta(seconds=settings.suggestion_ttl_seconds)
        suggester = Suggester(cache, Templater(pool, now), proposer, ttl, now)
        services = [
            *served(settings, pool, suggester, recorder, counts, now),
            served_metrics(settings, pool, counts, cache, now),
        ]
        serve = partial(serving, domain=SCHEMA, verifier=verifier, ready=partial(answers, pool))
        yield await stack.enter_async_context(serve(services, address=settings.suggestions_address))


class Flushed(Protocol):
    """Has something to store before it ends."""

    async def flushed(self) -> None: ...


StoredLater = TypeVar("StoredLater", bound=Flushed)


@asynccontextmanager
async def flushing(stored_later: StoredLater) -> AsyncIterator[StoredLater]:
    """Store at the end what is still to be stored."""
    try:
        yield stored_later
    finally:
        await stored_later.flushed()


def store_of(settings: Settings, pool: Pool, now: Clock) -> SuggestionStore:
    return SuggestionStore(pool, now, settings.shared_min_people, settings.patterns_fresh_seconds)


@asynccontextmanager
async def proposing(settings: Settings, pool: Pool, now: Clock) -> AsyncIterator[Proposer]:
    """Asks a model where there is a key, on activity's ledger."""
    key = settings.suggestions_service_key
    if settings.openai_api_key and settings.suggestion_model and not key:
        raise MissingSetting("ATTUNE_SUGGESTIONS_SERVICE_KEY is needed with OPENAI_API_KEY")
    async with channel_to(settings.activity_address) as activity:
        tokens = ServiceTokens(SCHEMA, key, activity, now)
        ledger = Ledger(activity, tokens, now, settings.llm_ledger_seconds)
        async with opened_model(settings, ledger, now) as model:
            proposer = proposer_of(settings, model, pool, now)
            try:
                yield proposer
            finally:
                await proposer.stop()


def proposer_of(settings: Settings, model: Model, pool: Pool, now: Clock) -> Proposer:
    ways = Ways(
        model=settings.suggestion_model,
        pause=settings.suggestion_model_pause_seconds,
        wait=settings.suggestion_model_wait_seconds,
        shortest=settings.suggestion_model_min_prefix,
        ttl=timedelta(seconds=settings.suggestion_ttl_seconds),
    )
    return Proposer(model, ProposalStore(pool), ways, now)


@asynccontextmanager
async def working(settings: Settings, now: Clock = utc_now) -> AsyncIterator[None]:
    """Learn from the event log and do background work until the block ends."""
    if not settings.suggestions_service_key:
        raise MissingSetting("ATTUNE_SUGGESTIONS_SERVICE_KEY is needed")
    secrets = (settings.suggestions_service_key, settings.suggestions_database_url)
    settings.refuse_development_secrets(*secrets)
    async with AsyncExitStack() as stack:
        # What is learned and how far go together: a crash of the database loses the newest of both,
        # and they are read again. So no commit here waits for the disk.
        pool = await stack.enter_async_context(pool_of(settings, synchronous_commit="off"))
        activity = await stack.enter_async_context(channel_to(settings.activity_address))
        tokens = ServiceTokens(SCHEMA, settings.suggestions_service_key, activity, now)
        learning = learning_of(settings, pool, activity, tokens, now)
        await stack.enter_async_context(
            consuming(settings, pool, learning.subscription(), activity, tokens, now)
        )
        analytics = await stack.enter_async_context(channel_to(settings.analytics_address))
        vocabularies = vocabulary_pb2_grpc.VocabularyServiceStub(analytics)
        projector = Projector(pool, vocabularies, tokens, now)
        await stack.enter_async_context(
            consuming(settings, pool, projector.subscription(), analytics, tokens, now)
        )
        events = event_log_pb2_grpc.EventLogServiceStub(analytics)
        accepted = Counter(pool, learning.learner, ServingStore(pool), events, tokens, now)
        await stack.enter_async_context(
            consuming(settings, pool, accepted.subscription(), analytics, tokens, now)
        )
        figures = partial(measure, MetricsStore(pool), now)
        await stack.enter_async_context(measuring("cache", figures))
        work = working_jobs(pool, SCHEMA, jobs(settings, pool, learning, now), now)
        await stack.enter_async_context(work)
        yield


@asynccontextmanager
async def consuming(
    settings: Settings,
    pool: Pool,
    subscription: Subscription,
    source: grpc.aio.Channel,
    tokens: ServiceTokens,
    now: Clock,
) -> AsyncIterator[None]:
    """Consume the event log of the service at the channel until the block ends."""
    stub = event_log_pb2_grpc.EventLogServiceStub(source)
    async with (
        Redis.from_url(settings.redis_url) as redis,
        Consumer(
            subscription, pool, stub, tokens, redis, now, settings.event_sweep_seconds
        ).running(),
    ):
        yield


@dataclass(frozen=True)
class Learning:
    """What turns events into patterns and acceptance."""

    learner: Learner
    joiner: Joiner
    rebuilder: Rebuilder

    def subscription(self) -> Subscription:
        does = (self.apply, self.rebuilder.start_over)
        return Subscription(CONSUMER, "activity", HANDLES, *does, linger_seconds=LINGER_SECONDS)

    async def apply(self, conn: Connection, organization_id: str, facts: Sequence[Fact]) -> None:
        await self.learner.apply(conn, organization_id, facts)
        await self.joiner.apply(conn, organization_id, facts)


def learning_of(
    settings: Settings,
    pool: Pool,
    activity: grpc.aio.Channel,
    tokens: ServiceTokens,
    now: Clock,
) -> Learning:
    learner = learner_of(settings, pool, now)
    window = timedelta(seconds=settings.click_window_seconds)
    joiner = Joiner(ServingStore(pool), window, now)
    return Learning(learner, joiner, rebuilder_of(pool, learner, joiner, activity, tokens, now))


def learner_of(settings: Settings, pool: Pool, now: Clock = utc_now) -> Learner:
    store = PatternStore(pool)
    inducer = Inducer(InducedStore(), store, ServingStore(pool), now, settings.induction_min_values)
    return Learner(store, inducer, Catalogue(pool, now), now)


def rebuilder_of(
    pool: Pool,
    learner: Learner,
    joiner: Joiner,
    activity: grpc.aio.Channel,
    tokens: ServiceTokens,
    now: Clock,
) -> Rebuilder:
    return Rebuilder(
        PatternStore(pool),
        learner,
        joiner,
        activity_pb2_grpc.ActivityServiceStub(activity),
        event_log_pb2_grpc.EventLogServiceStub(activity),
        tokens,
        now,
    )


@asynccontextmanager
async def known_jobs(pool: Pool) -> AsyncIterator[Sequence[Job]]:
    """The jobs of a worker, for whoever lists or enqueues them: none runs here."""
    settings = Settings()
    async with channel_to(settings.activity_address) as activity:
        tokens = ServiceTokens(SCHEMA, "", activity)
        learning = learning_of(settings, pool, activity, tokens, utc_now)
        yield jobs(settings, pool, learning, utc_now)


def jobs(settings: Settings, pool: Pool, learning: Learning, now: Clock) -> list[Job]:
    """All that run in the background."""
    kept = timedelta(days=settings.servings_kept_days)
    return [
        *upkeep(pool, now),
        dropping_expired(pool, now),
        dropping_expired_proposals(pool, now),
        forgetting_requests(MetricsStore(pool), now),
        learning.rebuilder.job(),
        learning.rebuilder.forgetting(),
        learning.joiner.job(CONSUMER),
        joining.forgetting(ServingStore(pool), kept, now),
        dropping_old_accepted(pool, now),
    ]


def pool_of(settings: Settings, **session: str) -> Pool:
    return pool_for(settings.suggestions_database_url, SCHEMA, settings.pool_size, **session)


def served(
    settings: Settings,
    pool: Pool,
    suggester: Suggester,
    recorder: Recorder,
    counts: RequestCounts,
    now: Clock,
) -> list[Served]:
    patterns = PatternStore(pool, settings.shared_min_people)
    catalogue = Catalogue(pool, now)
    return [
        Served(
            suggestions_pb2.DESCRIPTOR.services_by_name["SuggestionsService"],
            suggestions_pb2_grpc.add_SuggestionsServiceServicer_to_server,
            SuggestionsService(suggester, patterns, catalogue, recorder, counts, now),
        ),
        Served(
            patterns_pb2.DESCRIPTOR.services_by_name["PatternsService"],
            patterns_pb2_grpc.add_PatternsServiceServicer_to_server,
            PatternsService(patterns, now),
        ),
        Served(
            preferences_pb2.DESCRIPTOR.services_by_name["PreferencesService"],
            preferences_pb2_grpc.add_PreferencesServiceServicer_to_server,
            PreferencesService(PreferenceStore(pool), now),
        ),
    ]


def served_metrics(
    settings: Settings, pool: Pool, counts: RequestCounts, cache: SuggestionStore, now: Clock
) -> Served:
    return Served(
        metrics_pb2.DESCRIPTOR.services_by_name["SuggestionMetricsService"],
        metrics_pb2_grpc.add_SuggestionMetricsServiceServicer_to_server,
        SuggestionMetricsService(
            MetricsStore(pool, settings.shared_min_people),
            counts,
            cache.settled,
            settings.popular_min_people,
            now,
        ),
    )
