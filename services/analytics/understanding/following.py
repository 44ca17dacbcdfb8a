"""Follow-ups: what changes one part of what was asked before."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from services.analytics.insights.domain import DidNotDo, Funnel, Plan, Retention, Step, Trend
from services.analytics.semantics.compiler import Absolute, MetricQuery, Order, TimeRange, Top
from services.analytics.semantics.domain import Filter, Operator
from services.analytics.understanding.dates import MONTHS
from services.analytics.understanding.lexicon import Mention
from services.analytics.understanding.planning import Planner, Unfit, retention_grain
from services.analytics.understanding.sentence import Draft, Sentence, TopN

# A month or a quarter by its name, and what tells of which year it is.
NAMED = re.compile(rf"\b(?:{'|'.join(MONTHS)}|q[1-4])\b", re.IGNORECASE)
YEAR_TOLD = re.compile(
    r"\b(?:(?:19|20)\d\d|years?|this|last|past|current|previous|prior|since|ago|until)\b",
    re.IGNORECASE,
)

P = TypeVar("P", Trend, Funnel, Retention, DidNotDo)


def follows(sentence: Sentence) -> bool:
    """Whether it can only be about what was asked before."""
    if not sentence.all("metric", "event"):
        return True
    marked = [sentence.value(at) for at in sentence.all("follow")]
    if "what about" in marked or sentence.kind(sentence.opening()) == "now":
        return True
    few = not sentence.all("time", "value", "by") and len(sentence.all("metric", "event")) == 1
    return "same" in marked or "instead" in marked or (few and may_follow(sentence))


def may_follow(sentence: Sentence) -> bool:
    """Whether it goes on from what was asked before: "and revenue in Germany?"."""
    marked = [sentence.value(at) for at in sentence.all("follow")]
    return sentence.kind(0) == "and" or "what about" in marked


def take_marks(sentence: Sentence, draft: Draft) -> None:
    for at in sentence.free("follow"):
        draft.adds |= sentence.value(at) == "also"
        sentence.take(at)
    if sentence.kind(0) == "and":
        sentence.take(0)
    sentence.take(*joints(sentence))
    for at in sentence.free("only"):
        sentence.take(at)


def joints(sentence: Sentence) -> list[int]:
    """ "the same, but by device"."""
    following = ("by", "time", "value", "only", "grain", "chart", "most", "metric")
    return [at for at in sentence.free("but") if sentence.kind(sentence.after(at)) in following]


def take_top(sentence: Sentence, draft: Draft, plan: MetricQuery | Plan) -> None:
    """ "top 3" of what results are by."""
    for at in sentence.free("most"):
        number = sentence.after(at)
        if number is None or sentence.kind(number) != "number" or draft.top:
            continue
        name = dimension_in(plan)
        if name is None or not isinstance(sentence.value(number), int):
            continue
        draft.top = TopN(
            Mention("dimension", name), sentence.value(number), sentence.value(at) == "desc"
        )
        draft.breakdown = [draft.top.dimension]
        sentence.take(at, number)


def dimension_in(plan: MetricQuery | Plan) -> str | None:
    """The one by which results are."""
    if isinstance(plan, MetricQuery):
        return plan.dimensions[0] if len(plan.dimensions) == 1 else None
    if isinstance(plan, Trend) and plan.breakdown:
        return plan.breakdown.dimension or None
    return None


def changed(plan: MetricQuery | Plan, draft: Draft, planner: Planner) -> MetricQuery | Plan:
    """The plan with what the draft says, and all else as it was. Raises Unfit."""
    if draft.within and not isinstance(plan, Funnel):
        raise Unfit(None, ("within",))
    if isinstance(plan, MetricQuery):
        return query_changed(plan, draft, planner)
    if draft.metrics or draft.compare:
        raise Unfit(None, ("metric", "versus", "growth", "earlier", "over_units"))
    if isinstance(plan, Trend):
        return trend_changed(plan, draft, planner)
    if draft.event or draft.top or draft.trend:
        raise Unfit(None, ("event", "most", "trend"))
    return behaviour_changed(plan, draft, planner)


def behaviour_changed(
    plan: Funnel | Retention | DidNotDo, draft: Draft, planner: Planner
) -> Funnel | Retention | DidNotDo:
    if isinstance(plan, Funnel):
        return funnel_changed(plan, draft, planner)
    if draft.breakdown:
        raise Unfit(draft.breakdown[0])
    if isinstance(plan, Retention):
        return retention_changed(plan, draft, planner)
    if draft.grain:
        raise Unfit(None, ("grain",))
    did, did_not = (narrowed(step, draft, planner) for step in (plan.did, plan.did_not))
    return timed(replace(plan, did=did, did_not=did_not, after=""), draft)


def timed(plan: P, draft: Draft) -> P:
    if draft.all_time:
        raise Unfit(None, ("everything",))
    return replace(plan, time_range=draft.time_range) if draft.time_range else plan


def in_year_of(before: TimeRange | None, said: TimeRange | None, question: str) -> TimeRange | None:
    """After a question about a year or a part of it, "only november" is of that year."""
    if not isinstance(before, Absolute) or not isinstance(said, Absolute):
        return said
    if not NAMED.search(question) or YEAR_TOLD.search(question):
        return said
    year = before.start.year
    if (before.end - timedelta(days=1)).year != year:
        return said
    years = year - said.start.year
    try:
        return Absolute(*(day.replace(year=day.year + years) for day in (said.start, said.end)))
    except ValueError:  # the 29th of February
        return said


def merged(old: Iterable[Filter], new: Iterable[Filter], adds: bool = False) -> tuple[Filter, ...]:
    """A new condition takes the place of those on the same thing; "also Italy" widens them."""
    before, fresh = tuple(old), tuple(new)
    by = {one.dimension or one.field for one in fresh}
    kept = [one for one in before if (one.dimension or one.field) not in by]
    if adds:
        fresh = tuple(widened(one, before) for one in fresh)
    return (*kept, *fresh)


def widened(one: Filter, before: Iterable[Filter]) -> Filter:
    """Raises Unfit where there is nothing to widen."""
    alike = {Operator.EQUAL, Operator.IN}
    for each in before:
        same = (each.dimension, each.field) == (one.dimension, one.field)
        if same and {each.operator, one.operator} <= alike:
            values = tuple(dict.fromkeys((*each.values, *one.values)))
            return replace(one, operator=Operator.IN, values=values)
    raise Unfit(None, ("value",))


def narrowed(step: Step, draft: Draft, planner: Planner) -> Step:
    new = planner.filters(draft.conditions, step.event)
    return replace(step, filters=merged(step.filters, new, draft.adds))


def query_changed(query: MetricQuery, draft: Draft, planner: Planner) -> MetricQuery:
    if draft.event:
        raise Unfit(None, ("event",))
    new = replace(draft, metrics=draft.metrics or query.metrics)
    time_range = draft.time_range or (None if draft.all_time else query.time_range)
    if new.compare or new.trend:
        new.time_range = time_range
    told = planner.measured(new)
    assert isinstance(told, MetricQuery)
    grain = told.grain or query.grain
    result = replace(
        query,
        metrics=told.metrics,
        dimensions=dimensions_of(query, told, draft),
        filters=merged(query.filters, told.filters, draft.adds and bool(draft.conditions)),
        time_range=time_range,
        grain=grain,
        fill=bool(grain and time_range),
        compare=(query.compare or draft.compare) and time_range is not None,
    )
    return reranked(result, query, told)


def dimensions_of(query: MetricQuery, told: MetricQuery, draft: Draft) -> tuple[str, ...]:
    if not told.dimensions:
        return query.dimensions
    kept = query.dimensions if draft.adds else ()
    return tuple(dict.fromkeys((*kept, *told.dimensions)))


def reranked(result: MetricQuery, query: MetricQuery, told: MetricQuery) -> MetricQuery:
    """The new ranking; the old one of what is still there."""
    if told.top or told.order:
        return replace(result, top=told.top, order=told.order, limit=told.limit)
    top: Top | None = query.top
    if top and top.dimension not in result.dimensions:
        top = None
    if query.order and result.metrics != query.metrics:
        order = (Order(result.metrics[0], query.order[0].descending),)
        return replace(result, top=top, order=order)
    return replace(result, top=top)


def trend_changed(trend: Trend, draft: Draft, planner: Planner) -> Trend:
    if draft.aggregate:
        raise Unfit(None, ("aggregate",))
    if draft.best or (draft.top and not draft.top.descending):
        raise Unfit(None, ("most",))
    if len(draft.breakdown) > 1 or (draft.adds and trend.breakdown and draft.breakdown):
        raise Unfit(draft.breakdown[-1])
    step = trend.step
    if draft.event and draft.event != step.event:
        if step.filters or trend.measure.field:
            raise Unfit(None, ("event",))
        step = Step(draft.event)
    step = narrowed(step, draft, planner)
    breakdown = trend.breakdown
    if draft.breakdown:
        breakdown = planner.breakdown(draft.breakdown[0], step.event)
    grain = draft.grain or trend.grain
    if draft.trend and not grain:
        grain = planner.grain_of(draft, draft.time_range or trend.time_range)
    top = draft.top.count if draft.top else (trend.top if breakdown == trend.breakdown else None)
    return timed(replace(trend, step=step, breakdown=breakdown, grain=grain, top=top), draft)


def funnel_changed(funnel: Funnel, draft: Draft, planner: Planner) -> Funnel:
    if draft.grain or len(draft.breakdown) > 1:
        raise Unfit(None, ("grain", "by"))
    steps = tuple(narrowed(step, draft, planner) for step in funnel.steps)
    breakdown = funnel.breakdown
    if draft.breakdown:
        breakdown = planner.breakdown(draft.breakdown[0], steps[0].event)
    within = draft.within or funnel.within
    return timed(replace(funnel, steps=steps, breakdown=breakdown, within=within), draft)


def retention_changed(plan: Retention, draft: Draft, planner: Planner) -> Retention:
    first = narrowed(plan.first, draft, planner)
    again = narrowed(plan.again, draft, planner) if plan.again else None
    grain = retention_grain(draft.grain) if draft.grain else plan.grain
    return timed(replace(plan, first=first, again=again, grain=grain), draft)
