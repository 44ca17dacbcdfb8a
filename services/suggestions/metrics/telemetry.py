"""What Prometheus reads about suggestions. No organization, person or text is ever a label."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from prometheus_client import Counter, Gauge

from services.common.clock import Clock
from services.suggestions.metrics.domain import CACHE_WINDOW
from services.suggestions.metrics.store import MetricsStore

log = structlog.get_logger(__name__)

MEASURE_SECONDS = 60.0

REQUESTS = Counter(
    "attune_suggestion_requests_total", "Requests for suggestions, by how answered.", ["source"]
)
CLICKS = Counter("attune_suggestion_clicks_total", "Clicks on what was shown before.")
CACHE_ENTRIES = Gauge(
    "attune_suggestion_cache_entries", "Entries of the last 24 hours in the cache.", ["hit"]
)


@asynccontextmanager
async def measuring(store: MetricsStore, now: Clock) -> AsyncIterator[None]:
    """Measure each minute until the block ends. Every worker does, and all see the same."""
    task = asyncio.create_task(keep_measuring(store, now))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def keep_measuring(store: MetricsStore, now: Clock) -> None:
    while True:
        try:
            await measure(store, now)
        except Exception as err:  # the figures stay as they were
            log.warning("cache not measured", error=str(err))
        await asyncio.sleep(MEASURE_SECONDS)


async def measure(store: MetricsStore, now: Clock) -> None:
    found = await store.everybodys_entries(now() - CACHE_WINDOW)
    CACHE_ENTRIES.labels("yes").set(found.entries_hit)
    CACHE_ENTRIES.labels("no").set(found.entries - found.entries_hit)
