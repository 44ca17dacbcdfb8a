"""Plans as the bodies of requests that ask for the same. No I/O, no protobuf."""

import re
from collections.abc import Iterable
from typing import Any

from services.analytics.chat.domain import Planned
from services.analytics.insights.domain import (
    Breakdown,
    DidNotDo,
    Funnel,
    Retention,
    Step,
    Trend,
)
from services.analytics.semantics.compiler import Absolute, Anchor, MetricQuery, TimeRange
from services.analytics.semantics.compiler.query import MOST_ROWS
from services.analytics.semantics.domain import Field, Filter

Body = dict[str, Any]
# What a file may not be called by.
UNNAMED = re.compile(r"[^A-Za-z0-9 ._-]+")
LONGEST_NAME = 80


def chart_source(planned: Planned, connection_id: str) -> Body:
    """The plan, which goes on with the time; the statement where there is none."""
    match planned.plan:
        case MetricQuery():
            return {"metric_query": query_body(planned.plan, connection_id)}
        case Trend():
            return {"trend": trend_body(planned.plan)}
        case Funnel():
            return {"funnel": funnel_body(planned.plan)}
        case Retention():
            return {"retention": retention_body(planned.plan)}
        case _:
            return {"sql": planned.sql, "connection_id": connection_id}


def query_body(query: MetricQuery, connection_id: str) -> Body:
    top = query.top
    told = {
        "metrics": query.metrics,
        "dimensions": query.dimensions,
        "filters": filters_body(query.filters),
        "time_range": query.time_range and range_body(query.time_range),
        "grain": query.grain,
        "order": [{"by": one.by, "descending": one.descending} for one in query.order],
        "limit": min(query.limit, MOST_ROWS),
        "fill": query.fill,
        "compare": query.compare,
        "top": top
        and {"dimension": top.dimension, "count": top.count, "drop_other": not top.other},
    }
    return given(told) | {"connection_id": connection_id}


def trend_body(trend: Trend) -> Body:
    measure = trend.measure
    told = {
        "step": step_body(trend.step),
        "time_range": range_body(trend.time_range),
        "measure": given(
            {"quantity": measure.quantity, "field": measure.field and field_body(measure.field)}
        ),
        "grain": trend.grain,
        "breakdown": trend.breakdown and breakdown_body(trend.breakdown),
        "top": trend.top,
    }
    return given(told)


def funnel_body(funnel: Funnel) -> Body:
    told = {
        "steps": [step_body(step) for step in funnel.steps],
        "within_seconds": int(funnel.within.total_seconds()),
        "time_range": range_body(funnel.time_range),
        "breakdown": funnel.breakdown and breakdown_body(funnel.breakdown),
    }
    return given(told)


def retention_body(plan: Retention) -> Body:
    told = {
        "first": step_body(plan.first),
        "again": plan.again and step_body(plan.again),
        "grain": plan.grain,
        "periods": plan.periods,
        "time_range": range_body(plan.time_range),
    }
    return given(told)


def did_not_do_body(plan: DidNotDo) -> Body:
    return {
        "did": step_body(plan.did),
        "did_not": step_body(plan.did_not),
        "time_range": range_body(plan.time_range),
    }


def step_body(step: Step) -> Body:
    return given({"event": step.event, "filters": filters_body(step.filters)})


def breakdown_body(told: Breakdown) -> Body:
    return given({"dimension": told.dimension, "field": told.field and field_body(told.field)})


def filters_body(filters: Iterable[Filter]) -> list[Body]:
    return [
        given(
            {
                "dimension": one.dimension,
                "field": one.field and field_body(one.field),
                "operator": one.operator,
                "values": one.values,
            }
        )
        for one in filters
    ]


def field_body(field: Field) -> Body:
    return given({"column": field.column, "path": field.path, "cast": field.cast})


def range_body(asked: TimeRange) -> Body:
    if isinstance(asked, Absolute):
        return {"start": asked.start.isoformat(), "end": asked.end.isoformat()}
    unit = asked.unit.value.replace("_", " ")
    if asked.count == 1 and asked.anchor is not Anchor.LAST:
        return {"period": f"{asked.anchor} {unit}"}
    return {"period": f"{asked.anchor} {asked.count} {unit}s"}


def given(told: Body) -> Body:
    """Without what is not said."""
    return {name: value for name, value in told.items() if value not in (None, "", (), [], {})}


def named(text: str) -> str:
    """A file's name of a question."""
    return " ".join(UNNAMED.sub(" ", text).split())[:LONGEST_NAME] or "answer"
