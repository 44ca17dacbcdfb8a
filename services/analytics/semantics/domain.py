"""What an organization measures and by what it looks at it, as the compiler takes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Scalar = str | int | float | bool


class Aggregate(StrEnum):
    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    MEDIAN = "median"
    PERCENTILE = "percentile"


class Cast(StrEnum):
    """What a column or property is read as; one that does not fit is NULL, and fails nothing."""

    TEXT = "text"
    NUMERIC = "numeric"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    DATE = "date"


class Operator(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    IN = "in"
    NOT_IN = "not in"
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS_WITH = "starts with"
    IS_NULL = "is null"
    IS_NOT_NULL = "is not null"


class Grain(StrEnum):
    """How long a bucket of time is; from short to long."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    FISCAL_QUARTER = "fiscal_quarter"
    YEAR = "year"
    FISCAL_YEAR = "fiscal_year"


@dataclass(frozen=True)
class Field:
    """A column, or with a `path` what lies in a JSON column under these keys."""

    column: str
    path: tuple[str, ...] = ()
    cast: Cast | None = None


@dataclass(frozen=True)
class Filter:
    """Rows that count: by a dimension, or by a field of the metric's own relation."""

    operator: Operator
    values: tuple[Scalar, ...] = ()
    dimension: str = ""
    field: Field | None = None


@dataclass(frozen=True)
class Source:
    """Whose rows are measured; `time` is the column that says when, where there is one.

    `event` keeps the events of one name, of the built-in store.
    """

    schema: str
    relation: str
    time: str = ""
    event: str = ""


# The product's events: the view that user SQL sees.
EVENTS = Source("store", "events", "timestamp")


@dataclass(frozen=True)
class Simple:
    """An aggregate; `field` may be absent where rows are counted. `percentile` is in (0, 1)."""

    aggregate: Aggregate
    source: Source
    field: Field | None = None
    percentile: float | None = None


@dataclass(frozen=True)
class Ratio:
    """One metric by another one; NULL where that is zero."""

    numerator: str
    denominator: str


@dataclass(frozen=True)
class Derived:
    """Arithmetic over other metrics by their names."""

    expression: str


@dataclass(frozen=True)
class Sql:
    """An SQL expression that aggregates a source's rows to a number."""

    formula: str
    source: Source


Definition = Simple | Ratio | Derived | Sql


@dataclass(frozen=True)
class Metric:
    """`grain` is the shortest that makes sense; `dimensions` are those allowed, all if empty."""

    name: str
    definition: Definition
    filters: tuple[Filter, ...] = ()
    grain: Grain | None = None
    dimensions: tuple[str, ...] = ()
    unit: str = ""
    version: int = 1


@dataclass(frozen=True)
class Dimension:
    """What results are grouped by. `via` names a foreign key's column for each join on the way to
    its relation, where more than one way leads there.
    """

    name: str
    schema: str
    relation: str
    field: Field
    via: tuple[str, ...] = ()
    version: int = 1


@dataclass(frozen=True)
class Definitions:
    """An organization's definitions for one connection, by name."""

    metrics: Mapping[str, Metric] = field(default_factory=dict)
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
