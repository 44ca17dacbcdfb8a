"""The registered connections: one method for each query in queries.sql."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.analytics.connections.domain import MOST_CONNECTIONS, Connection, Report, Secret
from services.common import db
from services.common.db import Database, Pool, load_queries

SQL = load_queries(__package__)


class ConnectionStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def add(
        self,
        conn: db.Connection,
        organization_id: str,
        made: Connection,
        secret: Secret,
    ) -> bool:
        """False where the id is taken, or there are as many as there may be."""
        await conn.execute(SQL["hold_connections"], organization_id)
        added = await conn.fetchval(
            SQL["add_connection"],
            *(organization_id, made.connection_id, made.name, made.dsn_shown),
            *(secret.secret_id, secret.sealed, made.sample_values, made.override_reason),
            *(made.created_by, made.created_at, made.problem, made.server_version),
            MOST_CONNECTIONS,
        )
        return added is not None

    async def get(
        self, organization_id: str, connection_id: str, on: "Database | None" = None
    ) -> Connection | None:
        row = await (on or self.pool).fetchrow(
            SQL["get_connection"], organization_id, connection_id
        )
        return Connection(**row) if row else None

    async def page(
        self, organization_id: str, after: tuple[datetime, str], limit: int
    ) -> Sequence[Connection]:
        rows = await self.pool.fetch(SQL["list_connections"], organization_id, *after, limit)
        return [Connection(**row) for row in rows]

    async def secret(self, organization_id: str, connection_id: str) -> Secret | None:
        row = await self.pool.fetchrow(SQL["get_secret"], organization_id, connection_id)
        return Secret(**row) if row else None

    async def update(
        self,
        conn: db.Connection,
        organization_id: str,
        connection_id: str,
        changes: Mapping[str, Any],
        secret: Secret | None,
        now: datetime,
    ) -> UUID | None:
        """The id of the secret before; None where there is no such connection."""
        sealed = (secret.secret_id, secret.sealed) if secret else (None, None)
        before: UUID | None = await conn.fetchval(
            SQL["update_connection"],
            *(organization_id, connection_id, changes.get("name"), changes.get("sample_values")),
            *("override_reason" in changes, changes.get("override_reason")),
            *(changes.get("dsn_shown"), *sealed, now),
        )
        return before

    async def note(
        self,
        organization_id: str,
        connection_id: str,
        report: Report,
        now: datetime,
        on: "Database | None" = None,
    ) -> None:
        told = (now, report.told, report.server_version)
        await (on or self.pool).execute(SQL["note_report"], organization_id, connection_id, *told)

    async def delete(
        self, conn: db.Connection, organization_id: str, connection_id: str
    ) -> tuple[UUID, str] | None:
        """The id of its secret, and its DSN without the password."""
        row = await conn.fetchrow(SQL["delete_connection"], organization_id, connection_id)
        return (row["secret_id"], row["dsn_shown"]) if row else None

    async def references(
        self, conn: db.Connection, organization_id: str, connection_id: str
    ) -> Mapping[str, int]:
        """What is defined on a connection -> how many of it."""
        rows = await conn.fetch(SQL["count_references"], organization_id, connection_id)
        return {row["kind"]: row["things"] for row in rows}

    async def all_after(self, place: tuple[str, str], limit: int) -> Sequence[tuple[str, str]]:
        """Organizations and ids of all connections, in order."""
        rows = await self.pool.fetch(SQL["list_all"], *place, limit)
        return [(row["organization_id"], row["connection_id"]) for row in rows]
