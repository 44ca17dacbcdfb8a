"""When cached suggestions must not be served any more.

The person's version moves in the transaction that changes what the suggestions were made from; an
entry is valid only with the version that was read before it was computed. So an entry that was
under way during the change is never served.
"""

from collections.abc import Sequence

from services.common.clock import Clock
from services.common.db import Connection, Pool, load_queries
from services.common.jobs import Job

SQL = load_queries(__package__, "invalidation.sql")


async def outdate(conn: Connection, organization_id: str, user_ids: Sequence[str]) -> None:
    """Drop these people's cached suggestions, in the current transaction."""
    if user_ids:
        await conn.execute(SQL["outdate_people"], organization_id, list(user_ids))
        await conn.execute(SQL["drop_cached"], organization_id, list(user_ids))


async def drop_all(conn: Connection, organization_id: str) -> None:
    """Free what a new generation of patterns has made invalid."""
    await conn.execute(SQL["drop_all_cached"], organization_id)


def dropping_expired(pool: Pool, now: Clock) -> Job:
    """The job that frees what has expired."""

    async def drop(_: bytes) -> None:
        organization = ""
        while organization := await pool.fetchval(SQL["next_cached_organization"], organization):
            while await pool.execute(SQL["drop_expired"], organization, now()) != "DELETE 0":
                pass  # in slices, so that none holds its locks for long

    return Job("drop_expired_suggestions", drop, cron="*/10 * * * *")
