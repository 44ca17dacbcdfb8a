"""What a result says, in one to three sentences, by rule."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from services.analytics.chat.charting import columns_of
from services.analytics.chat.domain import Planned
from services.analytics.chat.prose.checking import checked
from services.analytics.chat.prose.computing import grouped, known, total
from services.analytics.chat.prose.domain import Checked, Evidence, Table
from services.analytics.chat.prose.facts import Dimension, Facts, Measure
from services.analytics.chat.prose.subjects import (
    HIGHEST,
    LOWEST,
    bucket_said,
    grain_of,
    is_count,
    is_named,
    ranking_of,
    spoken,
    subject_of,
)
from services.analytics.queries.domain import Result
from services.analytics.semantics.compiler.query import OTHER
from services.analytics.semantics.domain import Grain
from services.common.inflections import plurals

FUNNEL = {"step", "event", "people", "of_first", "of_previous"}
RETENTION = {"cohort", "period", "size", "people", "share"}
PEOPLE = ("people", "person", "times", "last_at")
# More measures than these are read in the table.
MOST_MEASURES = 2
SHORTEST_MONTH, DAYS_OF_MONTH = timedelta(days=28), 30.4
# The longest that a period of a cohort may be.
DAYS_OF = {
    Grain.DAY: timedelta(days=1), Grain.WEEK: timedelta(days=7), Grain.MONTH: timedelta(days=31),
}  # fmt: skip


def prose_of(planned: Planned, result: Result, now: datetime) -> Checked:
    """Sentences on what a plan brought, those that hold; none where the rows say it better."""
    table = evident(planned, result)
    evidence = Evidence([table], told_of(planned), planned.time_zone, now)
    return checked(" ".join(Teller(planned, table, now).sentences()), evidence)


def evident(planned: Planned, result: Result) -> Table:
    """The result with decoded cells."""
    rows = [msgspec.json.decode(row, type=list[object]) for row in result.rows]
    columns = columns_of(planned, result)
    if tuple(one.name for one in columns) == PEOPLE:  # how many they are stands in each row
        return Table(columns[:1], [row[:1] for row in rows[:1]], row_count=1)
    return Table(columns, rows, result.truncated, len(rows))


def told_of(planned: Planned) -> list[str]:
    return [planned.understood, planned.period, planned.period_before, *planned.assumptions]


class Teller:
    """Tells a table by what its columns are."""

    def __init__(self, planned: Planned, table: Table, now: datetime) -> None:
        self._table = table
        self._planned = planned
        self._subject, self._ranking = subject_of(planned), ranking_of(planned)
        self._counts = is_count(planned)
        zone = ZoneInfo(planned.time_zone)
        self._facts = Facts(table, zone)
        self._now = now.astimezone(zone).replace(tzinfo=None)
        self._edges: tuple[datetime, datetime] | None = None
        if planned.during:
            edges = (planned.during.start, min(planned.during.end, now))
            start, end = (edge.astimezone(zone).replace(tzinfo=None) for edge in edges)
            self._edges = start, end
        self._when = f" for {planned.period}" if planned.period else ""

    def sentences(self) -> Iterator[str]:
        names = {column.name for column in self._table.columns}
        if not self._table.rows:
            yield f"There is nothing{self._when}: the result is empty."
        elif names == FUNNEL:
            yield from self._funnel()
        elif names == RETENTION:
            yield from self._retention()
        elif self._table.truncated:
            yield "The result was cut off, so that a total cannot be told from it."
        else:
            yield from self._plain()

    def _plain(self) -> Iterator[str]:
        """One row, or rows by one dimension."""
        now = [one for one in self._facts.measures if not one.previous]
        if len(self._facts.rows) == 1:
            for measure in now[:MOST_MEASURES]:
                yield from self._single(measure)
        elif len(self._facts.dimensions) == 1 and now:
            yield from self._along(self._facts.dimensions[0], now[0])

    def _name(self, measure: Measure) -> str:
        name = self._subject or spoken(self._table.columns[measure.place].name)
        return name if name not in ("", "?column?") else "value"

    def _value(self, measure: Measure, value: float) -> str:
        if measure.named_part or measure.percent:
            return percent(value if measure.named_part else value / 100)
        unit = self._table.columns[measure.place].unit
        return f"{told(value)} {unit}".strip()

    def _single(self, measure: Measure) -> Iterator[str]:
        value = measure.values[0]
        name = capital(self._name(measure))
        if labels := [self._label(one, one.keys[0]) for one in self._facts.dimensions]:
            name = f"{', '.join(labels)}: {self._name(measure)}"
        if value is None:
            yield f"{name}: there is nothing to tell{self._when}."
            return
        said = f"{name}{' ' if labels else ': '}{self._value(measure, value)}{self._when}"
        before = self._before(measure)
        yield f"{said}{compared(value, before, self._value(measure, before or 0))}."

    def _label(self, dimension: Dimension, key: object) -> str:
        if dimension.time and isinstance(key, datetime):
            return bucket_said(key, grain_of(self._planned, [key])).partition(" ")[2]
        return labelled(key)

    def _before(self, measure: Measure) -> float | None:
        old = (one for one in self._facts.measures if one.previous and one.words == measure.words)
        return next((one.values[0] for one in old), None)

    def _along(self, dimension: Dimension, measure: Measure) -> Iterator[str]:
        values = grouped(self._facts, measure, dimension, self._facts.rows)
        if len(values) < len(self._facts.rows) or len(values) < 2:
            return
        if dimension.time:
            yield from self._series(dimension, measure, values)
        else:
            yield from self._breakdown(dimension, measure, values)

    def _breakdown(
        self, dimension: Dimension, measure: Measure, values: dict[object, float]
    ) -> Iterator[str]:
        """The rest of a ranking is no group; where it is left out, there is no total."""
        whole = None if self._ranking else total(self._facts, measure, self._facts.rows)
        if not self._table.columns[measure.place].additive or min(values.values()) < 0:
            whole = None
        groups = {key: value for key, value in values.items() if key != OTHER}
        end = min if self._ranking == LOWEST else max
        first = end(groups, key=lambda key: groups[key])
        rank = "most" if self._counts else self._ranking or HIGHEST
        share = f", {percent(values[first] / whole)} of the total" if whole else ""
        said = f"{labelled(first)} has the {rank} {self._name(measure)}"
        yield f"{said}: {self._value(measure, values[first])}{share}{self._when}."
        if whole:
            column = self._table.columns[dimension.place].name
            across = f", across {told(len(values))} {plural(column)}"
            known = all(is_named(key) for key in values)
            yield f"In total it is {self._value(measure, whole)}{across if known else ''}."

    def _series(
        self, dimension: Dimension, measure: Measure, values: dict[object, float]
    ) -> Iterator[str]:
        order = self._whole([key for key in dimension.order if isinstance(key, datetime)])
        if len(order) < 2:
            return
        first, last = order[0], order[-1]
        grain = grain_of(self._planned, order)
        name = capital(self._name(measure))
        ends = " ".join(
            f"{word} {self._value(measure, values[key])} {bucket_said(key, grain)}"
            for word, key in (("from", first), ("to", last))
        )
        yield f"{name} went {ends}{grown(values[first], values[last])}."
        peak = max(order, key=lambda key: values[key])
        if peak not in (first, last):
            yield f"The peak was {self._value(measure, values[peak])} {bucket_said(peak, grain)}."

    def _whole(self, order: list[datetime]) -> list[datetime]:
        """Without the first and the last of which the period has only a part: days of a week, or
        hours of today, are no fall."""
        if self._edges is None or len(order) < 2:
            return order
        start, end = self._edges
        if following(order) > end:
            order = order[:-1]
        return order[order[0] < start :]

    def _funnel(self) -> Iterator[str]:
        column = {one.name: at for at, one in enumerate(self._table.columns)}
        steps = [(spoken(row[column["event"]]), row[column["people"]]) for row in self._table.rows]
        (first, entered), (last, stayed) = steps[0], steps[-1]
        if not entered:
            yield f"Nobody did {first}{self._when}."
            return
        yield (
            f"Of the {told(entered)} people with {first}, {told(stayed)} got to {last}"
            f" ({percent(stayed / entered)}){self._when}."
        )
        drops = [(1 - b / a, one, other) for (one, a), (other, b) in pairwise(steps) if a]
        if len(drops) > 1 and max(drops)[0] > 0:
            lost, one, other = max(drops)
            yield f"The steepest drop is from {one} to {other}: {percent(lost)} are lost there."

    def _retention(self) -> Iterator[str]:
        facts = self._facts
        share = next(one for one in facts.measures if one.part)
        column = {one.name: at for at, one in enumerate(self._table.columns)}
        rows = self._table.rows
        cohort = rows[0][column["cohort"]]
        own = [at for at, row in enumerate(rows) if row[column["cohort"]] == cohort]
        later = [
            at for at in own if rows[at][column["period"]] != 0 and known(share, frozenset([at]))
        ]
        start = facts.moments[column["cohort"]][own[0]]
        later = [at for at in later if self._is_over(start, rows[at][column["period"]])]
        if not later or start is None:
            return
        unit = getattr(self._planned.plan, "grain", "period")
        parts = " and ".join(
            f"{percent(share.values[at] or 0.0)} after {counted(rows[at][column['period']], unit)}"
            for at in dict.fromkeys((later[0], later[-1]))
        )
        yield f"Of the cohort of {start:%-d %B %Y}, {parts} came back."

    def _is_over(self, start: datetime | None, period: object) -> bool:
        """Whether a period of a cohort that began then has ended by now."""
        grain = getattr(self._planned.plan, "grain", None)
        if grain not in DAYS_OF or start is None or not isinstance(period, int):
            return True
        return start + DAYS_OF[grain] * (period + 1) <= self._now


def following(order: Sequence[datetime]) -> datetime:
    """When what comes after the last one begins; months are as long as they are."""
    last, step = order[-1], order[-1] - order[-2]
    if step < SHORTEST_MONTH or any(one.day != 1 for one in order):
        return last + step
    months = last.year * 12 + last.month - 1 + round(step.days / DAYS_OF_MONTH)
    return last.replace(year=months // 12, month=months % 12 + 1)


def told(value: object) -> str:
    """With thousands apart, and so many decimals as say something."""
    if not isinstance(value, int | float):
        return str(value)
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.4f}"


def percent(part: float) -> str:
    return f"{part * 100:,.1f} %".replace(".0 %", " %")


def capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def plural(name: str) -> str:
    words = name.replace("_", " ").split() or ["group"]
    return " ".join([*words[:-1], min(plurals(words[-1]) or {words[-1]})])


def labelled(key: object) -> str:
    return "Unknown" if key is None else str(key)


def counted(count: object, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"


def grown(base: float, other: float) -> str:
    if base <= 0 or base == other:
        return ", unchanged" if base == other else ""
    return f", {'up' if other > base else 'down'} {percent(abs(other - base) / base)}"


def compared(value: float, before: float | None, said: str) -> str:
    return "" if before is None else f", against {said} before{grown(before, value)}"
