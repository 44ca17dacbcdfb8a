"""Reads the catalogues of registered databases: when somebody asks, and daily."""

import asyncio
from dataclasses import dataclass

import asyncpg
import structlog

from services.analytics.catalogue.reading import Read, read, search_path_of
from services.analytics.catalogue.sampling import sampled
from services.analytics.catalogue.store import CatalogueStore, Changes
from services.analytics.connections.connections import Connections, unknown
from services.analytics.connections.probing import looking
from services.analytics.connections.store import ConnectionStore
from services.common.clock import Clock
from services.common.db import TRANSIENT_ERRORS
from services.common.errors import DomainError, FailedPrecondition
from services.common.jobs import Job

log = structlog.get_logger(__name__)

SECONDS = 60.0
AT_ONCE = 500


@dataclass(frozen=True)
class Introspected:
    """A catalogue that was read; `changes` is None where nothing changed, or it is the first."""

    relation_count: int
    changes: Changes | None


class Introspector:
    def __init__(
        self,
        connections: Connections,
        store: ConnectionStore,
        catalogues: CatalogueStore,
        now: Clock,
    ) -> None:
        self._connections = connections
        self._store = store
        self._catalogues = catalogues
        self._now = now

    async def introspect(self, organization_id: str, connection_id: str) -> Introspected:
        """Raises NotFound, FailedPrecondition where the database cannot be read."""
        connection = await self._store.get(organization_id, connection_id)
        if connection is None:
            raise unknown(connection_id)
        key = (organization_id, connection_id)
        found = await self._read(*key, sampling=connection.sample_values)
        async with self._store.pool.acquire() as conn, conn.transaction():
            changes = await self._catalogues.save(conn, *key, found, self._now())
        return Introspected(len(found.relations), changes)

    async def try_introspecting(self, organization_id: str, connection_id: str) -> None:
        """The same, for who has more to do: where it fails, the next daily one may not."""
        try:
            await self.introspect(organization_id, connection_id)
        except DomainError as err:
            place = {"organization": organization_id, "connection": connection_id}
            log.warning("catalogue not read", **place, error=str(err))

    async def _read(self, organization_id: str, connection_id: str, *, sampling: bool) -> Read:
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._connections.opened(organization_id, connection_id) as conn,
            ):
                path = await search_path_of(conn)
                async with looking(conn, SECONDS):
                    found = await read(conn, path)
                return await sampled(conn, found) if sampling else found
        except (TimeoutError, *TRANSIENT_ERRORS, asyncpg.PostgresError) as err:
            why = str(err)[:200] or f"not within {SECONDS:g} s"
            raise FailedPrecondition(
                f"the catalogue of connection {connection_id!r} cannot be read: {why}"
            ) from None

    async def introspect_all(self) -> None:
        """Those of all organizations, one after the other; one that fails holds up no other.

        Each is tried first: a role that may write by now has it among the connection's problems.
        """
        place = ("", "")
        while found := await self._store.all_after(place, AT_ONCE):
            for key in found:
                await self._connections.try_probing(*key)
                await self.try_introspecting(*key)
            place = found[-1]


def introspecting(introspector: Introspector) -> Job:
    """The job that reads all catalogues anew."""

    async def run(_: bytes) -> None:
        await introspector.introspect_all()

    return Job("introspect_connections", run, cron="45 2 * * *", at_once=1)
