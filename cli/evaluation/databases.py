"""The seeded databases of a suite: made, asked for gold, and looked at for changes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cli.evaluation.suite import Suite
from cli.local.errors import LocalError

if TYPE_CHECKING:
    import asyncpg

# The role that Attune reads with, as docs/connections.md asks for one.
READER = "attune_eval_reader"
GRANTS = """
REVOKE TEMPORARY ON DATABASE "{database}" FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE "{database}" TO {reader};
GRANT USAGE ON SCHEMA public TO {reader};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader};
"""
TABLES = """
SELECT quote_ident(tablename) FROM pg_catalog.pg_tables WHERE schemaname = 'public' ORDER BY 1
"""


def name_of(suite: Suite, seed: int) -> str:
    return f"eval_{suite.name}_{seed}".replace("-", "_")


async def make_reader(admin: "asyncpg.Connection[Any]", password: str) -> None:
    """The role that registered databases are read by; it may do nothing else."""
    await admin.execute(
        f"CREATE ROLE {READER} LOGIN PASSWORD '{password}' NOSUPERUSER NOCREATEDB NOCREATEROLE"
        " NOREPLICATION NOBYPASSRLS"
    )


async def build(admin: "asyncpg.Connection[Any]", suite: Suite, seed: int) -> None:
    await admin.execute(f'CREATE DATABASE "{name_of(suite, seed)}"')


async def fill(conn: "asyncpg.Connection[Any]", suite: Suite, seed: int) -> None:
    """Raises LocalError where a file of the suite does not run."""
    import asyncpg

    await conn.execute("SELECT set_config('attune.seed', $1, false)", str(seed))
    await conn.execute("SELECT set_config('TimeZone', $1, false)", suite.time_zone)
    # The same numbers on every machine: random() is drawn in one order only.
    await conn.execute("SET max_parallel_workers_per_gather = 0")
    for file in ("schema.sql", "seed.sql"):
        try:
            await conn.execute((suite.folder / file).read_text(encoding="utf-8"))
        except asyncpg.PostgresError as error:
            raise LocalError(f"{suite.folder / file} with seed {seed}: {error}") from None
    await conn.execute(GRANTS.format(database=name_of(suite, seed), reader=READER))
    await conn.execute("ANALYZE")


async def gold(conn: "asyncpg.Connection[Any]", sql: str, zone: str) -> list[tuple[Any, ...]]:
    """The rows that gold SQL gives, in the organization's zone. Changes nothing."""
    async with conn.transaction(readonly=True):
        await conn.execute("SELECT set_config('TimeZone', $1, true)", zone)
        return [tuple(row) for row in await conn.fetch(sql)]


async def fingerprint(conn: "asyncpg.Connection[Any]") -> Sequence[tuple[str, int, str]]:
    """Of each table its name, the count of its rows and a hash of what they hold."""
    found = []
    for (table,) in await conn.fetch(TABLES):
        hashed = "md5(string_agg(t::text, '|' ORDER BY t::text))"
        row = await conn.fetchrow(f"SELECT count(*), coalesce({hashed}, '') FROM {table} AS t")
        assert row
        found.append((str(table), *row))
    return found
