"""A chart for a result, chosen by rule from its columns and rows. Pure and deterministic."""

from services.analytics.charts.choosing.chart import Axis, Chart, Figure, Point, Scale
from services.analytics.charts.choosing.choose import choose
from services.analytics.charts.choosing.columns import ChartColumn
from services.analytics.charts.choosing.design import CannotDraw, ChartType, Design, Sort

__all__ = [
    "Axis",
    "CannotDraw",
    "Chart",
    "ChartColumn",
    "ChartType",
    "Design",
    "Figure",
    "Point",
    "Scale",
    "Sort",
    "choose",
]
