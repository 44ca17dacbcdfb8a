"""What a figure is called in a sentence, and when a bucket of time is, as people say both."""

import re
from collections.abc import Sequence
from datetime import datetime, time

from services.analytics.chat.domain import Planned
from services.analytics.insights.domain import DidNotDo, Quantity, Retention, Trend
from services.analytics.semantics.compiler import MetricQuery
from services.analytics.semantics.compiler.query import OTHER
from services.analytics.semantics.domain import Grain

AVG = re.compile(r"\bavg\b")
HIGHEST, LOWEST = "highest", "lowest"
COUNTS = {Quantity.EVENTS, Quantity.PEOPLE}
QUANTITIES = {
    Quantity.SUM: "sum of", Quantity.AVG: "average", Quantity.MIN: "smallest",
    Quantity.MAX: "largest", Quantity.MEDIAN: "median",
}  # fmt: skip


def subject_of(planned: Planned) -> str:
    """What is measured, where its column is called by the quantity alone; "" of all others."""
    plan = planned.plan
    if isinstance(plan, DidNotDo):
        return f"people with {spoken(plan.did.event)} and without {spoken(plan.did_not.event)}"
    if not isinstance(plan, Trend):
        return ""
    event, field = spoken(plan.step.event), plan.measure.field
    if plan.measure.quantity is Quantity.PEOPLE:
        return f"people with {event}"
    if field is None:
        return event
    of = spoken(".".join(field.path) or field.column)
    return f"{QUANTITIES[plan.measure.quantity]} {of} of {event}"


def is_count(planned: Planned) -> bool:
    """Whether there is "the most" of it, and not "the highest"."""
    return isinstance(planned.plan, Trend) and planned.plan.measure.quantity in COUNTS


def ranking_of(planned: Planned) -> str:
    """By which end the rows were chosen, so that others are left out; "" where they were not."""
    plan = planned.plan
    if not isinstance(plan, MetricQuery):
        return ""
    if plan.order:
        return HIGHEST if plan.order[0].descending else LOWEST
    return HIGHEST if plan.top and not plan.top.other else ""


def is_named(label: object) -> bool:
    """Not the rest of a ranking, and not what is not known."""
    return label is not None and label != OTHER


def spoken(name: str) -> str:
    return AVG.sub("average", name.replace("_", " ")).strip()


def grain_of(planned: Planned, moments: Sequence[datetime]) -> Grain:
    """What was asked for, or what the moments look like."""
    grain = getattr(planned.plan, "grain", None)
    if grain is not None and not isinstance(planned.plan, Retention):
        return Grain(grain)
    if any(one.time() != time() for one in moments):
        return Grain.HOUR
    return Grain.MONTH if all(one.day == 1 for one in moments) else Grain.DAY


def bucket_said(moment: datetime, grain: Grain) -> str:
    """As it goes on after a figure: "in May 2026", "in the week of 4 May 2026"."""
    match grain:
        case Grain.YEAR:
            return f"in {moment:%Y}"
        case Grain.QUARTER:
            return f"in Q{(moment.month + 2) // 3} {moment:%Y}"
        case Grain.MONTH:
            return f"in {moment:%B %Y}"
        case Grain.WEEK:
            return f"in the week of {moment:%-d %B %Y}"
        case Grain.FISCAL_QUARTER | Grain.FISCAL_YEAR:
            return f"in the {spoken(grain)} of {moment:%-d %B %Y}"
        case Grain.HOUR:
            return f"at {moment:%Y-%m-%d %H:%M}"
        case _:
            return f"on {moment:%-d %B %Y}"
