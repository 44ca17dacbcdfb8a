"""Postgres: a pool per process and schema, and named queries."""

import asyncio
import re
from importlib import resources
from typing import TypeAlias

import asyncpg

NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)

# What a query can be run on: a pool, or a connection inside a transaction.
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)
Database: TypeAlias = "Pool | Connection"

# Not the caller's fault and not ours: the same call may succeed a moment later.
TRANSIENT_ERRORS = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # of a connection on which the server has just ended the session
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
)
CONNECT_SECONDS = 5.0
READY_SECONDS = 2.0
# A connection that nobody needs for so long goes: each takes some 20 MiB of the server.
IDLE_SECONDS = 20.0


def load_queries(package: str, file: str = "queries.sql") -> dict[str, str]:
    """Read the `-- name: x` blocks of the package's SQL file."""
    text = (resources.files(package) / file).read_text()
    _, *parts = NAME.split(text)
    return {name: sql.strip() for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def pool_for(dsn: str, schema: str, size: int = 5, **server_settings: str) -> Pool:
    """A pool that sees one schema only; open it with `async with`. jsonb travels as text."""
    return asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=60,
        max_inactive_connection_lifetime=IDLE_SECONDS,
        reset=keep_session,
        server_settings={
            "search_path": schema,
            "application_name": f"attune {schema}",
            **server_settings,
        },
    )


async def keep_session(_: Connection) -> None:
    """Nothing of ours changes a session, so nothing is reset: a round trip less for each query.

    A transaction that was left open is rolled back by asyncpg itself, before this.
    """


async def answers(pool: Pool) -> None:
    """Raises where the database does not answer: the readiness of a service."""
    async with asyncio.timeout(READY_SECONDS):
        await pool.fetchval("SELECT 1")
