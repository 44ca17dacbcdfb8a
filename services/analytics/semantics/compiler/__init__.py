"""Metrics, dimensions, filters and time in; SQL out. Pure: no I/O, the time is passed in."""

from services.analytics.semantics.compiler.errors import NotCompilable
from services.analytics.semantics.compiler.periods import (
    Absolute,
    Anchor,
    Calendar,
    Period,
    Relative,
    TimeRange,
)
from services.analytics.semantics.compiler.query import (
    Compiled,
    MetricQuery,
    Order,
    OutputColumn,
    Top,
)
from services.analytics.semantics.compiler.statement import compile_query

__all__ = [
    "Absolute",
    "Anchor",
    "Calendar",
    "Compiled",
    "MetricQuery",
    "NotCompilable",
    "Order",
    "OutputColumn",
    "Period",
    "Relative",
    "TimeRange",
    "Top",
    "compile_query",
]
