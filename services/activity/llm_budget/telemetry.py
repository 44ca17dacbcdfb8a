"""What Prometheus reads of budgets. No organization is ever a label."""

from prometheus_client import Gauge

from services.activity.llm_budget.store import LlmBudgetStore
from services.activity.llm_usage.domain import month_of
from services.common.clock import Clock

LARGEST_SHARE = Gauge(
    "attune_llm_budget_spent_ratio",
    "The share of this month's budget that is spent where most of it is, of all organizations.",
)


async def measure(store: LlmBudgetStore, now: Clock) -> None:
    LARGEST_SHARE.set(await store.largest_share(month_of(now())))
