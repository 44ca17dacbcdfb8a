"""What the columns of a result are to a chart, by their types, kinds, names and values."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

NUMBERS = {"smallint", "integer", "bigint", "numeric", "real", "double precision"}
TIMES = {"date", "timestamp with time zone", "timestamp without time zone"}
METRIC, PREVIOUS, TIME, DIMENSION = "metric", "previous", "time", "dimension"
# When a group of people came tells groups apart: what they do later is told by another column.
COHORT = "cohort"
ISO_TIME = re.compile(
    r"\d{4}-[01]\d(-[0-3]\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?)?"
)
CALENDAR = {"hour", "day", "dow", "weekday", "week", "month", "quarter", "year", "step", "period"}
# A column with such a word measures, as in "orders_per_day".
AGGREGATED = {"per", "avg", "average", "mean", "median", "sum", "total", "count", "min", "max"}
SHARES = {"share", "percent", "percentage", "pct"}
# Vega looks names up in JavaScript's objects, each of which has these: a space of no width before
# them makes them others that look the same.
UNSEEN = "\u200b"
OF_EVERY_OBJECT = {
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
}
NONE, EMPTY = "(none)", "(empty)"
FEWEST_STEPS = 3
EXACT = 2**53


class Role(StrEnum):
    """An ordinal has an order of its own, as the hours of a day do."""

    TIME = "time"
    MEASURE = "measure"
    CATEGORY = "category"
    ORDINAL = "ordinal"
    OTHER = "other"


@dataclass(frozen=True)
class ChartColumn:
    """A column of a result. `type` is PostgreSQL's spelling, or empty where it is not known.

    `kind` is "metric", "previous", "time" or "dimension" where the query says so; rows of an
    `additive` one may be summed over all other columns.
    """

    name: str
    type: str = ""
    kind: str = ""
    unit: str = ""
    additive: bool = False

    @property
    def label(self) -> str:
        words = " ".join(self.name.replace("_", " ").split())
        if self.kind == PREVIOUS:
            words = words.removesuffix(" previous") + ", period before"
        if words in ("", "?column?"):
            return "Value"
        return words[0].upper() + words[1:]

    @property
    def titled(self) -> str:
        return f"{self.label} ({self.unit})" if self.unit else self.label


@dataclass(frozen=True)
class Table:
    """A result with what each column is to a chart.

    Each type of chart asks for the same labels and numbers: they are made once a column.
    """

    columns: tuple[ChartColumn, ...]
    rows: tuple[Sequence[object], ...]
    roles: tuple[Role, ...]
    _labels: dict[int, list[str]] = field(default_factory=dict, compare=False, repr=False)
    _distinct: dict[int, int] = field(default_factory=dict, compare=False, repr=False)
    _numbers: dict[int, list[float]] = field(default_factory=dict, compare=False, repr=False)

    def of_role(self, *roles: Role) -> list[int]:
        return [place for place, role in enumerate(self.roles) if role in roles]

    def values(self, place: int) -> list[object]:
        return [row[place] for row in self.rows]

    def numbers(self, place: int) -> list[float]:
        """The numbers that a column has, without those that it lacks."""
        if place not in self._numbers:
            found = map(number, self.values(place))
            self._numbers[place] = [value for value in found if value is not None]
        return self._numbers[place]

    def labels(self, place: int) -> list[str]:
        if place not in self._labels:
            self._labels[place] = [label(value) for value in self.values(place)]
        return self._labels[place]

    def is_share(self, place: int) -> bool:
        """Whether a column is named as parts of one, and has them."""
        named = SHARES.intersection(self.columns[place].name.lower().split("_"))
        return bool(named) and all(0 <= value <= 1 for value in self.numbers(place))

    def distinct(self, place: int) -> int:
        """How many labels a column has that differ."""
        if place not in self._distinct:
            self._distinct[place] = len(set(self.labels(place)))
        return self._distinct[place]


def table_of(columns: Sequence[ChartColumn], rows: Iterable[Sequence[object]]) -> Table:
    kept = tuple(rows)
    roles = [
        role_of(column, [row[place] for row in kept if row[place] is not None])
        for place, column in enumerate(columns)
    ]
    table = Table(tuple(columns), kept, tuple(roles))
    if counts_up(table):
        table = Table(table.columns, kept, (Role.ORDINAL, *roles[1:]))
    return table


def role_of(column: ChartColumn, values: Sequence[object]) -> Role:
    if column.kind in (METRIC, PREVIOUS):
        return Role.MEASURE
    if any(isinstance(value, list | dict) for value in values):
        return Role.OTHER
    if column.name.lower() == COHORT:
        return Role.CATEGORY
    if column.kind == TIME or column.type in TIMES or all_times(values):
        return Role.TIME
    if not is_numeric(column, values):
        return Role.CATEGORY
    if column.kind == DIMENSION or in_calendar(column.name):
        return Role.ORDINAL
    return Role.CATEGORY if column.name.lower().rpartition("_")[2] == "id" else Role.MEASURE


def is_numeric(column: ChartColumn, values: Sequence[object]) -> bool:
    if column.type:
        return column.type in NUMBERS
    return bool(values) and all(number(value) is not None for value in values)


def all_times(values: Sequence[object]) -> bool:
    return bool(values) and all(isinstance(v, str) and ISO_TIME.fullmatch(v) for v in values)


def in_calendar(name: str) -> bool:
    words = re.split(r"[_\s]+", name.lower())
    if AGGREGATED.intersection(words):
        return False
    return words[-1] in CALENDAR or (words[0] in CALENDAR and "of" in words)


def counts_up(table: Table) -> bool:
    """Whether the first column of numbers only tells rows apart, as in a distribution."""
    if table.of_role(Role.TIME, Role.CATEGORY, Role.ORDINAL):
        return False
    if len(table.of_role(Role.MEASURE)) < 2 or table.roles[0] is not Role.MEASURE:
        return False
    if table.columns[0].kind:
        return False
    values = table.values(0)
    if len(values) < FEWEST_STEPS or not all(type(value) is int for value in values):
        return False
    steps = [int(str(value)) for value in values]
    rising = all(before < after for before, after in pairwise(steps))
    return rising and steps[-1] - steps[0] <= 2 * len(steps)


def number(value: object) -> float | None:
    """A finite number; None for all else, also for NaN, which travels as text.

    Whole numbers beyond those that doubles hold exactly are doubles, as in all that draws them.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    if not math.isfinite(found):
        return None
    return value if abs(found) < EXACT else found


def label(value: object) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value) or EMPTY
    return f"{UNSEEN}{text}" if text in OF_EVERY_OBJECT else text
