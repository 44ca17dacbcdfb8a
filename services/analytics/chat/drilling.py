"""What is behind a figure: one of its rows by the next dimension, and who did not go on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec

from services.analytics.chat.domain import (
    DRILL_DID_NOT_DO,
    DRILL_METRICS,
    DRILL_TREND,
    Offer,
    Planned,
    Question,
)
from services.analytics.chat.requests import did_not_do_body, query_body, trend_body
from services.analytics.insights.domain import Breakdown, DidNotDo, Funnel, Plan, Retention, Trend
from services.analytics.queries.running import Answer
from services.analytics.semantics.compiler import Absolute, MetricQuery, NotCompilable, Relative
from services.analytics.semantics.compiler.periods import plus
from services.analytics.semantics.compiler.query import OTHER, TIME
from services.analytics.semantics.domain import Field, Filter, Grain, Operator
from services.analytics.understanding import Knowledge, KnownProperty

# So many rows are offered to be looked into, and so many dimensions of a figure.
MOST_ROWS = MOST_WAYS = 3
# So many dimensions are tried: each is compiled once.
MOST_TRIED = 12
# What stands for a value of a dimension while it is tried.
SOME_TEXT = "x"
TOP = 10
LONGEST_LABEL = 60
Measured = MetricQuery | Trend


def next_by(
    plan: MetricQuery | Plan, knowledge: Knowledge, compiles: Callable[[Measured], object]
) -> list[Breakdown]:
    """By what the rows of a plan may be told apart further; each was tried by `compiles`, which
    raises NotCompilable.
    """
    if not isinstance(plan, MetricQuery | Trend):
        return []
    found: list[Breakdown] = []
    for each in list(further(plan, knowledge))[:MOST_TRIED]:
        if len(found) == MOST_WAYS:
            break
        try:
            compiles(divided(plan, each, filters_for(plan, [SOME_TEXT] * len(by_of(plan)))))
        except NotCompilable:
            continue
        found.append(each)
    return found


def further(plan: Measured, knowledge: Knowledge) -> Iterator[Breakdown]:
    """What divides people and events, and is not the plan's own; known values first."""
    filters = plan.filters if isinstance(plan, MetricQuery) else plan.step.filters
    narrowed = {one.dimension or one.field for one in filters if one.operator is Operator.EQUAL}
    own = {one.dimension or one.field for one in by_of(plan)} | narrowed
    if isinstance(plan, MetricQuery):
        known = [one for one in knowledge.dimensions if not (one.numeric or one.entity)]
        for one in sorted(known, key=lambda each: not each.values):
            if one.name not in own:
                yield Breakdown(one.name)
        return
    event = knowledge.event(plan.step.event)
    for each in event.properties if event else ():
        if not each.numeric and each.values and not is_own(each, own):
            yield Breakdown(field=each.field)


def is_own(one: KnownProperty, own: set[str | Field | None]) -> bool:
    return one.field in own or one.name in own


def by_of(plan: Measured) -> list[Breakdown]:
    if isinstance(plan, Trend):
        return [plan.breakdown] if plan.breakdown else []
    return [Breakdown(name) for name in plan.dimensions]


def filters_for(plan: Measured, cells: Sequence[str]) -> tuple[Filter, ...]:
    """The row of a breakdown that has these values."""
    return tuple(
        Filter(Operator.EQUAL, (cell,), dimension=by.dimension, field=by.field)
        for by, cell in zip(by_of(plan), cells, strict=True)
    )


def divided(plan: Measured, by: Breakdown, more: tuple[Filter, ...]) -> Measured:
    """What of the plan has these values, as one figure for each value of `by`."""
    if isinstance(plan, Trend):
        step = replace(plan.step, filters=(*plan.step.filters, *more))
        return replace(plan, step=step, grain=None, breakdown=by, top=TOP)
    return MetricQuery(
        metrics=plan.metrics,
        dimensions=(by.dimension,),
        filters=(*plan.filters, *more),
        time_range=plan.time_range,
    )


def drill_downs(question: Question, planned: Planned, answer: Answer) -> list[Offer]:
    plan = planned.plan
    if isinstance(plan, Funnel):
        steps = list(pairwise(plan.steps))[:MOST_ROWS]
        lost = [DidNotDo(one, other, plan.time_range) for one, other in steps]
        return [people(each) for each in lost]
    if isinstance(plan, Retention) and plan.again and plan.first.event != plan.again.event:
        return [people(DidNotDo(plan.first, plan.again, plan.time_range))]
    if not isinstance(plan, MetricQuery | Trend) or not planned.next_by:
        return []
    if by_of(plan):
        return list(rows_divided(question, planned, plan, answer))
    label, part = best_bucket(plan, answer)
    return [
        offer(question, f"{label} by {said(by)}".strip().capitalize(), divided(part, by, ()))
        for by in planned.next_by
    ]


def people(plan: DidNotDo) -> Offer:
    label = f"Who did {plan.did.event} and not {plan.did_not.event}"
    return Offer(DRILL_DID_NOT_DO, label[:LONGEST_LABEL], did_not_do_body(plan))


def rows_divided(
    question: Question, planned: Planned, plan: Measured, answer: Answer
) -> Iterator[Offer]:
    """The first rows whose values are texts: "(other)" and what is not known are no values."""
    by, seen = planned.next_by[0], set()
    names = [column.name for column in answer.result.columns]
    places = [at for at, kind in enumerate(kinds_of(planned, names)) if kind == "dimension"]
    for row in answer.result.rows:
        cells = [msgspec.json.decode(row)[at] for at in places]
        key = tuple(cells)
        if not all(isinstance(cell, str) and cell != OTHER for cell in cells) or key in seen:
            continue
        seen.add(key)
        label = f"{', '.join(cells)[:LONGEST_LABEL]} by {said(by)}"
        yield offer(question, label, divided(plan, by, filters_for(plan, cells)))
        if len(seen) == MOST_ROWS:
            return


def kinds_of(planned: Planned, names: Sequence[str]) -> list[str]:
    told = {column.name: column.kind for column in planned.columns}
    return [told.get(name, "") for name in names]


def best_bucket(plan: Measured, answer: Answer) -> tuple[str, Measured]:
    """Of a series the bucket with most of it, and what it is called; else the plan as it is."""
    names = [column.name for column in answer.result.columns]
    if plan.grain is None or names[:1] != [TIME] or not whole_buckets(plan):
        return "", plan
    rows: list[list[Any]] = [msgspec.json.decode(row) for row in answer.result.rows]
    told = [row for row in rows if isinstance(row[1], int | float)]
    if not told:
        return "", plan
    start = datetime.fromisoformat(max(told, key=lambda row: row[1])[0])
    label = f"{start:%Y-%m-%d}" if plan.grain is Grain.DAY else f"{plan.grain} of {start:%Y-%m-%d}"
    asked = Absolute(start, plus(start, plan.grain, 1))
    return label.replace("_", " "), replace(plan, time_range=asked)


def whole_buckets(plan: Measured) -> bool:
    """Whether none begins before the time range does."""
    asked = plan.time_range
    if asked is None or plan.grain is Grain.DAY:
        return True
    return isinstance(asked, Relative) and asked.unit is plan.grain


def offer(question: Question, label: str, plan: Measured) -> Offer:
    if isinstance(plan, Trend):
        return Offer(DRILL_TREND, label, trend_body(plan))
    return Offer(DRILL_METRICS, label, query_body(plan, question.connection_id))


def said(by: Breakdown) -> str:
    name = by.dimension or (by.field.path[-1] if by.field and by.field.path else "value")
    return name.replace("_", " ")
