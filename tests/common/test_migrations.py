"""Migrations on an empty database."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.activity import app as activity
from services.analytics import app as analytics
from services.common import migrate as migrating
from services.common.db import Connection
from services.common.migrate import LOCK_ID, apply_files, locked, migrate, owning
from services.suggestions import app as suggestions
from tests.databases import connected
from tests.suite import PASSWORD, Servers
from tests.waiting import until

APPS = (activity, suggestions, analytics)


@pytest.fixture
async def empty(servers: Servers) -> AsyncIterator[str]:
    """The administrator's DSN of a database without anything in it."""
    name = f"empty_{uuid.uuid4().hex}"
    async with connected(servers.admin_dsn()) as admin:
        await admin.execute(f"CREATE DATABASE {name}")
        yield servers.admin_dsn(name)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def migrate_all(dsn: str, password: str | None = PASSWORD) -> None:
    for app in APPS:
        await migrate(dsn, app.SCHEMA, str(app.__package__), password)


async def structure(conn: Connection) -> list[tuple[str, ...]]:
    rows = await conn.fetch(
        "SELECT n.nspname, c.relname, c.relkind::text, c.relowner::regrole::text, c.relacl::text"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname IN ('activity', 'suggestions', 'analytics') ORDER BY 1, 2"
    )
    return [tuple(row) for row in rows]


async def test_a_second_run_changes_nothing(empty: str) -> None:
    await migrate_all(empty)
    async with connected(empty) as conn:
        applied = "SELECT name, applied_at FROM activity.migrations ORDER BY name"
        before, files = await structure(conn), await conn.fetch(applied)
        await migrate_all(empty)
        assert await structure(conn) == before
        assert await conn.fetch(applied) == files
    assert len(files) > 3


async def test_concurrent_runs_wait_for_each_other(empty: str) -> None:
    await asyncio.gather(*(migrate_all(empty) for _ in range(3)))
    async with connected(empty) as conn:
        names = await conn.fetch("SELECT name FROM suggestions.migrations")
    assert len({row["name"] for row in names}) == len(names) > 3


async def test_a_run_holds_the_lock_and_the_next_one_waits_for_it(empty: str) -> None:
    async with connected(empty) as conn:
        await conn.execute("SELECT pg_advisory_lock($1)", LOCK_ID)
        waiting = asyncio.create_task(migrate_all(empty))

        async def waits() -> bool:
            return bool(
                await conn.fetchval(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                    " AND database = (SELECT oid FROM pg_database"
                    " WHERE datname = current_database())"
                )
            )

        await until(waits)
        assert not await structure(conn)
        await conn.execute("SELECT pg_advisory_unlock($1)", LOCK_ID)
        await waiting
        assert await structure(conn)


async def test_a_file_that_fails_leaves_nothing_and_is_tried_again(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate_all(empty)

    class File:
        name = "9999_new.sql"
        text = "CREATE TABLE half (x int); SELECT 1 / 0;"

        def read_text(self) -> str:
            return self.text

    file = File()
    monkeypatch.setattr(migrating, "migration_files", lambda _: iter([file]))
    async with locked(empty) as conn, owning(conn, "activity"):
        with pytest.raises(asyncpg.DivisionByZeroError):
            await apply_files(conn)
        assert await conn.fetchval("SELECT to_regclass('half')") is None
        file.text = "CREATE TABLE half (x int);"
        await apply_files(conn)
        assert await conn.fetchval("SELECT to_regclass('half')") == "half"


async def test_a_lock_that_somebody_holds_ends_the_run_instead_of_the_service(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "100ms")
    await migrate_all(empty)
    async with connected(empty) as reader, reader.transaction():
        await reader.execute("LOCK TABLE activity.members IN ACCESS SHARE MODE")
        async with locked(empty) as conn:
            with pytest.raises(asyncpg.LockNotAvailableError):
                await conn.execute("ALTER TABLE activity.members ADD COLUMN x int")


async def test_the_owner_cannot_log_in_and_owns_everything(empty: str) -> None:
    await migrate_all(empty)
    async with connected(empty) as conn:
        for app in APPS:
            owner = f"attune_{app.SCHEMA}_owner"
            row = await conn.fetchrow("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", owner)
            assert row
            assert not row["rolcanlogin"]
            owners = await conn.fetch(
                "SELECT DISTINCT relowner::regrole::text AS owner FROM pg_class"
                " WHERE relnamespace = $1::regnamespace",
                app.SCHEMA,
            )
            assert [row["owner"] for row in owners] == [owner]


async def test_without_a_password_the_role_keeps_its_own(servers: Servers, empty: str) -> None:
    await migrate_all(empty)
    await migrate_all(empty, None)
    name = empty.rpartition("/")[2]
    async with connected(servers.dsn(name, "activity"), "activity") as conn:
        assert await conn.fetchval("SELECT current_user") == "attune_activity"


async def test_functions_are_not_for_everybody(empty: str) -> None:
    await migrate_all(empty)
    async with connected(empty) as conn:
        public = await conn.fetch(
            "SELECT p.proname FROM pg_proc p, aclexplode(coalesce(p.proacl,"
            " acldefault('f', p.proowner))) a WHERE a.grantee = 0"
            " AND p.pronamespace"
            " = ANY(ARRAY['activity', 'suggestions', 'analytics']::regnamespace[])"
        )
    assert public == []
