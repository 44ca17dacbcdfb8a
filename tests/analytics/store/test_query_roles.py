"""Query roles: one for each organization, and what happens when passwords or roles are gone."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.analytics.store import Login, QueryRoles, store_dsn
from services.analytics.store.roles import PURPOSE
from services.common.db import Pool, pool_for
from services.common.vault import Keyring, Vault
from tests.databases import connected
from tests.suite import Servers

KEYS = Keyring({"test": b"k" * 32})


@pytest.fixture
async def pool(servers: Servers, database: str) -> AsyncIterator[Pool]:
    async with pool_for(servers.dsn(database, "analytics"), "analytics", size=2) as pool:
        yield pool


@pytest.fixture
def vault(pool: Pool) -> Vault:
    return Vault(pool, KEYS)


async def who(servers: Servers, database: str, login: Login) -> str:
    dsn = store_dsn(servers.dsn(database, "analytics"), login)
    async with connected(dsn) as conn:
        return str(await conn.fetchval("SELECT session_user"))


async def test_each_organization_has_one_role_in_all_processes(
    servers: Servers, database: str, pool: Pool, vault: Vault
) -> None:
    processes = [QueryRoles(pool, vault) for _ in range(4)]
    logins = await asyncio.gather(*(process.login("acme") for process in processes))
    other = await processes[0].login("globex")
    assert len(set(logins)) == 1
    assert other.user != logins[0].user
    assert await who(servers, database, logins[0]) == logins[0].user
    assert await who(servers, database, other) == other.user


async def test_a_role_whose_password_is_erased_gets_a_new_one(
    servers: Servers, database: str, pool: Pool, vault: Vault
) -> None:
    before = await QueryRoles(pool, vault).login("acme")
    await vault.destroy("acme", PURPOSE)
    after = await QueryRoles(pool, Vault(pool, KEYS)).login("acme")
    assert (after.user, after.password != before.password) == (before.user, True)
    assert await who(servers, database, after) == after.user
    with pytest.raises(asyncpg.InvalidPasswordError):
        await who(servers, database, before)


async def test_a_role_that_is_gone_from_the_cluster_is_made_anew(
    servers: Servers, database: str, pool: Pool, vault: Vault
) -> None:
    before = await QueryRoles(pool, vault).login("acme")
    async with connected(servers.admin_dsn(database)) as admin:
        await admin.execute(f"DROP ROLE {before.user}")
    after = await QueryRoles(pool, vault).login("acme")
    assert await who(servers, database, after) == after.user != before.user


async def test_a_copy_of_the_database_leaves_the_roles_of_the_original_alone(
    servers: Servers, database: str, vault: Vault, pool: Pool
) -> None:
    original = await QueryRoles(pool, vault).login("acme")
    await pool.expire_connections()
    await pool.close()
    copy = f"{database}_copy"
    async with connected(servers.admin_dsn()) as admin:
        await admin.execute(f"CREATE DATABASE {copy} TEMPLATE {database}")
        try:
            async with pool_for(servers.dsn(copy, "analytics"), "analytics") as other:
                copied = await QueryRoles(other, Vault(other, KEYS)).login("acme")
        finally:
            await admin.execute(f"DROP DATABASE {copy} WITH (FORCE)")
            await admin.execute(f"DROP ROLE {copied.user}")
    assert copied.user != original.user
    assert await who(servers, database, original) == original.user


async def test_the_service_itself_makes_no_role(pool: Pool) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("CREATE ROLE mine LOGIN")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("SET ROLE attune_analytics_roles")


@pytest.mark.parametrize("verifier", ["", "secret", "SCRAM-SHA-256$1:a$b:c' SUPERUSER --"])
async def test_a_role_gets_no_password_but_a_verifier(pool: Pool, verifier: str) -> None:
    with pytest.raises(asyncpg.InvalidParameterValueError):
        await pool.execute("SELECT give_query_role('acme', $1, 'x', NULL)", verifier)
