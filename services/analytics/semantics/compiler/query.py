"""What a metric query asks, and what compiling it gives."""

from dataclasses import dataclass, field

from services.analytics.semantics.compiler.periods import Calendar, Period, TimeRange
from services.analytics.semantics.domain import Filter, Grain

MOST_ROWS = 10_000
TIME = "time"
PREVIOUS = "_previous"
OTHER = "(other)"


@dataclass(frozen=True)
class Order:
    by: str
    descending: bool = False


@dataclass(frozen=True)
class Top:
    """The values of a dimension for which the first metric is largest; the rest is one group,
    "(other)", or is left out.
    """

    dimension: str
    count: int
    other: bool = True


@dataclass(frozen=True)
class MetricQuery:
    """Metrics by dimensions and buckets of time.

    `fill` gives buckets without rows up to now, `compare` each metric in the period before beside
    it. `limit` is how many rows the statement gives. Where it is but a bound, it is one more than
    are shown: who runs the statement has to see that there are more.
    """

    metrics: tuple[str, ...]
    dimensions: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    time_range: TimeRange | None = None
    grain: Grain | None = None
    order: tuple[Order, ...] = ()
    limit: int = MOST_ROWS + 1
    fill: bool = False
    compare: bool = False
    top: Top | None = None


@dataclass(frozen=True)
class OutputColumn:
    """A column of the result. `kind` is "dimension", "time", "metric" or "previous".

    Rows may be summed over time, or over dimensions, only where it says so.
    """

    name: str
    kind: str
    unit: str = ""
    additive_over_time: bool = False
    additive_over_dimensions: bool = False


@dataclass(frozen=True)
class Compiled:
    """`metrics` and `dimensions` are the definitions used, also indirectly, with their versions."""

    sql: str
    columns: tuple[OutputColumn, ...]
    calendar: Calendar
    period: Period | None = None
    compared_with: Period | None = None
    metrics: dict[str, int] = field(default_factory=dict)
    dimensions: dict[str, int] = field(default_factory=dict)
