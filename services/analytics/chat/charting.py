"""The chart of an answer, chosen by rule from what came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from services.analytics.charts.choosing import CannotDraw, ChartColumn, ChartType, Design, choose
from services.analytics.charts.drawing import spec_of
from services.analytics.charts.sources import metric_column
from services.analytics.chat.domain import Planned
from services.analytics.queries.domain import Result

# Of more rows no chart is made that anybody could read.
MOST_ROWS = 2_000
LONGEST_TITLE = 200
METRIC_COLUMN = "metric"
# What a chart may be instead.
ALIKE = (ChartType.BAR, ChartType.LINE, ChartType.AREA, ChartType.PIE)


@dataclass(frozen=True)
class Drawn:
    """`spec` is Vega-Lite's, as JSON, with its data."""

    title: str
    spec: bytes
    # What a chart that is kept has of it, and the other types that fit.
    design: Mapping[str, Any] = field(default_factory=dict)
    others: Sequence[str] = ()


def drawn(planned: Planned, result: Result) -> Drawn | None:
    """None where a table tells it better. What was asked for and cannot be is chosen by rule."""
    if result.truncated or len(result.rows) > MOST_ROWS:
        return None
    rows = [msgspec.json.decode(row, type=list[object]) for row in result.rows]
    columns = columns_of(planned, result)
    title = (planned.title or planned.understood)[:LONGEST_TITLE]
    design = design_of(planned.chart, title)
    try:
        chart = choose(columns, rows, Design(**design), planned.time_zone)
    except CannotDraw:
        design = {"title": title}
        chart = choose(columns, rows, Design(title=title), planned.time_zone)
    if chart is None:
        return None
    others = [
        kind.value
        for kind in ALIKE
        if kind is not chart.type and fits(kind, columns, rows, planned.time_zone)
    ]
    return Drawn(chart.title, msgspec.json.encode(spec_of(chart)), design, others)


def design_of(chart: str, title: str) -> dict[str, Any]:
    """Of "stacked bar", as the body of a chart has it."""
    *looks, kind = chart.split() or [""]
    told = {"title": title, "type": ChartType(kind)} if kind else {"title": title}
    return told | dict.fromkeys(looks, True)


def fits(
    kind: ChartType, columns: Sequence[ChartColumn], rows: Sequence[Sequence[object]], zone: str
) -> bool:
    measures = [column for column in columns if column.kind == METRIC_COLUMN]
    if kind is ChartType.PIE and not (measures and all(one.additive for one in measures)):
        return False
    try:
        return choose(columns, rows, Design(type=kind), zone) is not None
    except CannotDraw:
        return False


def columns_of(planned: Planned, result: Result) -> list[ChartColumn]:
    """Types are the result's; what columns mean, those that compiled it know."""
    told = {column.name: column for column in planned.columns}
    return [
        metric_column(told[column.name], column.type)
        if column.name in told
        else ChartColumn(column.name, column.type)
        for column in result.columns
    ]
