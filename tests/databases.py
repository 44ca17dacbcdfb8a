"""Databases cloned from the migrated template, for fixtures of any scope."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from services.common.db import Connection
from tests.suite import Servers


@asynccontextmanager
async def cloned(servers: Servers, template: str) -> AsyncIterator[str]:
    """The name of a fresh clone, dropped at the end."""
    name = f"test_{uuid.uuid4().hex}"
    async with connected(servers.admin_dsn()) as admin:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield name
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def connected(dsn: str, schema: str = "") -> AsyncIterator[Connection]:
    """A connection that sees one schema, as a service's own do."""
    settings = {"search_path": schema} if schema else None
    conn = await asyncpg.connect(dsn, server_settings=settings)
    try:
        yield conn
    finally:
        await conn.close()
