"""A server of a provider's, where nobody is a superuser: one may make roles and owns a database."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from cli.local.postgres import Postgres
from cli.local.process import free_ports, running
from services.analytics import app
from services.analytics.store import QueryRoles, store_dsn
from services.common.db import pool_for
from services.common.migrate import migrate
from services.common.vault import Vault
from tests.analytics.store.conftest import KEYS, OURS, ROWS, THEIRS
from tests.conftest import folder_in_memory
from tests.databases import connected
from tests.suite import PASSWORD


@pytest.fixture
def managed() -> Iterator[Postgres]:
    with TemporaryDirectory(prefix="attune-managed-", dir=folder_in_memory()) as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = Postgres(folder / "postgres", "test-superuser", free_ports(1)[0], durable=False)
        with running(server, folder / "postgres.log"):
            yield server


async def test_migrations_and_both_walls_need_no_superuser(managed: Postgres) -> None:
    async with connected(managed.dsn()) as superuser:
        await superuser.execute("CREATE ROLE operator LOGIN CREATEROLE PASSWORD 'x'")
        await superuser.execute("CREATE DATABASE attune OWNER operator")
    admin = managed.dsn("attune", "operator", "x")
    for _ in range(2):
        await migrate(admin, app.SCHEMA, str(app.__package__), PASSWORD)
    dsn = managed.dsn("attune", "attune_analytics", PASSWORD)
    async with pool_for(dsn, app.SCHEMA, size=2) as pool:
        for organization in (OURS, THEIRS):
            await pool.execute(ROWS, organization, organization)
        login = await QueryRoles(pool, Vault(pool, KEYS)).login(OURS)
    async with connected(store_dsn(dsn, login)) as conn:
        rows = await conn.fetch("SELECT user_id, count(*) FROM events GROUP BY 1")
        assert [tuple(row) for row in rows] == [(OURS, 50)]
        await conn.execute("SET default_transaction_read_only = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("CREATE TEMPORARY TABLE mine (x int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.fetch("SELECT 1 FROM analytics.events")
