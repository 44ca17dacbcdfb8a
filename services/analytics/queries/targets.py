"""Where connections lead: the event store as the organization's role, and registered databases."""

from functools import partial

import asyncpg

from services.analytics.connections.connections import Connections
from services.analytics.connections.dsn import Dsn
from services.analytics.connections.opening import CannotConnect, Opener
from services.analytics.execution.pools import Target
from services.analytics.queries.domain import EVENTS
from services.analytics.store.roles import QueryRoles, store_dsn
from services.common.db import CONNECT_SECONDS, Connection
from services.common.errors import Unavailable

REFUSED = (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)


class EventStore:
    """This service's own database, of which an organization's role sees its own rows alone."""

    def __init__(self, roles: QueryRoles, database_url: str) -> None:
        self._roles = roles
        self._database_url = database_url

    async def target(self, organization_id: str) -> Target:
        login = await self._roles.login(organization_id)
        dsn = store_dsn(self._database_url, login)
        return Target(dsn, partial(self._open, organization_id, dsn))

    async def _open(self, organization_id: str, dsn: str) -> Connection:
        try:
            settings = {"application_name": "attune query"}
            return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, server_settings=settings)
        except REFUSED:
            # Another process gave the role another password.
            self._roles.forget(organization_id)
            raise


class Registered:
    """Call it while holding no connection of the pool: the vault takes one."""

    def __init__(self, connections: Connections, opener: Opener, store: EventStore) -> None:
        self._connections = connections
        self._opener = opener
        self._store = store

    async def target(self, organization_id: str, connection_id: str) -> Target:
        """Raises NotFound. Addresses are checked whenever a session is opened."""
        if connection_id == EVENTS:
            return await self._store.target(organization_id)
        dsn = await self._connections.address(organization_id, connection_id)
        return Target(dsn.text, partial(self._open, connection_id, dsn))

    async def _open(self, connection_id: str, dsn: Dsn) -> Connection:
        try:
            return await self._opener.connect(dsn)
        except CannotConnect as err:
            raise Unavailable(f"connection {connection_id!r}: {err}") from None
