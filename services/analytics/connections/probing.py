"""Tries a connection: can it be reached, and can its role only read?"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from services.analytics.connections.domain import Report
from services.analytics.connections.dsn import Dsn
from services.analytics.connections.opening import CannotConnect, Opener
from services.analytics.connections.privileges import POWERS, Grant, advice_of, problems_of
from services.common.db import TRANSIENT_ERRORS, Connection, load_queries

SQL = load_queries(__package__, "privileges.sql")
SECONDS = 20.0


async def probe(opener: Opener, dsn: Dsn) -> Report:
    """What is wrong is in the report; nothing is raised for it."""
    start = time.monotonic()
    try:
        async with opener.opened(dsn) as conn, looking(conn, SECONDS):
            return await report_of(conn, dsn, start)
    except CannotConnect as err:
        return Report(failure=str(err), duration_ms=since(start))
    except (TimeoutError, *TRANSIENT_ERRORS, asyncpg.PostgresError) as err:
        why = f"what the role may do cannot be found out: {type(err).__name__}: {str(err)[:200]}"
        return Report(failure=why, duration_ms=since(start))


@asynccontextmanager
async def looking(conn: Connection, seconds: float) -> AsyncIterator[None]:
    """A transaction that sees one moment, changes nothing, waits for nobody, and ends in time.

    Names mean those of pg_catalog, whatever the role's search_path says.
    """
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        await conn.execute(
            f"SET LOCAL statement_timeout = {int(seconds * 1000)};"
            "SET LOCAL lock_timeout = '1s'; SET LOCAL search_path = pg_catalog"
        )
        yield


async def report_of(conn: Connection, dsn: Dsn, start: float) -> Report:
    session = await conn.fetchrow(SQL["session"])
    assert session
    role = session["role"]
    problems = problems_of(
        role,
        [dict(row) for row in await conn.fetch(SQL["attributes"])],
        [row["role"] for row in await conn.fetch(SQL["memberships"], list(POWERS))],
        [dict(row) for row in await conn.fetch(SQL["owned"])],
        [Grant(**row) for row in await conn.fetch(SQL["grants"])],
    )
    return Report(
        problems=tuple(problems),
        advice=tuple(advice_of(role, dsn.sslmode, dict(session))),
        server_version=session["server_version"][:100],
        duration_ms=since(start),
    )


def since(start: float) -> int:
    """Milliseconds."""
    return round((time.monotonic() - start) * 1000)
