"""What language models may cost an organization, over the database: for whoever pays the bill."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.local.migrations import explained

if TYPE_CHECKING:
    from services.activity.llm_budget.domain import BudgetLimits
    from services.activity.llm_usage.domain import Budget
    from services.common.db import Pool


@dataclass(frozen=True)
class Allowed:
    """What is allowed, and what this month took."""

    limits: "BudgetLimits"
    month: "Budget"


async def budget_of(
    admin_dsn: str, organization: str, asked: Mapping[str, float | int | None], by: str
) -> Allowed:
    """Allow the organization what is asked, None for what is configured, and read what holds."""
    from services.activity.llm_budget.domain import GRANTED, changes_of
    from services.activity.llm_budget.store import LlmBudgetStore
    from services.activity.llm_usage.domain import month_of, rates_of
    from services.activity.llm_usage.store import LlmUsageStore
    from services.common.clock import utc_now

    # What is configured is known to activity alone, and not told.
    unknown = rates_of({}, 0, 0)
    async with activity(admin_dsn) as pool:
        store = LlmBudgetStore(pool, unknown.limits)
        if asked:
            await store.change(organization, changes_of(asked, GRANTED), by, utc_now())
        month = await LlmUsageStore(pool, unknown).budget(organization, month_of(utc_now()))
        return Allowed(await store.limits(organization), month)


@asynccontextmanager
async def activity(admin_dsn: str) -> AsyncIterator["Pool"]:
    """A pool inside activity's schema."""
    import asyncpg

    settings = {"search_path": "activity"}
    async with (
        explained("Cannot reach the database"),
        asyncpg.create_pool(admin_dsn, min_size=0, max_size=1, server_settings=settings) as pool,
    ):
        yield pool
