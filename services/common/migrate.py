"""Migrations: forward-only SQL files, applied as the schema's owner under an advisory lock.

Each schema has two roles: `attune_<schema>_owner`, which cannot log in and owns everything in it,
and `attune_<schema>`, which a service's processes log in as and which owns nothing.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable

import asyncpg
import structlog

from services.common.db import Connection
from services.common.jobs import install_queue
from services.common.partitions import ensure_partitions
from services.common.views import make_view_roles, offers_views, publish

log = structlog.get_logger(__name__)

COMMON = "services.common"
LOCK_TIMEOUT = "4s"
LOCK_ID = 0x417474756E65  # "Attune"


async def migrate(admin_dsn: str, schema: str, package: str, password: str | None = None) -> None:
    """Make the schema and its roles, then apply the migrations that it has not seen.

    `admin_dsn` names a user that may create roles and schemas. `password` is what the service logs
    in with; None leaves the role's password as it is.
    """
    async with locked(admin_dsn) as conn:
        await make_roles(conn, schema, password)
        if offers_views(package):
            await make_view_roles(conn, schema)
        async with owning(conn, schema):
            await apply_files(conn)
            await apply_files(conn, package)
            await install_queue(conn)
            await ensure_partitions(conn, datetime.now(UTC).date())
        if offers_views(package):
            await publish(conn, schema, package)
        await grant_use(conn, schema)


@asynccontextmanager
async def locked(admin_dsn: str) -> AsyncIterator[Connection]:
    """A connection that holds the one migration lock of the database."""
    conn = await asyncpg.connect(admin_dsn, server_settings={"application_name": "attune migrate"})
    try:
        await conn.execute("SELECT pg_advisory_lock($1)", LOCK_ID)
        await conn.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        yield conn
    finally:
        await conn.close()


async def make_roles(conn: Connection, schema: str, password: str | None) -> None:
    for role in (f"attune_{schema}_owner", f"attune_{schema}"):
        if not await conn.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            await conn.execute(f"CREATE ROLE {role} NOLOGIN")
    if password is not None:
        quoted = await conn.fetchval("SELECT quote_literal($1::text)", password)
        await conn.execute(f"ALTER ROLE attune_{schema} LOGIN PASSWORD {quoted}")
    owner = f"attune_{schema}_owner"
    if not await conn.fetchval("SELECT pg_has_role($1, 'USAGE')", owner):
        await conn.execute(f"GRANT {owner} TO CURRENT_USER")
    await conn.execute(f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner}")


@asynccontextmanager
async def owning(conn: Connection, schema: str) -> AsyncIterator[None]:
    """Act as the schema's owner, inside that schema."""
    await conn.execute(f"SET ROLE attune_{schema}_owner")
    await conn.execute(f"SET search_path TO {schema}")
    try:
        yield
    finally:
        await conn.execute("RESET ROLE; RESET search_path")


async def apply_files(conn: Connection, package: str = COMMON) -> None:
    """Apply the package's files that are not on record, each in its own transaction."""
    await conn.execute(
        "CREATE TABLE IF NOT EXISTS migrations"
        " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    done = {row["name"] for row in await conn.fetch("SELECT name FROM migrations")}
    for file in migration_files(package):
        name = f"{package}/{file.name}"
        if name in done:
            continue
        async with conn.transaction():
            await conn.execute(file.read_text())
            await conn.execute("INSERT INTO migrations (name) VALUES ($1)", name)
        log.info("migrated", file=name)


def migration_files(package: str) -> Iterator[Traversable]:
    folder = resources.files(package) / "migrations"
    files = (f for f in folder.iterdir() if f.name.endswith(".sql"))
    yield from sorted(files, key=lambda f: f.name)


async def grant_use(conn: Connection, schema: str) -> None:
    """Let the service's processes read and write what the owner made, and nothing more."""
    user = f"attune_{schema}"
    database = await conn.fetchval("SELECT quote_ident(current_database())")
    await conn.execute(
        f"GRANT TEMPORARY ON DATABASE {database} TO {user};"
        f"GRANT USAGE ON SCHEMA {schema} TO {user};"
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {user};"
        f"REVOKE INSERT, UPDATE, DELETE ON {schema}.migrations FROM {user};"
        f"REVOKE INSERT, UPDATE, DELETE ON {schema}.append_only_tables FROM {user};"
        f"{await keeping(conn, schema)}"
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {user};"
        f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC;"
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {user}"
    )


async def keeping(conn: Connection, schema: str) -> str:
    """SQL by which rows of append-only tables, and of their partitions, stay as they are."""
    rows = await conn.fetch(
        "SELECT part.relid::regclass::text AS name"
        f" FROM {schema}.append_only_tables kept,"
        " pg_partition_tree(format('%I.%I', $1::text, kept.table_name)::regclass) part",
        schema,
    )
    return "".join(f"REVOKE UPDATE, DELETE ON {row['name']} FROM attune_{schema};" for row in rows)
