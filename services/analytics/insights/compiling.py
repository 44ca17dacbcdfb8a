"""A plan, compiled with what the organization has defined by now."""

from services.analytics.insights.compiler import compile_plan
from services.analytics.insights.domain import Plan, Trend
from services.analytics.queries.domain import EVENTS
from services.analytics.rollups.counting import counted_until
from services.analytics.semantics.compiler import Compiled, NotCompilable
from services.analytics.semantics.querying.compiling import Compiling
from services.analytics.semantics.wire import invalid
from services.common.clock import Clock
from services.common.db import Pool


class Insights:
    def __init__(self, compiling: Compiling, pool: Pool, now: Clock) -> None:
        self._compiling = compiling
        self._pool = pool
        self._now = now

    async def compiled(
        self, organization_id: str, plan: Plan, time_zone: str = "", *, counted: bool = False
    ) -> Compiled:
        """With `counted` it reads counts that are kept, as far as they tell it.

        Raises InvalidFields, and Unavailable where the organization's calendar is not told.
        """
        around = await self._compiling.around(organization_id, EVENTS, time_zone)
        now = self._now()
        until = None
        if counted and isinstance(plan, Trend):
            until = await counted_until(self._pool, organization_id, plan.step.event)
        try:
            return compile_plan(plan, *around, now, counted_until=until)
        except NotCompilable as error:
            raise invalid(error) from None
