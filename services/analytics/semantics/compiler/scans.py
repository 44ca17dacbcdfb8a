"""Scans: each reads one relation once, for all metrics that are made of its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.analytics.catalogue.domain import Catalogue, Relation
from services.analytics.semantics.compiler import buckets
from services.analytics.semantics.compiler.errors import NotCompilable
from services.analytics.semantics.compiler.leaves import Leaf, time_of
from services.analytics.semantics.compiler.periods import Calendar, Period, Shift
from services.analytics.semantics.compiler.quoting import identifier, text
from services.analytics.semantics.compiler.rows import Rows
from services.analytics.semantics.domain import Definitions, Dimension, Filter, Grain


@dataclass(frozen=True)
class Around:
    """What all scans of a statement share. `shift` moves buckets of the period before.

    `begun` is the part of the period that is filled.
    """

    definitions: Definitions
    catalogue: Catalogue
    calendar: Calendar
    dimensions: tuple[Dimension, ...]
    filters: tuple[Filter, ...]
    period: Period | None
    grain: Grain | None
    time_alias: str
    begun: Period | None = None
    top: "TopValues | None" = None
    shift: Shift | None = None


@dataclass(frozen=True)
class TopValues:
    """The dimension whose values outside the relation `name` are one group, or are left out."""

    dimension: str
    name: str
    label: str | None


def grouped(leaves: Iterable[Leaf]) -> list[list[Leaf]]:
    """Leaves that one scan serves: of the same rows, by the same time. Formulas go by themselves:
    their filters cannot be put beside others'.
    """
    scans: dict[object, list[Leaf]] = {}
    for leaf in leaves:
        key = (leaf.source.schema, leaf.source.relation, leaf.source.time)
        scans.setdefault(leaf.alias if leaf.formula else key, []).append(leaf)
    return list(scans.values())


def scan(leaves: Sequence[Leaf], around: Around) -> str:
    """A SELECT of the dimensions, the bucket and a column a leaf."""
    [*_, first] = leaves
    if first.whole:
        return whole(first, around)
    assert first.relation
    return Scan(first.relation, leaves, around).sql()


def whole(leaf: Leaf, around: Around) -> str:
    if around.dimensions or around.filters or around.period or around.grain or leaf.filters:
        problem = (
            f"metric {leaf.metric.name!r} is a whole SELECT, which has no dimensions, filters or"
            " time: make its formula an expression such as count(*)"
        )
        raise NotCompilable("metrics", problem)
    return f"SELECT {leaf.call}::numeric AS {identifier(leaf.alias)}"


class Scan:
    def __init__(self, relation: Relation, leaves: Sequence[Leaf], around: Around) -> None:
        self._leaves = leaves
        self._around = around
        self._rows = Rows(relation, around.definitions, around.catalogue, around.calendar)

    def sql(self) -> str:
        around = self._around
        keys = [self._dimension(one) for one in around.dimensions]
        if around.grain:
            keys.append(f"{self._bucket(around.grain)} AS {identifier(around.time_alias)}")
        wanted = [self._wanted(leaf) for leaf in self._leaves]
        where = [*self._common(), *any_of(wanted)]
        alone = len(set(wanted)) == 1
        columns = [
            f"{aggregate(leaf, '' if alone else kept)} AS {identifier(leaf.alias)}"
            for leaf, kept in zip(self._leaves, (" AND ".join(w) for w in wanted), strict=True)
        ]
        # FROM is last, as dimensions and filters are what joins.
        parts = [f"SELECT {', '.join([*keys, *columns])}", f"FROM {self._from()}"]
        if where:
            parts.append(f"WHERE {' AND '.join(where)}")
        if keys:
            # The bucket, which is last, first: times sort faster than texts, and rows come by them.
            places = range(1, len(keys) + 1)
            ordered = [*places[-1:], *places[:-1]] if around.grain else places
            parts.append(f"GROUP BY {', '.join(map(str, ordered))}")
        elif self._leaves[0].formula:
            parts.append("HAVING true")  # a formula without an aggregate fails here, too
        return " ".join(parts)

    def _from(self) -> str:
        top = self._around.top
        if top is None:
            return self._rows.sql()
        key = self._rows.dimension(top.dimension)
        how = "LEFT JOIN" if top.label else "JOIN"
        return f"{self._rows.sql()} {how} {top.name} AS top ON top.value = {key.sql}"

    def _dimension(self, dimension: Dimension) -> str:
        value, top = self._rows.dimension(dimension.name), self._around.top
        sql = value.sql
        if top and top.label and top.dimension == dimension.name:
            sql = f"CASE WHEN top.value IS NULL THEN {text(top.label)} ELSE ({sql})::text END"
        return f"{sql} AS {identifier(dimension.name)}"

    def _bucket(self, grain: Grain) -> str:
        # All leaves of a scan have the same time.
        sql = buckets.bucket(time_of(self._leaves[0]), grain, self._around.calendar)
        shift = self._around.shift
        return buckets.moved(sql, shift) if shift else sql

    def _common(self) -> list[str]:
        period, conditions = self._around.period, []
        if period:
            when = time_of(self._leaves[0])
            conditions.append(buckets.within(when, period, self._around.calendar))
        kept = (self._rows.condition(one, "filters") for one in self._around.filters)
        return [*conditions, *kept]

    def _wanted(self, leaf: Leaf) -> tuple[str, ...]:
        """The conditions of one leaf alone; the first is on its event, where it has one."""
        event = leaf.source.event
        named = [f"t0.{identifier('event')} = {text(event)}"] if event else []
        where = f"metrics.{leaf.metric.name}.filters"
        return (*named, *(self._rows.condition(one, where) for one in leaf.filters))


def any_of(wanted: Sequence[tuple[str, ...]]) -> list[str]:
    """What rows of any leaf fulfil: groups of no leaf's rows are none.

    Where each wants an event, the index finds these by one list.
    """
    different = list(dict.fromkeys(wanted))
    if len(different) == 1:
        return list(different[0])
    if () in different:
        return []
    return ["(" + " OR ".join(f"({' AND '.join(one)})" for one in different) + ")"]


def aggregate(leaf: Leaf, kept: str) -> str:
    call = f"{leaf.call} FILTER (WHERE {kept})" if kept else leaf.call
    counts = leaf.call.startswith("count(")
    return f"coalesce({call}, 0)" if leaf.zero and not counts else call
