"""What other parts know connections by: their DSN, and a session on the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from services.analytics.connections.domain import EVENTS, Report
from services.analytics.connections.dsn import Dsn, parsed
from services.analytics.connections.opening import Opener
from services.analytics.connections.probing import probe
from services.analytics.connections.store import ConnectionStore
from services.common.clock import Clock
from services.common.db import Connection
from services.common.errors import FailedPrecondition, NotFound
from services.common.vault import Vault


class Connections:
    """Call its methods while holding no connection of the pool: the vault takes one."""

    def __init__(self, store: ConnectionStore, vault: Vault, opener: Opener, now: Clock) -> None:
        self._store = store
        self._vault = vault
        self._opener = opener
        self._now = now

    async def address(self, organization_id: str, connection_id: str) -> Dsn:
        """The DSN. Connect by an Opener: it checks where that leads, each time. Raises NotFound."""
        secret = await self._store.secret(organization_id, connection_id)
        if secret is None:
            raise unknown(connection_id)
        opened = await self._vault.decrypt(
            organization_id, secret.purpose, secret.sealed, connection_id
        )
        return parsed(opened.decode())

    async def probe(self, organization_id: str, connection_id: str) -> Report:
        """Try it, and keep what was found. Raises NotFound."""
        report = await probe(self._opener, await self.address(organization_id, connection_id))
        await self._store.note(organization_id, connection_id, report, self._now())
        return report

    async def try_probing(self, organization_id: str, connection_id: str) -> None:
        """The same, for who has more to do than to hear of a connection that is gone by now."""
        with suppress(NotFound):
            await self.probe(organization_id, connection_id)

    @asynccontextmanager
    async def opened(self, organization_id: str, connection_id: str) -> AsyncIterator[Connection]:
        """A session on a registered database, as its role, until the block ends.

        It is for transactions that only read: `conn.transaction(readonly=True)`. Raises NotFound,
        CannotConnect.
        """
        dsn = await self.address(organization_id, connection_id)
        async with self._opener.opened(dsn) as conn:
            yield conn


def unknown(connection_id: str) -> NotFound:
    return NotFound(f"no connection {connection_id!r} in this organization")


def not_builtin(connection_id: str) -> None:
    """Raises FailedPrecondition for the event store, which nobody changes."""
    if connection_id == EVENTS:
        raise FailedPrecondition("the built-in connection 'events' cannot be changed or deleted")
