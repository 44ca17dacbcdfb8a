"""Definitions before they are kept: compiled, passed by the firewall, planned by PostgreSQL."""

from dataclasses import replace
from typing import Protocol

from services.analytics.catalogue.domain import Catalogue
from services.analytics.semantics.compiler import (
    Calendar,
    Compiled,
    MetricQuery,
    NotCompilable,
    compile_query,
)
from services.analytics.semantics.domain import (
    Aggregate,
    Definitions,
    Dimension,
    Metric,
    Simple,
    Source,
)
from services.analytics.semantics.store import definitions_of
from services.analytics.semantics.wire import invalid
from services.common.clock import Clock
from services.common.db import Pool
from services.common.errors import NotFound

ANYTHING = "checked"


class Catalogues(Protocol):
    async def read(self, organization_id: str, connection_id: str) -> Catalogue | None:
        """None where there is no such connection, or its database was never read."""


class Planner(Protocol):
    async def plan(self, organization_id: str, connection_id: str, sql: str) -> None:
        """Let the firewall look at it, and PostgreSQL plan it. Raises InvalidFields, Unavailable.

        Places in it are not told: they would be those of our SQL.
        """


class Checker:
    def __init__(self, pool: Pool, catalogues: Catalogues, planner: Planner, now: Clock) -> None:
        self._pool = pool
        self._catalogues = catalogues
        self._planner = planner
        self._now = now

    async def metric(self, organization_id: str, connection_id: str, metric: Metric) -> None:
        """By itself, and by each dimension that it names. Raises InvalidFields, NotFound."""
        catalogue = await self.catalogue(organization_id, connection_id)
        known = await definitions_of(self._pool, organization_id, connection_id)
        known = replace(known, metrics={**known.metrics, metric.name: metric})
        by = [MetricQuery((metric.name,), (dimension,)) for dimension in metric.dimensions]
        queries = [MetricQuery((metric.name,), limit=1), *by]
        compiled = [self._compiled(query, known, catalogue) for query in queries]
        await self._planner.plan(organization_id, connection_id, compiled[0].sql)

    async def dimension(
        self, organization_id: str, connection_id: str, dimension: Dimension
    ) -> None:
        """By counting its relation's rows by it. Raises InvalidFields, NotFound."""
        catalogue = await self.catalogue(organization_id, connection_id)
        source = Source(dimension.schema, dimension.relation)
        counted = Metric(ANYTHING, Simple(Aggregate.COUNT, source))
        # The way to it is another relation's matter.
        alone = replace(dimension, via=())
        known = Definitions({ANYTHING: counted}, {dimension.name: alone})
        query = MetricQuery((ANYTHING,), (dimension.name,), limit=1)
        compiled = self._compiled(query, known, catalogue)
        await self._planner.plan(organization_id, connection_id, compiled.sql)

    async def catalogue(self, organization_id: str, connection_id: str) -> Catalogue:
        found = await self._catalogues.read(organization_id, connection_id)
        if found is None:
            raise NotFound(f"no connection {connection_id!r} in this organization, or none read")
        return found

    def _compiled(self, query: MetricQuery, known: Definitions, catalogue: Catalogue) -> Compiled:
        try:
            return compile_query(query, known, catalogue, Calendar(), self._now())
        except NotCompilable as error:
            raise invalid(error) from None
