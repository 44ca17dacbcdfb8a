"""A result as what sentences speak of: labels, moments, and columns that measure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from services.analytics.charts.choosing.columns import Role, number, table_of
from services.analytics.charts.choosing.moments import local
from services.analytics.chat.prose.domain import Column, Table
from services.analytics.chat.prose.numbers import CURRENCIES, SIGNS
from services.common.inflections import singulars

TOKEN = re.compile(r"[^\W_]+")
# Words of a column's name that say how it is computed, and not what it is of.
GENERIC = frozenset(
    {
        "count",
        "number",
        "num",
        "total",
        "sum",
        "avg",
        "average",
        "mean",
        "of",
        "the",
        "amount",
        "value",
        "median",
        "min",
        "max",
        "n",
        "no",
        "per",
        "previous",
        "prior",
        "by",
        "pct",
    }
)
PERCENT = frozenset({"%", "percent", "pct", "percentage"})
PARTS = frozenset({"share", "rate", "ratio", "conversion", "retention", "of", "fraction"})
PREVIOUS = frozenset({"previous", "prior", "prev"})
ORDINALS = ("step", "period", "day", "week", "month", "hour", "quarter", "year")
NOTHING = ("none", "unknown", "null", "missing", "unspecified", "unset")
# Shorter labels are words too: "IT" is not "it".
SHORT = 3
# A longer text is no name that a sentence has: thousands of them would take a gigabyte.
LONGEST_NAME = 200
Rows = frozenset[int]


def words_of(text: str) -> list[str]:
    """Words, each in the singular where it may be one."""
    return [singular(one.casefold()) for one in TOKEN.findall(text)]


def singular(word: str) -> str:
    found = singulars(word)
    return min(found, key=lambda one: (len(one), one)) if found else word


@dataclass(frozen=True)
class Measure:
    """A column of numbers. What may be parts of one may be told in percent, as what is in percent.

    `named_part`: its name or unit says that it is.
    """

    place: int
    words: tuple[str, ...]
    values: Sequence[float | None]
    part: bool
    named_part: bool
    percent: bool
    previous: bool
    average: bool
    currency: str
    whole: bool


@dataclass(frozen=True)
class Dimension:
    """A column that tells rows apart; `order` are its labels as they come, or by their time."""

    place: int
    words: tuple[str, ...]
    keys: Sequence[object]
    time: bool
    order: tuple[object, ...]
    rows: dict[object, Rows] = field(default_factory=dict)


@dataclass
class Node:
    """Of the tree of words by which names are found; `found` are what a path of words names."""

    next: dict[str, "Node"] = field(default_factory=dict)
    found: list[tuple[str, int, object]] = field(default_factory=list)


class Facts:
    def __init__(self, table: Table, zone: ZoneInfo) -> None:
        self.table = table
        shape = table_of(table.columns, table.rows)
        self.rows: Rows = frozenset(range(len(table.rows)))
        self.measures: list[Measure] = []
        self.dimensions: list[Dimension] = []
        self.moments: dict[int, list[datetime | None]] = {}
        self.names = Node()
        for place, role in enumerate(shape.roles):
            values = [row[place] for row in table.rows]
            column = table.columns[place]
            if role is Role.MEASURE:
                self._measure(place, column, values)
            elif role is Role.TIME or column.kind == "time":
                self._time(place, column, values, zone)
            elif role is not Role.OTHER:
                self._category(place, column, values, ordinal=role is Role.ORDINAL)

    def _measure(self, place: int, column: Column, values: list[object]) -> None:
        numbers = [None if (one := number(value)) is None else float(one) for value in values]
        known = [one for one in numbers if one is not None]
        named = [one.casefold() for one in TOKEN.findall(column.name)]
        unit = column.unit.casefold()
        whole = all(one.is_integer() for one in known)
        percent = bool(PERCENT.intersection((*named, unit))) and any(abs(one) > 1 for one in known)
        within = not whole and all(-1 <= one <= 1 for one in known)
        hinted = bool(PARTS.union(PERCENT).intersection((*named, unit)))
        part = not percent and (within or hinted)
        currency = next((CURRENCIES[one] for one in (unit, *named) if one in CURRENCIES), "")
        words = tuple(singular(one) for one in named if one not in GENERIC)
        measure = Measure(
            place, words, numbers, part, part and hinted, percent,
            column.kind == "previous" or bool(PREVIOUS.intersection(named)),
            bool({"avg", "average", "mean"}.intersection(named)),
            currency or SIGNS.get(unit, ""), whole,
        )  # fmt: skip
        self.measures.append(measure)
        self._name(words, ("measure", place, None))
        if words == ("size",):  # of a cohort: so many people
            self._name(("person",), ("measure", place, None))
        if unit and unit.isalpha() and unit not in CURRENCIES and unit not in PERCENT:
            self._name(words_of(unit), ("measure", place, None))

    def _time(self, place: int, column: Column, values: list[object], zone: ZoneInfo) -> None:
        moments = [
            None if (at := local(one, zone)) is None else datetime.fromisoformat(at)
            for one in values
        ]
        self.moments[place] = moments
        order = tuple(sorted({one for one in moments if one is not None}))
        self._dimension(place, column, moments, True, order)

    def _category(self, place: int, column: Column, values: list[object], *, ordinal: bool) -> None:
        order = tuple(dict.fromkeys(values))
        self._dimension(place, column, values, False, order)
        prefixes = {*words_of(column.name), *ORDINALS} if ordinal else ()
        for value in order:
            if isinstance(value, str) and len(value) > LONGEST_NAME:
                continue
            names = [*words_of(str(value))] if value is not None else []
            for prefix in prefixes:
                self._name((prefix, *names), ("label", place, value))
                if prefix in ORDINALS:  # "after 2 weeks"
                    self._name((*names, prefix), ("label", place, value))
            if value is None:
                for word in NOTHING:
                    self._name((word,), ("label", place, None))
            elif not ordinal and names:
                self._name(names, ("label", place, value))

    def _dimension(
        self, place: int, column: Column, keys: Sequence[object], time: bool,
        order: tuple[object, ...],
    ) -> None:  # fmt: skip
        words = tuple(words_of(column.name))
        rows: dict[object, set[int]] = {}
        for at, key in enumerate(keys):
            rows.setdefault(key, set()).add(at)
        kept = {key: frozenset(found) for key, found in rows.items()}
        self.dimensions.append(Dimension(place, words, keys, time, order, kept))
        self._name(words, ("dimension", place, None))

    def _name(self, words: Iterable[str], what: tuple[str, int, object]) -> None:
        node = self.names
        for word in words:
            node = node.next.setdefault(word, Node())
        if node is not self.names and what not in node.found[-1:]:
            node.found.append(what)

    def dimension(self, place: int) -> Dimension:
        return next(one for one in self.dimensions if one.place == place)

    @property
    def time(self) -> Dimension | None:
        return next((one for one in self.dimensions if one.time), None)


def case_fits(text: str, value: object) -> bool:
    """A short label has to stand there as it is written."""
    return len(str(value)) > SHORT or text == str(value)
