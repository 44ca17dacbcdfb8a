"""From a plan to its statement."""

from datetime import datetime

from services.analytics.catalogue.domain import Catalogue
from services.analytics.insights.compiler.did_not_do import did_not_do
from services.analytics.insights.compiler.events import Around
from services.analytics.insights.compiler.funnel import funnel
from services.analytics.insights.compiler.retention import retention
from services.analytics.insights.compiler.trend import trend
from services.analytics.insights.domain import DidNotDo, Funnel, Plan, Retention, Trend
from services.analytics.semantics.compiler import Calendar, Compiled, NotCompilable
from services.analytics.semantics.compiler.periods import BEYOND
from services.analytics.semantics.domain import Definitions


def compile_plan(
    plan: Plan,
    definitions: Definitions,
    catalogue: Catalogue,
    calendar: Calendar,
    now: datetime,
    *,
    counted_until: datetime | None = None,
) -> Compiled:
    """Events before `counted_until` are read as the counts that are kept, where those tell it.

    Raises NotCompilable, with what is to be changed. The SQL still has to pass the firewall.
    """
    around = Around(definitions, catalogue, calendar, now, counted_until)
    try:
        return compiled(plan, around)
    except OverflowError:
        raise NotCompilable("time_range", BEYOND) from None
    except ValueError as err:  # a name or a text that PostgreSQL cannot have
        raise NotCompilable("plan", str(err)) from None


def compiled(plan: Plan, around: Around) -> Compiled:
    match plan:
        case Trend():
            return trend(plan, around)
        case Funnel():
            return funnel(plan, around)
        case Retention():
            return retention(plan, around)
        case DidNotDo():
            return did_not_do(plan, around)
