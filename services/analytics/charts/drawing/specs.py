"""Vega-Lite specifications of charts: https://vega.github.io/vega-lite/docs/

Data are inline under names of our own (x, y, series …), so that no column's name is read as a path
or an expression. Nothing is loaded from anywhere.
"""

from collections.abc import Callable

from services.analytics.charts.choosing import Chart, ChartType, Scale
from services.analytics.charts.drawing.figures import figures_spec
from services.analytics.charts.drawing.marks import area, bars, line, pie, scatter
from services.analytics.charts.drawing.theme import (
    AROUND,
    CONFIG,
    HEIGHT,
    PER_BAR,
    SCHEMA,
    SOFT,
    WIDTH,
    Spec,
)

NOTHING = "No rows"
LAYERS: dict[ChartType, Callable[[Chart], Spec]] = {
    ChartType.LINE: line,
    ChartType.AREA: area,
    ChartType.BAR: bars,
    ChartType.PIE: pie,
    ChartType.SCATTER: scatter,
    ChartType.FIGURE: figures_spec,
}


def spec_of(chart: Chart) -> Spec:
    return {
        "$schema": SCHEMA,
        "title": title_of(chart),
        "width": WIDTH,
        "height": height_of(chart),
        "autosize": {"type": "fit", "contains": "padding"},
        "config": CONFIG,
        "data": {"values": values_of(chart)},
        **LAYERS[chart.type](chart),
    }


def empty_spec(title: str) -> Spec:
    """Of a chart for which there is nothing yet."""
    mark = {"type": "text", "text": NOTHING, "color": SOFT, "fontSize": 14}
    return {
        "$schema": SCHEMA,
        "title": {"text": title},
        "width": WIDTH,
        "height": HEIGHT // 2,
        "autosize": {"type": "fit", "contains": "padding"},
        "config": CONFIG,
        "data": {"values": [{}]},
        "mark": mark,
    }


def title_of(chart: Chart) -> Spec:
    title: Spec = {"text": chart.title}
    if chart.notes:
        title["subtitle"] = list(chart.notes)
    return title


def values_of(chart: Chart) -> list[Spec]:
    rows: list[Spec] = [{"x": point.x, "y": point.y} for point in chart.points]
    if chart.series:
        ranks = {name: rank for rank, name in enumerate(chart.series)}
        for row, point in zip(rows, chart.points, strict=True):
            row |= {"series": point.series, "rank": ranks[point.series]}
    if chart.type is ChartType.PIE:
        total = sum(point.y or 0 for point in chart.points)
        for place, row in enumerate(rows):
            row |= {"share": (row["y"] or 0) / total, "place": place}
    if chart.x and chart.x.scale is Scale.TIME:
        for row in rows:
            row["x"] = f"{row['x']}Z"  # shown as it is: the axis is in UTC
    return rows


def height_of(chart: Chart) -> int:
    if chart.type is ChartType.FIGURE:
        return HEIGHT // 2
    if chart.horizontal and chart.x:
        beside = len(chart.series) if chart.series and not chart.stacked else 1
        per_bar = PER_BAR if beside == 1 else 8 + 13 * beside
        return max(HEIGHT // 2, AROUND + per_bar * len(chart.x.order))
    return HEIGHT
