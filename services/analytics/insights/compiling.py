"""A plan, compiled with what the organization has defined by now."""

from services.analytics.insights.compiler import compile_plan
from services.analytics.insights.domain import Plan
from services.analytics.queries.domain import EVENTS
from services.analytics.semantics.compiler import Compiled, NotCompilable
from services.analytics.semantics.querying.compiling import Compiling
from services.analytics.semantics.wire import invalid
from services.common.clock import Clock


class Insights:
    def __init__(self, compiling: Compiling, now: Clock) -> None:
        self._compiling = compiling
        self._now = now

    async def compiled(self, organization_id: str, plan: Plan, time_zone: str = "") -> Compiled:
        """Raises InvalidFields, and Unavailable where the organization's calendar is not told."""
        around = await self._compiling.around(organization_id, EVENTS, time_zone)
        try:
            return compile_plan(plan, *around, self._now())
        except NotCompilable as error:
            raise invalid(error) from None
