"""The directory of cached results: one method for each query in queries.sql."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.common.clock import Clock
from services.common.db import Pool, load_queries
from services.common.jobs import Job

SQL = load_queries(__package__)


@dataclass(frozen=True)
class Entry:
    """A result in Redis; `size` in bytes."""

    key: str
    tree_hash: str
    connection_id: str
    result_id: UUID
    as_of: datetime
    size: int
    row_count: int
    hits: int
    created_at: datetime
    expires_at: datetime


class CacheStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def put(
        self, organization_id: str, entry: Entry, kept_until: datetime, most_bytes: int
    ) -> list[tuple[str, UUID]]:
        """Enter it; returns keys and results that had to make room."""
        e = entry
        told = (e.key, e.tree_hash, e.connection_id, e.result_id, e.as_of, e.size, e.row_count)
        times = (e.created_at, e.expires_at, kept_until)
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(SQL["hold_key"], organization_id, e.key)
            await conn.execute(SQL["keep_superseded"], organization_id, e.key, e.result_id)
            await conn.execute(SQL["put_entry"], organization_id, *told, *times)
            rows = await conn.fetch(SQL["make_room"], organization_id, most_bytes)
        return [(row["key"], row["result_id"]) for row in rows]

    async def hit(self, organization_id: str, key: str) -> None:
        await self._pool.execute(SQL["count_hit"], organization_id, key)

    async def take(
        self, organization_id: str, key: str, connection_id: str, tree_hash: str
    ) -> list[tuple[str, UUID]]:
        """Keys and results that go; empty means any."""
        args = (organization_id, key, connection_id, tree_hash)
        rows = await self._pool.fetch(SQL["take_entries"], *args)
        return [(row["key"], row["result_id"]) for row in rows]

    async def page(
        self, organization_id: str, now: datetime, after: str, limit: int
    ) -> list[Entry]:
        """By key and, where there are more, one more than the limit."""
        args = (organization_id, now, after, limit + 1)
        return [Entry(**row) for row in await self._pool.fetch(SQL["list_entries"], *args)]

    async def forget(self, now: datetime) -> None:
        await self._pool.execute(SQL["forget_entries"], now)


def forgetting_results(store: CacheStore, now: Clock) -> Job:
    """The job that drops entries of results that are not kept any more."""

    async def forget(_: bytes) -> None:
        await store.forget(now())

    return Job("forget_query_results", forget, cron="*/10 * * * *")
