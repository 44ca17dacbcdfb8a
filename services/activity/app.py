"""Activity, wired: settings in, a listening service or a worker out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import httpx2
from redis.asyncio import Redis

from services.activity.activities.recorder import Recorder
from services.activity.activities.store import ActivityStore
from services.activity.api_keys.service import dropping_ended_keys
from services.activity.llm_budget.store import LlmBudgetStore
from services.activity.llm_budget.telemetry import measure
from services.activity.llm_usage.domain import Rates, rates_of
from services.activity.llm_usage.store import LlmUsageStore, entering_left
from services.activity.metrics.counting import counting
from services.activity.metrics.store import MetricsStore
from services.activity.served import (
    served_activities,
    served_api_keys,
    served_identity,
    served_llm_budget,
    served_llm_usage,
    served_metrics,
)
from services.activity.settings import Settings
from services.common import identity_hints
from services.common.clock import Clock, utc_now
from services.common.db import Pool, answers, pool_for
from services.common.event_log import Hints, served_event_log, upkeep
from services.common.idempotency import forgetting
from services.common.jobs import Job, working_jobs
from services.common.server import serving
from services.common.tasks import measuring
from services.common.tokens import TokenVerifier

__all__ = ["SCHEMA", "Settings", "jobs", "known_jobs", "pool_of", "running", "working"]

SCHEMA = "activity"


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
        client = await stack.enter_async_context(httpx2.AsyncClient())
        recorder = Recorder(ActivityStore(pool), hints, now)
        stack.push_async_callback(recorder.flushed)
        services = [
            served_activities(pool, recorder, now),
            served_identity(settings, pool, client, callers, now),
            served_api_keys(settings, pool, callers, now),
            served_metrics(pool, now),
            served_llm_usage(pool, rates(settings), now),
            served_llm_budget(pool, rates(settings), now),
            served_event_log(pool),
        ]
        serve = partial(serving, domain=SCHEMA, verifier=verifier, ready=partial(answers, pool))
        yield await stack.enter_async_context(serve(services, address=settings.activity_address))


@asynccontextmanager
async def working(settings: Settings, now: Clock = utc_now) -> AsyncIterator[None]:
    """Do activity's background work until the block ends."""
    async with (
        pool_of(settings) as pool,
        measuring("budgets", partial(measure, LlmBudgetStore(pool, rates(settings).limits), now)),
        working_jobs(pool, SCHEMA, jobs(pool, now), now),
    ):
        yield


@asynccontextmanager
async def known_jobs(pool: Pool) -> AsyncIterator[Sequence[Job]]:
    """The jobs of a worker, for whoever lists or enqueues them: none runs here."""
    yield jobs(pool)


def jobs(pool: Pool, now: Clock = utc_now) -> list[Job]:
    # What is left is entered as it was reserved, whatever prices are by now.
    ledger = LlmUsageStore(pool, rates_of({}, 0, 0))
    return [
        *upkeep(pool, now),
        forgetting(pool, now),
        dropping_ended_keys(pool, now),
        entering_left(ledger, now),
        counting(MetricsStore(pool), now),
    ]


def rates(settings: Settings) -> Rates:
    return rates_of(
        settings.llm_prices, settings.llm_monthly_budget_usd, settings.llm_monthly_budget_tokens
    )


def pool_of(settings: Settings) -> Pool:
    return pool_for(settings.activity_database_url, SCHEMA, settings.pool_size)
