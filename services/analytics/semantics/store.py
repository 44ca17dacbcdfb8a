"""An organization's definitions for a connection, as the compiler takes them."""

from collections.abc import Sequence
from typing import Any

from services.analytics.knowledge.versions.domain import BUSINESS_METRIC, DIMENSION, ENTITY
from services.analytics.semantics.dimensions import domain as dimensions
from services.analytics.semantics.domain import Definitions, Dimension, Metric
from services.analytics.semantics.metrics.domain import compiled_form, metric_in
from services.common.db import Database, load_queries

SQL = load_queries(__package__)
KINDS = [BUSINESS_METRIC, DIMENSION, ENTITY]


async def definitions_of(
    database: Database, organization_id: str, connection_id: str
) -> Definitions:
    """As `definitions_in`."""
    return definitions_in(
        await kept_definitions(database, organization_id, connection_id), connection_id
    )


async def kept_definitions(
    database: Database, organization_id: str, connection_id: str, kinds: Sequence[str] = KINDS
) -> Sequence[Any]:
    """Rows with kind, name, content and version."""
    args = (organization_id, connection_id, kinds)
    return list(await database.fetch(SQL["list_definitions"], *args))


def definitions_in(rows: Sequence[Any], connection_id: str) -> Definitions:
    """Where a dimension and an entity share a name, metrics go by the dimension."""
    metrics: dict[str, Metric] = {}
    found: dict[str, dict[str, Dimension]] = {DIMENSION: {}, ENTITY: {}}
    for row in rows:
        name, content, version = row["name"], row["content"], row["version"]
        if row["kind"] == BUSINESS_METRIC:
            metrics[name] = compiled_form(metric_in(content), connection_id, version)
        else:
            read = dimensions.dimension_in if row["kind"] == DIMENSION else dimensions.entity_in
            one = dimensions.compiled_form(read(content), connection_id, version)
            found[row["kind"]][name] = one
    return Definitions(metrics, found[ENTITY] | found[DIMENSION])
