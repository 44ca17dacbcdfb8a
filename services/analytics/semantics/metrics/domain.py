"""Business metrics as they are kept, their rules, and what the compiler takes of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from services.analytics.knowledge.versions.domain import Draft
from services.analytics.semantics.compiler.errors import NotCompilable
from services.analytics.semantics.compiler.leaves import needed_by
from services.analytics.semantics.domain import (
    EVENTS,
    Aggregate,
    Definition,
    Derived,
    Field,
    Filter,
    Grain,
    Metric,
    Ratio,
    Simple,
    Source,
    Sql,
)
from services.common.errors import InvalidFields, Violation

EVENTS_CONNECTION = "events"
SQL, SIMPLE, RATIO, DERIVED = "sql", "simple", "ratio", "derived"
# What a type needs, and what else it may have.
NEEDED = {
    SIMPLE: ("aggregate",),
    RATIO: ("numerator", "denominator"),
    DERIVED: ("formula",),
    SQL: ("formula",),
}
OPTIONAL = {SIMPLE: ("source", "field", "percentile"), SQL: ("source",)}
OF_TYPES = ("formula", "source", "aggregate", "field", "percentile", "numerator", "denominator")


class BusinessMetric(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str = ""
    display_name: str = ""
    description: str = ""
    synonyms: Sequence[str] = ()
    type: str = SQL
    formula: str = ""
    source: Source | None = None
    aggregate: Aggregate | None = None
    field: Field | None = None
    percentile: float | None = None
    numerator: str = ""
    denominator: str = ""
    filters: tuple[Filter, ...] = ()
    unit: str = ""
    grain: Grain | None = None
    dimensions: Sequence[str] = ()
    owner: str = ""
    category: str = ""
    tags: Sequence[str] = ()


def metric_in(content: str) -> BusinessMetric:
    return msgspec.json.decode(content, type=BusinessMetric)


def changed(metric: BusinessMetric, changes: Mapping[str, Any]) -> BusinessMetric:
    """With each tag and synonym once. A change of type drops what the new one has not."""
    new = msgspec.structs.replace(metric, **changes)
    kept = {*NEEDED[new.type], *OPTIONAL.get(new.type, ())}
    if new.type != metric.type:
        gone = [name for name in OF_TYPES if name not in kept and name not in changes]
        empty = BusinessMetric()
        new = msgspec.structs.replace(new, **{name: getattr(empty, name) for name in gone})
    synonyms = tuple(dict.fromkeys(new.synonyms))
    return msgspec.structs.replace(new, tags=sorted(set(new.tags)), synonyms=synonyms)


def draft_of(metric: BusinessMetric, connection_id: str) -> Draft:
    """What is stored. Raises InvalidFields."""
    violations = list(violations_of(metric))
    if violations:
        raise InvalidFields(*violations)
    return Draft(
        name=metric.name,
        key=metric.name,
        content=msgspec.json.encode(metric).decode(),
        connection_id=connection_id,
        category=metric.category,
        tags=metric.tags,
        synonyms=[word for word in (metric.display_name, *metric.synonyms) if word],
        summary=metric.description,
        body=metric.formula,
    )


def violations_of(metric: BusinessMetric) -> Iterator[Violation]:
    if not metric.name:
        yield Violation("name", "must not be empty")
    for field in NEEDED[metric.type]:
        if not getattr(metric, field):
            yield Violation(field, f"a metric of type {metric.type!r} needs it")
    kept = {*NEEDED[metric.type], *OPTIONAL.get(metric.type, ())}
    for field in OF_TYPES:
        if getattr(metric, field) and field not in kept:
            yield Violation(field, f"a metric of type {metric.type!r} has none")
    for index, one in enumerate(metric.filters):
        if bool(one.dimension) == bool(one.field):
            yield Violation(f"filters[{index}]", "needs a dimension or a field, and not both")


def compiled_form(metric: BusinessMetric, connection_id: str, version: int) -> Metric:
    """The metric as the compiler takes it."""
    return Metric(
        name=metric.name,
        definition=definition_of(metric, connection_id),
        filters=metric.filters,
        grain=metric.grain,
        dimensions=tuple(metric.dimensions),
        unit=metric.unit,
        version=version,
    )


def definition_of(metric: BusinessMetric, connection_id: str) -> Definition:
    if metric.type == RATIO:
        return Ratio(metric.numerator, metric.denominator)
    if metric.type == DERIVED:
        return Derived(metric.formula)
    source = source_of(metric.source, connection_id)
    if metric.type == SQL:
        return Sql(metric.formula, source)
    assert metric.aggregate
    return Simple(metric.aggregate, source, metric.field, metric.percentile)


def source_of(told: Source | None, connection_id: str) -> Source:
    """With what goes without saying: on the event store, the product's events."""
    told = told or Source("", "")
    schema = told.schema or schema_of(connection_id)
    if connection_id != EVENTS_CONNECTION:
        return Source(schema, told.relation, told.time, told.event)
    relation = told.relation or EVENTS.relation
    time = told.time or (EVENTS.time if relation == EVENTS.relation else "")
    return Source(schema, relation, time, told.event)


def schema_of(connection_id: str) -> str:
    return EVENTS.schema if connection_id == EVENTS_CONNECTION else "public"


def needs(metric: BusinessMetric, connection_id: str) -> list[str]:
    """The metrics that it names, each once; none where its formula is no arithmetic."""
    try:
        return sorted(set(needed_by(compiled_form(metric, connection_id, 1))))
    except NotCompilable:
        return []


def field_to_change(metric: BusinessMetric, broken: Violation) -> str:
    """The field of the definition behind what the compiler, firewall or planner complains of."""
    if broken.field not in ("metrics", "expression", "definition"):
        return broken.field
    if metric.type != RATIO:
        return "formula" if metric.formula else broken.field
    sides = {"numerator": metric.numerator, "denominator": metric.denominator}
    return next((side for side, name in sides.items() if repr(name) in broken.message), "numerator")
