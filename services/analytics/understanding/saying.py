"""What was understood, in English."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta

from services.analytics.insights.domain import (
    Breakdown,
    DidNotDo,
    Funnel,
    Plan,
    Quantity,
    Retention,
    Step,
    Trend,
)
from services.analytics.semantics.compiler import (
    Anchor,
    Calendar,
    MetricQuery,
    NotCompilable,
    Relative,
    TimeRange,
)
from services.analytics.semantics.compiler.periods import before, resolved
from services.analytics.semantics.domain import Field, Filter, Operator
from services.analytics.understanding.domain import Knowledge

WORDS = {
    Operator.EQUAL: "is", Operator.NOT_EQUAL: "is not", Operator.IN: "is one of",
    Operator.NOT_IN: "is none of", Operator.LESS: "is under", Operator.AT_MOST: "is at most",
    Operator.GREATER: "is over", Operator.AT_LEAST: "is at least", Operator.BETWEEN: "is between",
    Operator.CONTAINS: "contains", Operator.STARTS_WITH: "starts with",
    Operator.IS_NULL: "is not known", Operator.IS_NOT_NULL: "is known",
}  # fmt: skip
QUANTITIES = {
    Quantity.EVENTS: "How many times", Quantity.PEOPLE: "How many people did",
    Quantity.SUM: "Sum", Quantity.AVG: "Average", Quantity.MIN: "Smallest",
    Quantity.MAX: "Largest", Quantity.MEDIAN: "Median",
}  # fmt: skip


class Sayer:
    def __init__(self, knowledge: Knowledge, calendar: Calendar, now: datetime) -> None:
        self._knowledge = knowledge
        self._calendar = calendar
        self._now = now

    def said(self, plan: MetricQuery | Plan) -> str:
        match plan:
            case MetricQuery():
                return self._query(plan)
            case Trend():
                return self._trend(plan)
            case Funnel():
                return self._funnel(plan)
            case Retention():
                return self._retention(plan)
            case DidNotDo():
                did, did_not = step_said(plan.did), step_said(plan.did_not)
                return f"People with {did} and without {did_not}{self._when(plan.time_range)}"

    def _query(self, query: MetricQuery) -> str:
        parts = [listed([self._metric(name) for name in query.metrics])]
        if query.dimensions:
            parts.append(f"by {listed(query.dimensions)}")
        if query.grain:
            parts.append(f"by {query.grain.value.replace('_', ' ')}")
        parts += self._ranked(query)
        parts += filters_said(query.filters)
        said = ", ".join(parts) + self._when(query.time_range)
        return said + self._compared(query)

    def _metric(self, name: str) -> str:
        known = next((one for one in self._knowledge.metrics if one.name == name), None)
        told = (known.display_name if known else "") or name.replace("_", " ")
        about = f" ({known.about})" if known and known.about else ""
        return told[:1].upper() + told[1:] + about

    def _ranked(self, query: MetricQuery) -> Iterable[str]:
        if query.top:
            yield f"top {query.top.count}"
        elif query.order:
            which = "highest" if query.order[0].descending else "lowest"
            yield f"the {which} {query.limit}" if query.limit > 1 else f"the {which}"

    def _trend(self, trend: Trend) -> str:
        measure = trend.measure
        said = QUANTITIES[measure.quantity]
        if measure.field:
            said += f" of {field_said(measure.field)} over"
        parts = [f"{said} {step_said(trend.step)}"]
        parts += breakdown_said(trend.breakdown)
        if trend.top:
            parts.append(f"top {trend.top} and the rest")
        if trend.grain:
            parts.append(f"by {trend.grain.value.replace('_', ' ')}")
        return ", ".join(parts) + self._when(trend.time_range)

    def _funnel(self, funnel: Funnel) -> str:
        steps = ", then ".join(step_said(step) for step in funnel.steps)
        parts = [f"How many people did {steps}, within {length_said(funnel.within)}"]
        parts += breakdown_said(funnel.breakdown)
        return ", ".join(parts) + self._when(funnel.time_range)

    def _retention(self, plan: Retention) -> str:
        unit = plan.grain.value
        first = step_said(plan.first)
        again = f"did {step_said(plan.again)} again" if plan.again else "did anything"
        return (
            f"How many people with a first {first} {again} in each of the {plan.periods} "
            f"{unit}s after, by {unit}{self._when(plan.time_range)}"
        )

    def _when(self, asked: TimeRange | None) -> str:
        """ ", last month (1-31 Oct 2026, Europe/Berlin)"."""
        if asked is None:
            return ", of all time"
        try:
            period = resolved(asked, self._calendar, self._now)
        except NotCompilable as error:
            return f", of a period that {error.message}"
        start, end = (self._calendar.local(one) for one in (period.start, period.end))
        days = f"{days_said(start, end)}, {self._calendar.zone}"
        return f", {relative_said(asked)} ({days})" if isinstance(asked, Relative) else f", {days}"

    def _compared(self, query: MetricQuery) -> str:
        if not query.compare or query.time_range is None:
            return ""
        try:
            period = resolved(query.time_range, self._calendar, self._now)
            earlier = before(query.time_range, period, self._calendar)
        except NotCompilable:
            return ", against the period before"
        start, end = (self._calendar.local(one) for one in (earlier.start, earlier.end))
        return f", against {days_said(start, end)}"


def unfinished_said(asked: TimeRange, calendar: Calendar, now: datetime) -> Iterator[str]:
    """ "this month is not over": what a comparison with a whole period has to tell."""
    try:
        over = resolved(asked, calendar, now).end <= now
    except NotCompilable:
        return
    if not over and isinstance(asked, Relative):
        yield f"{relative_said(Relative(Anchor.THIS, asked.unit))} is not over"
    elif not over:
        yield "the period is not over"


def relative_said(asked: Relative) -> str:
    unit = asked.unit.value.replace("_", " ")
    if asked.unit.value == "day" and asked.count == 1:
        return "yesterday" if asked.anchor is Anchor.PREVIOUS else "today"
    if asked.anchor is Anchor.THIS:
        return f"this {unit}"
    if asked.anchor is Anchor.PREVIOUS:
        return f"last {unit}" if asked.count == 1 else f"the {asked.count} {unit}s before this one"
    return f"the last {asked.count} {unit}s with {'today' if unit == 'day' else 'this one'}"


def days_said(start: datetime, end: datetime) -> str:
    """Both included: "1-31 Oct 2026"; with the time of day where these are not whole days."""
    if start.time() != time() or end.time() != time():
        return f"{start:%-d %b %Y %H:%M} to {end:%-d %b %Y %H:%M}"
    last = end - timedelta(days=1)
    if start.date() == last.date():
        return f"{start:%-d %b %Y}"
    if (start.year, start.month) == (last.year, last.month):
        return f"{start.day}-{last:%-d %b %Y}"
    if start.year == last.year:
        return f"{start:%-d %b} - {last:%-d %b %Y}"
    return f"{start:%-d %b %Y} - {last:%-d %b %Y}"


def length_said(length: timedelta) -> str:
    for unit, one in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = length.total_seconds() / one
        if count >= 1 and count.is_integer():
            return f"{count:g} {unit}{'s' if count > 1 else ''}"
    return f"{length.total_seconds():g} seconds"


def listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def field_said(field: Field) -> str:
    return ".".join(field.path) or field.column


def filters_said(filters: Iterable[Filter]) -> list[str]:
    return [
        f"where {one.dimension or (field_said(one.field) if one.field else '')} "
        f"{WORDS[one.operator]} {', '.join(map(str, one.values))}".rstrip()
        for one in filters
    ]


def step_said(step: Step) -> str:
    told = " and ".join(filters_said(step.filters)).replace(" and where ", " and ")
    return f"{step.event} ({told})" if told else step.event


def breakdown_said(breakdown: Breakdown | None) -> list[str]:
    if breakdown is None:
        return []
    return [f"by {breakdown.dimension or (field_said(breakdown.field) if breakdown.field else '')}"]
