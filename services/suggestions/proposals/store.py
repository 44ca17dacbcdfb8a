"""The model_proposals table: one method for each query in queries.sql."""

from datetime import datetime, timedelta

from services.common.clock import Clock
from services.common.db import Pool, load_queries
from services.common.jobs import Job
from services.suggestions.proposals.domain import Key, Proposals

SQL = load_queries(__package__)


class ProposalStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, key: Key, now: datetime) -> Proposals | None:
        row = await self._pool.fetchrow(SQL["get_proposals"], *vars(key).values(), now)
        return Proposals(tuple(row["texts"]), row["source"]) if row else None

    async def keep(self, key: Key, found: Proposals, now: datetime, ttl: timedelta) -> None:
        args = (*vars(key).values(), found.texts, found.source, now, now + ttl)
        await self._pool.execute(SQL["keep_proposals"], *args)


def dropping_expired_proposals(pool: Pool, now: Clock) -> Job:
    """The job that frees what has expired."""

    async def drop(_: bytes) -> None:
        while await pool.execute(SQL["drop_expired_proposals"], now()) != "DELETE 0":
            pass  # in slices, so that none holds its locks for long

    return Job("drop_expired_proposals", drop, cron="*/10 * * * *")
