"""The chart of an answer, chosen by rule from what came."""

from dataclasses import dataclass

import msgspec

from services.analytics.charts.choosing import CannotDraw, ChartColumn, ChartType, Design, choose
from services.analytics.charts.drawing import spec_of
from services.analytics.charts.sources import metric_column
from services.analytics.chat.domain import Planned
from services.analytics.queries.domain import Result

# Of more rows no chart is made that anybody could read.
MOST_ROWS = 2_000


@dataclass(frozen=True)
class Drawn:
    """`spec` is Vega-Lite's, as JSON, with its data."""

    title: str
    spec: bytes


def drawn(planned: Planned, result: Result) -> Drawn | None:
    """None where a table tells it better. What was asked for and cannot be is chosen by rule."""
    if result.truncated or len(result.rows) > MOST_ROWS:
        return None
    rows = [msgspec.json.decode(row, type=list[object]) for row in result.rows]
    columns = columns_of(planned, result)
    title = planned.understood
    wanted = ChartType(planned.chart) if planned.chart else None
    try:
        chart = choose(columns, rows, Design(type=wanted, title=title), planned.time_zone)
    except CannotDraw:
        chart = choose(columns, rows, Design(title=title), planned.time_zone)
    return Drawn(chart.title, msgspec.json.encode(spec_of(chart))) if chart else None


def columns_of(planned: Planned, result: Result) -> list[ChartColumn]:
    """Types are the result's; what columns mean, those that compiled it know."""
    told = {column.name: column for column in planned.columns}
    return [
        metric_column(told[column.name], column.type)
        if column.name in told
        else ChartColumn(column.name, column.type)
        for column in result.columns
    ]
