"""Views that a service offers to whoever writes SQL, and the roles around them.

A service offers them by two files of its package: store/views.sql and store/roles.sql. They are run
by migrations, the first as `attune_<schema>_views`, which owns the schema `store` and nothing else,
so that row-level security holds for what a view reads; the second as `attune_<schema>_roles`, which
may make roles. Neither can log in, and no process is a member of either.
"""

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable

from services.common.db import Connection

STORE = "store"


def offers_views(package: str) -> bool:
    return _file(package, "views.sql").is_file()


async def make_view_roles(conn: Connection, schema: str) -> None:
    """Make the two roles and the schema of the views, before the service's tables name them."""
    await _make_role(conn, f"attune_{schema}_views", "")
    await _make_role(conn, f"attune_{schema}_roles", "CREATEROLE")
    await conn.execute(
        f"CREATE SCHEMA IF NOT EXISTS {STORE} AUTHORIZATION attune_{schema}_views;"
        f"GRANT USAGE ON SCHEMA {schema} TO attune_{schema}_views, attune_{schema}_roles;"
        f"GRANT CREATE ON SCHEMA {schema} TO attune_{schema}_roles"
    )


async def _make_role(conn: Connection, role: str, attributes: str) -> None:
    if not await conn.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await conn.execute(f"CREATE ROLE {role} NOLOGIN {attributes}")
    if not await conn.fetchval("SELECT pg_has_role($1, 'USAGE')", role):
        await conn.execute(f"GRANT {role} TO CURRENT_USER")


async def publish(conn: Connection, schema: str, package: str) -> None:
    """Run both files; the views only where their text has changed, for that waits for readers."""
    await _run(conn, f"attune_{schema}_roles", schema, _file(package, "roles.sql").read_text())
    text = _file(package, "views.sql").read_text()
    stamp = f"views {hashlib.sha256(text.encode()).hexdigest()}"
    known = await conn.fetchval("SELECT obj_description($1::regnamespace)", STORE)
    if known != stamp:
        text += f"\nCOMMENT ON SCHEMA {STORE} IS '{stamp}';"
        await _run(conn, f"attune_{schema}_views", STORE, text)
    await _close_the_database(conn)


async def _run(conn: Connection, role: str, schema: str, text: str) -> None:
    async with conn.transaction():
        await conn.execute(f"SET LOCAL ROLE {role}; SET LOCAL search_path TO {schema}")
        await conn.execute(text)


async def _close_the_database(conn: Connection) -> None:
    """Take from everybody what lets a session without rights leave something behind.

    Temporary tables; and large objects and messages in the write-ahead log, whose functions only a
    superuser can take away.
    """
    database = await conn.fetchval("SELECT quote_ident(current_database())")
    await conn.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
    if await conn.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        functions = await conn.fetchval(
            "SELECT string_agg(oid::regprocedure::text, ', ') FROM pg_proc"
            " WHERE pronamespace = 'pg_catalog'::regnamespace"
            " AND proname IN"
            " ('lo_creat', 'lo_create', 'lo_from_bytea', 'pg_logical_emit_message')"
        )
        await conn.execute(f"REVOKE EXECUTE ON FUNCTION {functions} FROM PUBLIC")


def _file(package: str, name: str) -> Traversable:
    return resources.files(package) / STORE / name
