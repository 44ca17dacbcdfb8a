"""Votes are kept for so many days, and then go with their history."""

from datetime import datetime, timedelta

import structlog

from services.activity.feedback.store import FeedbackStore
from services.common.clock import Clock
from services.common.jobs import Job

log = structlog.get_logger(__name__)

AT_ONCE = 1000


def forgetting_feedback(store: FeedbackStore, kept_days: int, now: Clock) -> Job:
    """The job that drops what is older. Killed at any point, the next run goes on there."""

    async def forget(_: bytes) -> None:
        before = now() - timedelta(days=kept_days)
        for organization_id in await store.outdated(before):
            gone = await forget_all(store, organization_id, before, now())
            log.info("feedback forgotten", organization=organization_id, votes=gone)

    return Job("forget_feedback", forget, cron="20 1 * * *", at_once=1)


async def forget_all(
    store: FeedbackStore, organization_id: str, before: datetime, now: datetime
) -> int:
    """Batch by batch, each a transaction; returns how many votes."""
    gone = 0
    while some := await store.forget(organization_id, before, AT_ONCE, now):
        gone += some
    while await store.forget_history(organization_id, before, AT_ONCE):
        pass
    await store.tidy(organization_id, before)
    return gone
