"""A caller's metric query, compiled with what the organization has defined by now."""

from services.analytics.catalogue.domain import Catalogue
from services.analytics.semantics.checking import Catalogues
from services.analytics.semantics.compiler import (
    Calendar,
    Compiled,
    NotCompilable,
    compile_query,
)
from services.analytics.semantics.domain import Definitions
from services.analytics.semantics.metrics.domain import EVENTS_CONNECTION
from services.analytics.semantics.querying.asking import Asked, in_zone, query_of
from services.analytics.semantics.querying.calendars import Calendars
from services.analytics.semantics.store import definitions_of
from services.analytics.semantics.wire import invalid
from services.common.clock import Clock
from services.common.db import Pool
from services.common.errors import NotFound


class Compiling:
    def __init__(
        self, pool: Pool, catalogues: Catalogues, calendars: Calendars, now: Clock
    ) -> None:
        self._pool = pool
        self._catalogues = catalogues
        self._calendars = calendars
        self._now = now

    async def compiled(self, organization_id: str, asked: Asked) -> Compiled:
        """Raises InvalidFields, NotFound: no such connection, and Unavailable."""
        query = query_of(asked)
        around = await self.around(organization_id, connection_of(asked), asked.time_zone)
        try:
            return compile_query(query, *around, self._now())
        except NotCompilable as error:
            raise invalid(error) from None

    async def around(
        self, organization_id: str, connection_id: str, time_zone: str
    ) -> tuple[Definitions, Catalogue, Calendar]:
        """What queries are compiled with; an empty zone is the organization's. Raises as above."""
        calendar = in_zone(await self._calendars.of(organization_id), time_zone)
        catalogue = await self._catalogues.read(organization_id, connection_id)
        if catalogue is None:
            raise NotFound(f"no connection {connection_id!r} in this organization, or none read")
        known = await definitions_of(self._pool, organization_id, connection_id)
        return known, catalogue, calendar


def connection_of(asked: Asked) -> str:
    return asked.connection_id or EVENTS_CONNECTION
