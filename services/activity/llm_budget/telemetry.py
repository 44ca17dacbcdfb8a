"""What Prometheus reads of budgets. No organization is ever a label."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from prometheus_client import Gauge

from services.activity.llm_budget.store import LlmBudgetStore
from services.activity.llm_usage.domain import month_of
from services.common.clock import Clock

log = structlog.get_logger(__name__)

MEASURE_SECONDS = 60.0

LARGEST_SHARE = Gauge(
    "attune_llm_budget_spent_ratio",
    "The share of this month's budget that is spent where most of it is, of all organizations.",
)


@asynccontextmanager
async def measuring(store: LlmBudgetStore, now: Clock) -> AsyncIterator[None]:
    """Measure each minute until the block ends. Every worker does, and all see the same."""
    task = asyncio.create_task(keep_measuring(store, now))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def keep_measuring(store: LlmBudgetStore, now: Clock) -> None:
    while True:
        try:
            await measure(store, now)
        except Exception as err:  # the figure stays as it was
            log.warning("budgets not measured", error=str(err))
        await asyncio.sleep(MEASURE_SECONDS)


async def measure(store: LlmBudgetStore, now: Clock) -> None:
    LARGEST_SHARE.set(await store.largest_share(month_of(now())))
