"""What is done about statements in the background."""

from services.analytics.queries.running import LONGEST
from services.analytics.queries.store import QueryStore
from services.common.clock import Clock
from services.common.jobs import Job


def ending_abandoned(store: QueryStore, now: Clock) -> Job:
    """The job that ends on record what lost its process."""

    async def end(_: bytes) -> None:
        moment = now()
        await store.end_abandoned(moment, moment - LONGEST)

    return Job("end_abandoned_queries", end, cron="* * * * *")
