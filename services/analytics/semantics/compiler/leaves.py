"""Metrics taken apart: what is aggregated from rows, and what is computed from that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from services.analytics.catalogue.domain import Catalogue, Relation
from services.analytics.semantics.compiler import expressions, formulas
from services.analytics.semantics.compiler.errors import NotCompilable
from services.analytics.semantics.compiler.fields import NUMBERS, Kind, Typed, read
from services.analytics.semantics.compiler.quoting import MOST_NAME_BYTES, identifier
from services.analytics.semantics.domain import (
    Aggregate,
    Derived,
    Field,
    Filter,
    Metric,
    Ratio,
    Simple,
    Source,
    Sql,
)

NUMERIC_ONLY = {Aggregate.SUM, Aggregate.AVG, Aggregate.MEDIAN, Aggregate.PERCENTILE}
ORDERED = {*NUMBERS, Kind.TEXT, Kind.INSTANT, Kind.TIMESTAMP, Kind.DATE}
# How far metrics may be made of metrics that are made of metrics, and how long that gets as SQL.
MOST_DEEP = 20
MOST_CHARACTERS = 50_000
# What nothing comes to: zero, where it is a sum.
ADDITIVE = {Aggregate.COUNT, Aggregate.SUM}
ZERO = {*ADDITIVE, Aggregate.COUNT_DISTINCT}


@dataclass(frozen=True)
class Leaf:
    """A column of a scan: `call` aggregates rows of `relation`, which goes by t0 there.

    A `formula` is an expression of several aggregates, or where `whole` a statement of its own.
    """

    alias: str
    metric: Metric
    source: Source
    relation: Relation | None
    call: str
    kind: Kind
    filters: tuple[Filter, ...]
    zero: bool = False
    additive: bool = False
    formula: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Output:
    """A metric, as an expression over leaves' aliases."""

    sql: str
    kind: Kind
    additive: bool


@dataclass
class Leaves:
    """The leaves of the metrics asked for, each once."""

    catalogue: Catalogue
    metrics: Mapping[str, Metric]
    taken: set[str]
    suffix: str = ""
    found: dict[tuple[str, tuple[Filter, ...]], Leaf] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)

    def output(
        self, name: str, filters: tuple[Filter, ...] = (), path: tuple[str, ...] = ()
    ) -> Output:
        """Raises NotCompilable for unknown metrics and for one that needs itself, with the way."""
        metric = self._metric(name, path)
        path, filters = (*path, name), (*filters, *metric.filters)
        match metric.definition:
            case Ratio(numerator, denominator):
                above, below = (self.output(n, filters, path) for n in (numerator, denominator))
                sql = f"({operand(above, name)} / nullif({operand(below, name)}, 0))"
                return computed(sql, name)
            case Derived(expression):
                return self._derived(expression, name, filters, path)
        leaf = self._leaf(metric, filters)
        return Output(identifier(leaf.alias), leaf.kind, leaf.additive)

    def _metric(self, name: str, path: tuple[str, ...]) -> Metric:
        if name in path:
            way = " → ".join((*path[path.index(name) :], name))
            raise NotCompilable("definition", f"metrics need each other in a circle: {way}")
        if len(path) > MOST_DEEP:
            problem = f"{path[0]!r} is made of metrics more than {MOST_DEEP} deep"
            raise NotCompilable("definition", problem)
        metric = self.metrics.get(name)
        if metric is None:
            by = f", which {path[-1]!r} needs" if path else ""
            raise NotCompilable("metrics", f"there is no metric {name!r}{by}")
        self.used[name] = metric.version
        return metric

    def _derived(
        self, text: str, name: str, filters: tuple[Filter, ...], path: tuple[str, ...]
    ) -> Output:
        tree = expressions.parsed(text)
        needed = {n: self.output(n, filters, path) for n in expressions.names(tree)}
        if not needed:
            raise NotCompilable("expression", "names no metric")
        sql = expressions.rendered(tree, lambda n: operand(needed[n], name))
        additive = expressions.additive(tree, lambda n: needed[n].additive)
        return computed(sql, name, additive)

    def _leaf(self, metric: Metric, filters: tuple[Filter, ...]) -> Leaf:
        key = (metric.name, filters)
        if key not in self.found:
            alias = unique(metric.name, self.taken, self.suffix)
            self.found[key] = replace(leaf_of(metric, self.catalogue), alias=alias, filters=filters)
        return self.found[key]


def unique(name: str, taken: set[str], suffix: str = "") -> str:
    """This name, or with a number where it is taken, and takes it."""
    short = name.encode()[: MOST_NAME_BYTES - 4 - len(suffix)].decode(errors="ignore") + suffix
    candidates = (name + suffix, *(f"{short}_{n}" for n in range(2, 1000)))
    chosen = next(candidate for candidate in candidates if candidate not in taken)
    taken.add(chosen)
    return chosen


def computed(sql: str, name: str, additive: bool = False) -> Output:
    if len(sql) > MOST_CHARACTERS:
        raise NotCompilable("definition", f"{name!r} is made of too many metrics")
    return Output(sql, Kind.NUMERIC, additive)


def operand(output: Output, of: str) -> str:
    """For arithmetic: whole numbers divide without a rest only as numeric ones."""
    if output.kind not in NUMBERS:
        raise NotCompilable("definition", f"{of!r} computes with {output.sql}, which is no number")
    return f"{output.sql}::numeric" if output.kind is Kind.INTEGER else output.sql


def leaf_of(metric: Metric, catalogue: Catalogue) -> Leaf:
    definition = metric.definition
    assert isinstance(definition, Simple | Sql)
    source = definition.source
    relation = catalogue.find(source.schema or None, source.relation) if source.relation else None
    if isinstance(definition, Sql):
        made = formulas.compiled(definition.formula, relation)
        sql = f"({made.sql})" if made.whole else f"({made.sql})::numeric"
        of = (source, relation, sql, Kind.NUMERIC, ())
        return Leaf("", metric, *of, formula=True, whole=made.whole)
    if relation is None:
        problem = f"there is no relation {source.schema}.{source.relation}"
        raise NotCompilable("source", problem)
    value = read(definition.field, relation, "t0") if definition.field else None
    call, kind = aggregated(definition, value)
    which = definition.aggregate
    of = (source, relation, call, kind, ())
    return Leaf("", metric, *of, zero=which in ZERO, additive=which in ADDITIVE)


def aggregated(simple: Simple, value: Typed | None) -> tuple[str, Kind]:
    """The call, and what it gives."""
    which = simple.aggregate
    if value is None:
        if which is Aggregate.COUNT:
            return "count(*)", Kind.INTEGER
        raise NotCompilable("field", f"{which.value} needs a column or a property")
    check_kind(which, value.kind)
    if which is Aggregate.COUNT:
        return f"count({value.sql})", Kind.INTEGER
    if which is Aggregate.COUNT_DISTINCT:
        return f"count(DISTINCT {value.sql})", Kind.INTEGER
    if which in (Aggregate.MEDIAN, Aggregate.PERCENTILE):
        share = 0.5 if which is Aggregate.MEDIAN else simple.percentile
        if share is None or not 0 < share < 1:
            raise NotCompilable("percentile", "must be between 0 and 1")
        inner = f"ORDER BY ({value.sql})::double precision"
        return f"percentile_cont({share!r}) WITHIN GROUP ({inner})", Kind.DOUBLE
    mean = which is Aggregate.AVG and value.kind is Kind.INTEGER
    return f"{which.value}({value.sql})", Kind.NUMERIC if mean else value.kind


def check_kind(which: Aggregate, kind: Kind) -> None:
    if which in NUMERIC_ONLY and kind not in NUMBERS:
        told = kind.value or "of another type"
        problem = f"{which.value} needs a number, and the field is {told}: cast it to numeric"
        raise NotCompilable("field", problem)
    if which in (Aggregate.MIN, Aggregate.MAX) and kind not in ORDERED:
        raise NotCompilable("field", f"{which.value} needs a number, a text, a date or a time")
    if kind is Kind.JSON:
        raise NotCompilable("field", "is a JSON value as a whole: name a property by its path")


def time_of(leaf: Leaf) -> Typed:
    """When a row happened."""
    if leaf.relation is None or not leaf.source.time:
        problem = f"metric {leaf.metric.name!r} has no time column, so no time range and no grain"
        raise NotCompilable("source.time", problem)
    value = read(Field(leaf.source.time), leaf.relation, "t0", "source.time")
    if value.kind not in (Kind.INSTANT, Kind.TIMESTAMP, Kind.DATE):
        raise NotCompilable("source.time", f"{leaf.source.time!r} is neither a time nor a date")
    return value


def needed_by(metric: Metric) -> Iterator[str]:
    """The metrics that it names."""
    match metric.definition:
        case Ratio(numerator, denominator):
            yield from (numerator, denominator)
        case Derived(expression):
            yield from expressions.names(expressions.parsed(expression))
