"""What Prometheus reads about suggestions. No organization, person or text is ever a label."""

from prometheus_client import Counter, Gauge

from services.common.clock import Clock
from services.suggestions.metrics.domain import CACHE_WINDOW
from services.suggestions.metrics.store import MetricsStore

REQUESTS = Counter(
    "attune_suggestion_requests_total", "Requests for suggestions, by how answered.", ["source"]
)
CLICKS = Counter("attune_suggestion_clicks_total", "Clicks on what was shown before.")
CACHE_ENTRIES = Gauge(
    "attune_suggestion_cache_entries", "Entries of the last 24 hours in the cache.", ["hit"]
)


async def measure(store: MetricsStore, now: Clock) -> None:
    found = await store.everybodys_entries(now() - CACHE_WINDOW)
    CACHE_ENTRIES.labels("yes").set(found.entries_hit)
    CACHE_ENTRIES.labels("no").set(found.entries - found.entries_hit)
