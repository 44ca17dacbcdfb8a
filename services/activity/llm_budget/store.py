"""The llm_budgets table and its history: one method for each query in queries.sql."""

from datetime import date, datetime

from services.activity.llm_budget.domain import GRANTED, OWN, BudgetLimits, Changes
from services.activity.llm_usage.domain import Limits
from services.common.db import Database, load_queries

SQL = load_queries(__package__)
COLUMNS = (*GRANTED.values(), *OWN.values())


class LlmBudgetStore:
    """`configured`: what an organization may take to which the operator granted nothing else."""

    def __init__(self, database: Database, configured: Limits) -> None:
        self._database = database
        self._configured = configured

    async def limits(self, organization_id: str) -> BudgetLimits:
        args = (organization_id, self._configured.nano_usd, self._configured.tokens)
        row = await self._database.fetchrow(SQL["get_limits"], *args)
        assert row
        return BudgetLimits(**row)

    async def largest_share(self, month: date) -> float:
        """Of all organizations' budgets of the month: what is spent of the one most spent."""
        args = (month, self._configured.nano_usd, self._configured.tokens)
        share: float = await self._database.fetchval(SQL["largest_share"], *args)
        return share

    async def change(self, organization_id: str, changes: Changes, by: str, now: datetime) -> None:
        """Change the columns that are named, and write down who did."""
        values = [part for name in COLUMNS for part in (name in changes, changes.get(name))]
        await self._database.execute(SQL["change_limits"], organization_id, now, by, *values)
