"""A metric query's SQL: scans, put together, computed with, ordered and cut."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from services.analytics.catalogue.domain import Catalogue
from services.analytics.semantics.compiler import periods
from services.analytics.semantics.compiler.errors import NotCompilable
from services.analytics.semantics.compiler.leaves import Leaf, Leaves, Output
from services.analytics.semantics.compiler.merging import Part, merged
from services.analytics.semantics.compiler.periods import Calendar, Period
from services.analytics.semantics.compiler.query import (
    MOST_ROWS,
    OTHER,
    PREVIOUS,
    TIME,
    Compiled,
    MetricQuery,
    Order,
    OutputColumn,
)
from services.analytics.semantics.compiler.quoting import identifier
from services.analytics.semantics.compiler.scans import Around, TopValues, grouped, scan
from services.analytics.semantics.domain import (
    Definitions,
    Dimension,
    Filter,
    Grain,
    Metric,
    Operator,
)

GRAINS = list(Grain)


def compile_query(
    query: MetricQuery,
    definitions: Definitions,
    catalogue: Catalogue,
    calendar: Calendar,
    now: datetime,
) -> Compiled:
    """Raises NotCompilable, with what is to be changed. The SQL still has to pass the firewall."""
    check(query)
    period = periods.resolved(query.time_range, calendar, now) if query.time_range else None
    earlier = None
    if query.compare and query.time_range and period:
        earlier = periods.before(query.time_range, period, calendar)
    try:
        return _Statement(query, definitions, catalogue, calendar, period, earlier, now).compiled()
    except OverflowError:  # of buckets at the edge, where the period itself is inside
        raise NotCompilable("time_range", periods.BEYOND) from None
    except ValueError as err:  # a name or a text that PostgreSQL cannot have
        raise NotCompilable("definition", str(err)) from None


def check(query: MetricQuery) -> None:
    """What is wrong whatever the definitions are."""
    if not query.metrics:
        raise NotCompilable("metrics", "name at least one")
    if not 1 <= query.limit <= MOST_ROWS + 1:
        raise NotCompilable("limit", f"must be from 1 to {MOST_ROWS}")
    if query.fill and not (query.grain and query.time_range):
        raise NotCompilable("fill", "needs a time range and a grain")
    if query.compare and not query.time_range:
        raise NotCompilable("compare", "needs a time range")
    if query.top and query.top.dimension not in query.dimensions:
        raise NotCompilable("top.dimension", "must be one of the dimensions")
    if query.top and not 1 <= query.top.count <= MOST_ROWS:
        raise NotCompilable("top.count", f"must be from 1 to {MOST_ROWS}")


class _Statement:
    def __init__(
        self,
        query: MetricQuery,
        definitions: Definitions,
        catalogue: Catalogue,
        calendar: Calendar,
        period: Period | None,
        earlier: Period | None,
        now: datetime,
    ) -> None:
        self._query = query
        self._now = now
        self._definitions = definitions
        self._catalogue = catalogue
        self._calendar = calendar
        self._period = period
        self._earlier = earlier
        self._keys = [*query.dimensions, *([TIME] if query.grain else [])]
        taken = set(self._keys)
        metrics = definitions.metrics
        self._leaves = Leaves(catalogue, metrics, taken)
        self._outputs = {name: self._leaves.output(name) for name in query.metrics}
        self._before = Leaves(catalogue, metrics, taken, PREVIOUS)
        if earlier:
            told = {f"{name}{PREVIOUS}": self._before.output(name) for name in query.metrics}
            self._outputs |= told

    def compiled(self) -> Compiled:
        self._check_names()
        used = self._dimensions_used()
        for name in self._leaves.used:
            self._check_allowed(self._definitions.metrics[name], used)
        return Compiled(
            sql=self._sql(),
            columns=tuple(self._columns()),
            calendar=self._calendar,
            period=self._period,
            compared_with=self._earlier,
            metrics=dict(sorted(self._leaves.used.items())),
            dimensions={name: self._dimension(name).version for name in used},
        )

    def _check_names(self) -> None:
        names = Counter([*self._keys, *self._query.metrics, *self._previous_names()])
        twice = [name for name, count in names.items() if count > 1]
        if twice:
            raise NotCompilable("metrics", f"two columns would have the name {twice[0]!r}")

    def _previous_names(self) -> list[str]:
        return [f"{name}{PREVIOUS}" for name in self._query.metrics] if self._earlier else []

    def _check_allowed(self, metric: Metric, used: Sequence[str]) -> None:
        grain = self._query.grain
        if grain and metric.grain and GRAINS.index(grain) < GRAINS.index(metric.grain):
            problem = f"metric {metric.name!r} makes sense by {metric.grain.value} or longer"
            raise NotCompilable("grain", problem)
        own = {one.dimension for one in metric.filters}
        for name in used:
            if metric.dimensions and name not in metric.dimensions and name not in own:
                allowed = ", ".join(metric.dimensions)
                problem = f"metric {metric.name!r} does not go by {name!r}, but by {allowed}"
                raise NotCompilable("dimensions", problem)

    def _dimensions_used(self) -> list[str]:
        """By the query and by the metrics' own filters."""
        filters = [*self._query.filters, *(f for leaf in self._all() for f in leaf.filters)]
        return sorted({*self._query.dimensions, *(f.dimension for f in filters if f.dimension)})

    def _dimension(self, name: str) -> Dimension:
        found = self._definitions.dimensions.get(name)
        if found is None:
            raise NotCompilable("dimensions", f"there is no dimension {name!r}")
        return found

    def _all(self) -> list[Leaf]:
        return [*self._leaves.found.values(), *self._before.found.values()]

    def _sql(self) -> str:
        query = self._query
        around = Around(
            definitions=self._definitions,
            catalogue=self._catalogue,
            calendar=self._calendar,
            dimensions=tuple(self._dimension(name) for name in query.dimensions),
            filters=query.filters,
            period=self._period,
            grain=query.grain,
            time_alias=TIME,
            begun=periods.begun(self._period, self._now) if self._period else None,
        )
        ctes = []
        if query.top:
            ctes.append(f"top_values AS ({self._top_values(query.top.dimension, query.top.count)})")
            label = OTHER if query.top.other else None
            around = replace(around, top=TopValues(query.top.dimension, "top_values", label))
        parts = [Part(some, scan(some, around)) for some in grouped(self._leaves.found.values())]
        parts += self._parts_before(around)
        source = merged(parts, around, self._all(), query.fill)
        ctes += source.ctes
        opening = f"WITH {', '.join(ctes)} " if ctes else ""
        return f"{opening}SELECT {self._selected()} FROM {source.sql} {self._ordered()}"

    def _parts_before(self, around: Around) -> list[Part]:
        if self._earlier is None or self._period is None:
            return []
        there, shift = self._earlier, None
        if around.grain:
            shift = periods.shift(around.grain, self._period, there, self._calendar)
            end = min(there.end, shift.cut) if shift.cut else there.end
            there = Period(there.start, end)
        before = replace(around, period=there, shift=shift)
        return [Part(some, scan(some, before)) for some in grouped(self._before.found.values())]

    def _top_values(self, dimension: str, count: int) -> str:
        """The dimension's values for which the first metric is largest."""
        metric = self._query.metrics[0]
        known = Filter(Operator.IS_NOT_NULL, dimension=dimension)
        query = MetricQuery(
            metrics=(metric,),
            dimensions=(dimension,),
            filters=(*self._query.filters, known),
            order=(Order(metric, descending=True),),
            limit=count,
        )
        of = (self._definitions, self._catalogue, self._calendar, self._period, None, self._now)
        ranked = _Statement(query, *of)._sql()
        return f"SELECT {identifier(dimension)} AS value FROM ({ranked}) AS ranked"

    def _selected(self) -> str:
        keys = [identifier(key) for key in self._keys]
        outputs = [f"{out.sql} AS {identifier(name)}" for name, out in self._outputs.items()]
        return ", ".join([*keys, *outputs])

    def _ordered(self) -> str:
        """By all keys in the end, so that the same rows come in the same order."""
        places = {name: n for n, name in enumerate([*self._keys, *self._outputs], start=1)}
        asked = self._query.order or tuple(self._usual_order())
        ordered = []
        for one in asked:
            if one.by not in places:
                problem = f"{one.by!r} is no column of the result; there are {', '.join(places)}"
                raise NotCompilable("order", problem)
            ordered.append(f"{places[one.by]}{' DESC' if one.descending else ''} NULLS LAST")
        named = {one.by for one in asked}
        ordered += [f"{places[key]} NULLS LAST" for key in self._keys if key not in named]
        clause = f"ORDER BY {', '.join(ordered)} " if self._keys else ""
        return f"{clause}LIMIT {self._query.limit}"

    def _usual_order(self) -> Iterator[Order]:
        if self._query.grain:
            yield Order(TIME)
        yield Order(self._query.metrics[0], descending=True)

    def _columns(self) -> Iterator[OutputColumn]:
        for key in self._keys:
            yield OutputColumn(key, "time" if key == TIME and self._query.grain else "dimension")
        units = {name: self._definitions.metrics[name].unit for name in self._query.metrics}
        previous = set(self._previous_names())
        for name, output in self._outputs.items():
            yield described(name, output, units[name.removesuffix(PREVIOUS)], name in previous)


def described(name: str, output: Output, unit: str, previous: bool) -> OutputColumn:
    kind = "previous" if previous else "metric"
    return OutputColumn(name, kind, unit, output.additive, output.additive)
