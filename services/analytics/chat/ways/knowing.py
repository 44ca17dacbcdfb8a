"""What an organization knows of a connection, as questions are understood by it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.analytics.knowledge.event_definitions.domain import definition_of
from services.analytics.knowledge.versions.domain import (
    BUSINESS_METRIC,
    DIMENSION,
    ENTITY,
    EVENT_DEFINITION,
)
from services.analytics.queries.domain import EVENTS
from services.analytics.registry import store as registry
from services.analytics.registry.domain import Property
from services.analytics.semantics.dimensions.domain import dimension_in, entity_in
from services.analytics.semantics.domain import Aggregate, Cast, Definitions, Field
from services.analytics.semantics.metrics.domain import RATIO, BusinessMetric, metric_in
from services.analytics.semantics.store import definitions_in, kept_definitions
from services.analytics.understanding import (
    Knowledge,
    KnownDimension,
    KnownEvent,
    KnownMetric,
    KnownProperty,
)
from services.common.db import Pool

# Of an organization's events so many can be asked for by their names.
MOST_EVENTS = 500
COUNTS = {Aggregate.COUNT, Aggregate.COUNT_DISTINCT}
# A column, and the path in it.
Where = tuple[str, tuple[str, ...]]
Units = Mapping[Where, str]


async def known_of(
    pool: Pool, organization_id: str, connection_id: str
) -> tuple[Knowledge, Definitions]:
    """The knowledge, and the definitions that plans are compiled with."""
    rows = await kept_definitions(pool, organization_id, connection_id)
    units = units_in(rows)
    events: list[KnownEvent] = []
    synonyms: Mapping[str, Sequence[str]] = {}
    if connection_id == EVENTS:
        synonyms = await synonyms_of(pool, organization_id)
        events = await events_of(pool, organization_id, units, synonyms)
    knowledge = Knowledge(
        metrics=tuple(metrics_in(rows)),
        dimensions=tuple(dimensions_in(rows, units)),
        events=tuple(events),
        defined_events=frozenset(synonyms),
    )
    return knowledge, definitions_in(rows, connection_id)


def metrics_in(rows: Sequence[Any]) -> Iterable[KnownMetric]:
    for row in rows:
        if row["kind"] == BUSINESS_METRIC:
            metric = metric_in(row["content"])
            yield KnownMetric(
                name=metric.name,
                display_name=metric.display_name,
                synonyms=tuple(metric.synonyms),
                about=about(metric),
                aggregate=metric.aggregate,
                ratio=metric.type == RATIO,
            )


def about(metric: BusinessMetric) -> str:
    """How it is computed, in words."""
    if metric.type == RATIO:
        return f"{metric.numerator} by {metric.denominator}"
    if metric.aggregate is None:
        return metric.formula
    what = ".".join([*metric.field.path] or [metric.field.column]) if metric.field else ""
    source = metric.source.event or metric.source.relation if metric.source else ""
    told = [metric.aggregate.value.replace("_", " "), what and f"of {what}"]
    return " ".join(filter(None, [*told, source and f"over {source}"]))


def units_in(rows: Sequence[Any]) -> Units:
    """In what the fields are that metrics sum up: the metric has its field's unit."""
    told: dict[Where, set[str]] = defaultdict(set)
    for row in rows:
        if row["kind"] == BUSINESS_METRIC:
            metric = metric_in(row["content"])
            if metric.field and metric.unit and metric.aggregate not in COUNTS:
                told[where(metric.field)].add(metric.unit)
    return {field: units.pop() for field, units in told.items() if len(units) == 1}


def where(field: Field) -> Where:
    return field.column, tuple(field.path)


def dimensions_in(rows: Sequence[Any], units: Units) -> Iterable[KnownDimension]:
    for row in rows:
        if row["kind"] == DIMENSION:
            known = dimension_in(row["content"])
            yield KnownDimension(
                name=known.name,
                display_name=known.display_name,
                synonyms=tuple(known.synonyms),
                values=tuple(known.values),
                numeric=bool(known.field and known.field.cast is Cast.NUMERIC),
                unit=units.get(where(known.field), "") if known.field else "",
            )
        elif row["kind"] == ENTITY:
            entity = entity_in(row["content"])
            synonyms = tuple(entity.synonyms)
            yield KnownDimension(entity.name, entity.display_name, synonyms, entity=True)


async def synonyms_of(pool: Pool, organization_id: str) -> dict[str, Sequence[str]]:
    """Of each event that has a definition."""
    rows = await kept_definitions(pool, organization_id, "", [EVENT_DEFINITION])
    return {row["name"]: definition_of(row["content"]).synonyms for row in rows}


async def events_of(
    pool: Pool, organization_id: str, units: Units, synonyms: Mapping[str, Sequence[str]]
) -> list[KnownEvent]:
    """The events that came, with what the registry learned of their properties."""
    schemas = await registry.schemas_after(pool, organization_id, "", MOST_EVENTS)
    names = [schema.event for schema in schemas]
    types: dict[tuple[str, str], list[Property]] = defaultdict(list)
    for one in await registry.properties_of(pool, organization_id, names):
        types[one.event, one.property].append(one)
    properties: dict[str, list[KnownProperty]] = defaultdict(list)
    for (event, name), found in types.items():
        properties[event].append(known_property(name, found, units))
    return [
        KnownEvent(name, tuple(synonyms.get(name, ())), tuple(properties[name])) for name in names
    ]


def known_property(name: str, types: Sequence[Property], units: Units) -> KnownProperty:
    """Of more than one type it is text."""
    told = [one for one in types if one.type != "null"]
    numeric = {one.type for one in told} == {"number"}
    values = () if numeric else tuple(value for one in told for value in one.examples)
    cast = Cast.NUMERIC if numeric else Cast.TEXT
    field = Field("properties", (name,), cast)
    unit = units.get(where(field), "")
    return KnownProperty(name, field, values=values, numeric=numeric, unit=unit)
