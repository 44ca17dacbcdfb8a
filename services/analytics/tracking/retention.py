"""What ingest forgets: message ids after a week, refused events after a month."""

from datetime import timedelta

import structlog

from services.analytics.tracking.refused import RefusedStore
from services.analytics.tracking.store import forget_messages
from services.common.clock import Clock
from services.common.db import Pool
from services.common.ids import uuid7
from services.common.jobs import Job

log = structlog.get_logger(__name__)

MESSAGES_KEPT = timedelta(days=7)
REFUSED_KEPT = timedelta(days=30)
# Of one organization; with 32 KiB each at most about 3 GB.
MOST_REFUSED = 100_000
AT_ONCE = 10_000


def forgetting_messages(pool: Pool, now: Clock) -> Job:
    """The job that forgets message ids. Killed at any point, the next run goes on there."""

    async def forget(_: bytes) -> None:
        before, gone = uuid7(now() - MESSAGES_KEPT), 0
        while some := await forget_messages(pool, before, AT_ONCE):
            gone += some
        log.info("message ids forgotten", messages=gone)

    return Job("forget_event_messages", forget, cron="25 * * * *", at_once=1)


def forgetting_refused(pool: Pool, now: Clock) -> Job:
    """The job that drops refused events: the old ones, and the oldest of too many."""
    store = RefusedStore(pool)

    async def forget(_: bytes) -> None:
        before = uuid7(now() - REFUSED_KEPT)
        bounds = dict.fromkeys(await store.outdated(before), before)
        for organization_id in await store.crowded(MOST_REFUSED):
            oldest = await store.oldest_kept(organization_id, MOST_REFUSED)
            bounds[organization_id] = max(oldest or before, before)
        for organization_id, bound in bounds.items():
            gone = 0
            while some := await store.forget(organization_id, bound, AT_ONCE):
                gone += some
            log.info("refused events dropped", organization=organization_id, events=gone)

    return Job("forget_refused_events", forget, cron="35 * * * *", at_once=1)
