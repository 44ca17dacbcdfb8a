"""Keeping the rollups right: each quarter of an hour that is marked as changed is counted anew."""

from datetime import datetime

from services.analytics.rollups.domain import BUCKET, EARLIEST, LATEST, LEAST_KEPT
from services.common.db import Connection, Pool, load_queries

SQL = load_queries(__package__)
CHANGES_AT_ONCE = 2_000
# Of what waits to be counted so much is looked at, of up to 5,000 events each.
LOOKED_AT = 50
# A quarter of an hour may hold millions of events.
COUNT_SECONDS = 600


async def count_some(conn: Connection, organization_id: str) -> bool:
    """Count anew what changed longest ago, holding the organization; whether there was any.

    In a transaction: the marks are taken before the events are looked at, so that what comes or
    goes after that look is marked by rows that are still there.
    """
    rows = await conn.fetch(SQL["take_changes"], organization_id, CHANGES_AT_ONCE)
    if not rows:
        return False
    events, buckets = [row["event"] for row in rows], [row["bucket"] for row in rows]
    await conn.execute(SQL["drop_counts"], organization_id, events, buckets)
    between = (min(buckets), max(buckets) + BUCKET)
    args = (organization_id, events, buckets, *between, LEAST_KEPT)
    await conn.execute(SQL["count_anew"], *args, timeout=COUNT_SECONDS)
    return True


async def counted_until(pool: Pool, organization_id: str, event: str) -> datetime | None:
    """All events of this name before then are in the counts; None where too much waits."""
    row = await pool.fetchrow(SQL["uncounted"], organization_id, event, LOOKED_AT)
    if not row or row["waiting"] >= LOOKED_AT:
        return None
    earliest: datetime | None = row["earliest"]
    return earliest - (earliest - EARLIEST) % BUCKET if earliest else LATEST
