"""A chart that was chosen: what is drawn, and in which order."""

from dataclasses import dataclass
from enum import StrEnum

from services.analytics.charts.choosing.design import ChartType


class Scale(StrEnum):
    TIME = "time"
    NUMBER = "number"
    CATEGORY = "category"


@dataclass(frozen=True)
class Axis:
    """`title` carries the unit. `order` is that of a category's values; shares are `percent`."""

    title: str
    scale: Scale
    order: tuple[str, ...] = ()
    percent: bool = False


@dataclass(frozen=True)
class Point:
    """A bar, a slice, a dot, or a place of a line; times are ISO 8601, local to the zone."""

    x: str | float
    y: float | None
    series: str = ""


@dataclass(frozen=True)
class Figure:
    """A single figure; `before` is what it was in the period before, where that is known."""

    label: str
    value: float
    unit: str = ""
    before: float | None = None


@dataclass(frozen=True)
class Chart:
    """`series` are in the order of their colours; those in `muted` stay in the background.

    `notes` say what is not shown, for whoever looks at the chart.
    """

    type: ChartType
    title: str
    x: Axis | None = None
    y: Axis | None = None
    points: tuple[Point, ...] = ()
    series: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()
    series_title: str = ""
    figures: tuple[Figure, ...] = ()
    stacked: bool = False
    horizontal: bool = False
    notes: tuple[str, ...] = ()
