"""Counting requests without a round trip for any of them.

A request is counted in this process, and what came together is stored by one statement for each
organization about once a second. A process that is killed loses at most what it counted since.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import TypeAlias

import structlog

from services.common.clock import Clock
from services.common.jobs import Job
from services.suggestions.metrics.domain import KEPT, Requests, bucket_of
from services.suggestions.metrics.store import MetricsStore
from services.suggestions.metrics.telemetry import REQUESTS

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 1.0

Counts: TypeAlias = defaultdict[tuple[datetime, str], Requests]
"""Requests by quarter of an hour and source."""


class RequestCounts:
    """Requests answered, by organization, until they are stored."""

    def __init__(self, store: MetricsStore, now: Clock) -> None:
        self._store = store
        self._now = now
        self._waiting: defaultdict[str, Counts] = defaultdict(empty)
        self._storing = asyncio.Lock()

    def add(self, organization_id: str, source: str, shown: bool) -> None:
        """Count a request that was answered in this way, with suggestions or without."""
        key = (bucket_of(self._now()), source)
        self._waiting[organization_id][key].add(Requests(1, int(shown)))
        REQUESTS.labels(source).inc()

    async def flush(self, organization_id: str) -> None:
        """Store what an organization has waiting; on an error it waits on."""
        async with self._storing:  # so that what another flush took is stored by the end of this
            counts = self._waiting.pop(organization_id, None)
            if not counts:
                return
            try:
                await self._store.add_requests(organization_id, counts)
            except BaseException:
                for key, counted in counts.items():
                    self._waiting[organization_id][key].add(counted)
                raise

    @asynccontextmanager
    async def flushing(self) -> AsyncIterator[None]:
        """Store now and then until the block ends, and at its end what is left."""
        stop = asyncio.Event()
        task = asyncio.create_task(self._keep_flushing(stop))
        try:
            yield
        finally:
            stop.set()
            await task  # not cut off: what is being stored would count twice

    async def _keep_flushing(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FLUSH_SECONDS)
            await self._flush_all()

    async def _flush_all(self) -> None:
        for organization_id in list(self._waiting):
            try:
                await self.flush(organization_id)
            except Exception as err:  # whatever it is, the next second tries again
                log.warning("requests not counted yet", error=str(err))
                return


def empty() -> Counts:
    return defaultdict(Requests)


def forgetting_requests(store: MetricsStore, now: Clock) -> Job:
    """The job that drops counts which no window reaches any more."""

    async def forget(_: bytes) -> None:
        await store.forget_requests(now() - KEPT)

    return Job("forget_request_counts", forget, cron="20 1 * * *")
