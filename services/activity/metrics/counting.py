"""Keeping the counts of activities: in order, each activity once, a batch a transaction."""

from services.activity.metrics.domain import QUARTERS_KEPT
from services.activity.metrics.store import MetricsStore
from services.common.clock import Clock
from services.common.jobs import Job

NUMBERS_AT_ONCE = 5_000


def counting(store: MetricsStore, now: Clock) -> Job:
    """The job that counts what came since its last run. Killed at any point, it goes on there."""

    async def count(_: bytes) -> None:
        for organization_id, head in (await store.uncounted()).items():
            while await counted_some(store, organization_id, head):
                pass
            await store.drop_quarters(organization_id, now() - QUARTERS_KEPT)

    return Job("count_activities", count, cron="* * * * *", at_once=1)


async def counted_some(store: MetricsStore, organization_id: str, head: int) -> bool:
    """Count the next activities up to number `head`; whether there may be more."""
    async with store.pool.acquire() as conn, conn.transaction():
        after = await store.claim(conn, organization_id)
        if after is None or after >= head:
            return False
        up_to = min(after + NUMBERS_AT_ONCE, head)
        await store.count(conn, organization_id, after, up_to)
    return up_to < head
