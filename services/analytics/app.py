"""Analytics, wired: settings in, a listening service or a worker out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from redis.asyncio import Redis

from services.analytics.catalogue.introspecting import Introspector, introspecting
from services.analytics.catalogue.store import CatalogueStore
from services.analytics.charts.rendering import Renderer
from services.analytics.charts.served import served_charts
from services.analytics.chat.quality.recording import dropping_old_answers
from services.analytics.chat.quality.served import served_chat_quality
from services.analytics.chat.quality.store import AnswerStore
from services.analytics.chat.served import Asking, bounds_of_chat, chatting
from services.analytics.connections.connections import Connections
from services.analytics.connections.opening import Opener
from services.analytics.connections.store import ConnectionStore
from services.analytics.following.follower import Follower
from services.analytics.insights.compiling import Insights
from services.analytics.insights.served import served_insights
from services.analytics.knowledge.served import items_of, served_knowledge
from services.analytics.knowledge.statements import Statements
from services.analytics.projections.consuming import projecting
from services.analytics.queries.jobs import ending_abandoned
from services.analytics.queries.served import (
    bounds_of,
    improver_of,
    opened_data,
    opened_queries,
    served_of_queries,
)
from services.analytics.queries.store import QueryStore
from services.analytics.registry.learning import finding_drifts
from services.analytics.results.store import CacheStore, forgetting_results
from services.analytics.saved.served import served_saved_queries
from services.analytics.segments.finding import Finder
from services.analytics.segments.jobs import refreshing
from services.analytics.segments.refreshing import Refresher
from services.analytics.segments.served import served_segments
from services.analytics.semantics.querying.calendars import Calendars
from services.analytics.semantics.querying.compiling import Compiling
from services.analytics.semantics.served import Semantics
from services.analytics.served import (
    served_audit,
    served_connections,
    served_registry,
    served_rollups,
    served_tracking,
    served_vocabularies,
)
from services.analytics.settings import SCHEMA, Settings
from services.analytics.tracking.recorder import Recorder
from services.analytics.tracking.retention import forgetting_messages, forgetting_refused
from services.common.channels import channel_to
from services.common.clock import Clock, utc_now
from services.common.db import Pool, answers, pool_for
from services.common.event_log import Hints, served_event_log, upkeep
from services.common.idempotency import forgetting
from services.common.jobs import Job, working_jobs
from services.common.llm.ledger import Ledger
from services.common.llm.model import opened_model
from services.common.server import serving
from services.common.service_tokens import ServiceTokens
from services.common.tokens import TokenVerifier
from services.common.vault import Vault, rewrapping

__all__ = ["SCHEMA", "Settings", "jobs", "known_jobs", "pool_of", "running", "working"]

DEFAULTS = Settings.model_construct()  # of who lists jobs, and runs none


@asynccontextmanager
async def running(settings: Settings, now: Clock = utc_now) -> AsyncIterator[str]:
    """Serve analytics until the block ends; yields the address it listens on."""
    settings.check()
    verifier = TokenVerifier(settings.token_public_keys, now)
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(pool_of(settings))
        redis = await stack.enter_async_context(Redis.from_url(settings.redis_url))
        hints = await stack.enter_async_context(Hints(redis, SCHEMA).publishing())
        recorder = Recorder(pool)
        stack.push_async_callback(recorder.flushed)
        vault = Vault(pool, settings.keyring, now)
        opener = stack.enter_context(Opener(settings.outgoing_policy))
        connections = Connections(ConnectionStore(pool), vault, opener, now)
        opening = opened_data(settings, pool, vault, opener, now)
        data = await stack.enter_async_context(opening)
        running_queries = opened_queries(pool, redis, data, bounds_of(settings), now)
        queries = await stack.enter_async_context(running_queries)
        activity = await stack.enter_async_context(channel_to(settings.activity_address))
        tokens = ServiceTokens(SCHEMA, settings.analytics_service_key, activity, now)
        calendars = Calendars(activity, tokens, now)
        semantics = Semantics(pool, data, hints, calendars, now)
        ledger = Ledger(activity, tokens, now, settings.llm_ledger_seconds)
        model = await stack.enter_async_context(opened_model(settings, ledger, now))
        asking = Asking(model, bounds_of_chat(settings), data.wall)
        opened = chatting(
            pool, redis, data.catalogues, calendars, queries.runner, asking, activity, tokens, now
        )
        chat = await stack.enter_async_context(opened)
        improver = improver_of(data, model, settings.query_help_model)
        insights = Insights(semantics.compiling, pool, now)
        finder = Finder(data.wall, data.executor, semantics.compiling, now)
        renderer = await stack.enter_async_context(Renderer().opened())
        items = items_of(pool, Statements(data.wall, data.executor), now, semantics.kinds)
        services = [
            served_tracking(pool, recorder, now),
            served_connections(pool, vault, opener, connections, queries.cache, hints, now),
            served_audit(pool),
            served_vocabularies(pool, hints, now),
            served_registry(pool),
            served_rollups(pool),
            served_event_log(pool),
            *served_knowledge(settings, pool, items, now),
            *served_of_queries(queries, data, semantics.compiling, improver, now),
            *semantics.served(items, queries.runner),
            served_insights(insights, queries.runner),
            served_saved_queries(pool, hints, now),
            *served_segments(pool, finder, queries.runner, activity, tokens, now),
            chat,
            served_chat_quality(pool, items, now),
            *served_charts(
                pool, redis, queries.runner, semantics.compiling, insights, renderer, now
            ),
        ]
        serve = partial(serving, domain=SCHEMA, verifier=verifier, ready=partial(answers, pool))
        yield await stack.enter_async_context(serve(services, address=settings.analytics_address))


@asynccontextmanager
async def working(settings: Settings, now: Clock = utc_now) -> AsyncIterator[None]:
    """Project what others tell of and do background work until the block ends."""
    settings.check_worker()
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(pool_of(settings))
        await stack.enter_async_context(projecting(settings, pool, now))
        await stack.enter_async_context(Follower(pool, now).running())
        work = await stack.enter_async_context(opened_jobs(pool, settings, now))
        await stack.enter_async_context(working_jobs(pool, SCHEMA, work, now))
        yield


@asynccontextmanager
async def known_jobs(pool: Pool) -> AsyncIterator[Sequence[Job]]:
    """The jobs of a worker, for whoever lists or enqueues them: none runs here."""
    async with opened_jobs(pool, DEFAULTS) as found:
        yield found


@asynccontextmanager
async def opened_jobs(
    pool: Pool, settings: Settings, now: Clock = utc_now
) -> AsyncIterator[list[Job]]:
    """The jobs with what they need, until the block ends; it is connected to when it is used."""
    async with AsyncExitStack() as stack:
        opener = stack.enter_context(Opener(settings.outgoing_policy))
        vault = Vault(pool, settings.keyring, now)
        opening = opened_data(settings, pool, vault, opener, now)
        data = await stack.enter_async_context(opening)
        activity = await stack.enter_async_context(channel_to(settings.activity_address))
        tokens = ServiceTokens(SCHEMA, settings.analytics_service_key, activity, now)
        compiling = Compiling(pool, data.catalogues, Calendars(activity, tokens, now), now)
        finder = Finder(data.wall, data.executor, compiling, now)
        segments = refreshing(Refresher(pool, finder, now))
        yield [*jobs(pool, opener, now, settings), *segments]


def jobs(
    pool: Pool, opener: Opener, now: Clock = utc_now, settings: Settings = DEFAULTS
) -> list[Job]:
    return [
        *upkeep(pool, now),
        forgetting(pool, now),
        rewrapping(pool, settings.keyring),
        forgetting_messages(pool, now),
        forgetting_refused(pool, now),
        introspecting(introspector_of(pool, opener, now, settings)),
        ending_abandoned(QueryStore(pool), now),
        forgetting_results(CacheStore(pool), now),
        finding_drifts(pool, now),
        dropping_old_answers(AnswerStore(pool), settings.chat_answers_kept_days, now),
    ]


def introspector_of(pool: Pool, opener: Opener, now: Clock, settings: Settings) -> Introspector:
    store = ConnectionStore(pool)
    vault = Vault(pool, settings.keyring, now)
    connections = Connections(store, vault, opener, now)
    return Introspector(connections, store, CatalogueStore(pool), now)


def pool_of(settings: Settings) -> Pool:
    return pool_for(settings.analytics_database_url, SCHEMA, settings.pool_size)
