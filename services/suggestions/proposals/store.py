"""The model_proposals table: one method for each query in queries.sql."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.common.clock import Clock
from services.common.db import Pool, load_queries
from services.common.jobs import Job
from services.suggestions.proposals.domain import Kept, Key, Proposals

SQL = load_queries(__package__)


class ProposalStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def kept(self, keys: Sequence[Key], now: datetime) -> list[Kept]:
        """What is kept of keys that differ in their hash alone, in their order."""
        of, hashes = keys[0], [key.context_hash for key in keys]
        args = (of.organization_id, of.connection_id, of.user_id, hashes, now)
        rows = await self._pool.fetch(SQL["get_proposals"], *args)
        return sorted(map(kept_of, rows), key=lambda kept: hashes.index(kept.context_hash))

    async def keep(
        self, key: Key, found: Proposals, now: datetime, ttl: timedelta, clearings: int
    ) -> None:
        """Keep them unless the cache was cleared more often than so since they were asked for."""
        args = (*vars(key).values(), found.texts, found.source, now, now + ttl, clearings)
        await self._pool.execute(SQL["keep_proposals"], *args)


def kept_of(row: Any) -> Kept:
    proposals = Proposals(tuple(row["texts"]), row["source"])
    return Kept(row["context_hash"], proposals, row["created_at"], row["expires_at"])


def dropping_expired_proposals(pool: Pool, now: Clock) -> Job:
    """The job that frees what has expired."""

    async def drop(_: bytes) -> None:
        while await pool.execute(SQL["drop_expired_proposals"], now()) != "DELETE 0":
            pass  # in slices, so that none holds its locks for long

    return Job("drop_expired_proposals", drop, cron="*/10 * * * *")
