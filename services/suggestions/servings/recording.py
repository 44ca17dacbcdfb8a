"""Recording what was shown, beside the answer: nobody waits for it.

Servings gather for a moment and are stored together. A process that is killed loses those of the
last moment; one that is told to stop stores them first. Where more come than can be stored, or the
database refuses them, they are dropped and counted: suggestions matter more than their record.
"""

import asyncio
from collections.abc import Sequence

import structlog
from prometheus_client import Counter

from services.common.errors import Unavailable
from services.common.group_commit import GroupCommit
from services.suggestions.servings.domain import Serving
from services.suggestions.servings.store import ServingStore

log = structlog.get_logger(__name__)

# Shorter than the worker waits before it reads a click, so that the serving is there by then.
LINGER_SECONDS = 0.05
ROW_BYTES = 1_000  # about what an answer of six takes

RECORDED = Counter("attune_servings_recorded_total", "Answers recorded as shown.")
DROPPED = Counter("attune_servings_dropped_total", "Answers shown but not recorded.", ["reason"])


class Recorder:
    def __init__(self, store: ServingStore) -> None:
        self._store = store
        self._queue: GroupCommit[Serving, None] = GroupCommit(
            "servings", self._write, linger_seconds=LINGER_SECONDS
        )

    def record(self, serving: Serving) -> None:
        """Have the answer stored soon. Never fails and never waits."""
        if not serving.suggestions:
            return
        try:
            stored = self._queue.put(serving.organization_id, serving, ROW_BYTES)
        except Unavailable:
            DROPPED.labels("full").inc()
        else:
            stored.add_done_callback(count)

    async def flushed(self) -> None:
        """Wait until all is stored: what a service does before it stops."""
        await self._queue.flushed()

    async def _write(self, organization_id: str, servings: Sequence[Serving]) -> Sequence[None]:
        await self._store.insert(organization_id, servings)
        return [None] * len(servings)


def count(stored: "asyncio.Future[None]") -> None:
    error = None if stored.cancelled() else stored.exception()
    if stored.cancelled() or error:
        DROPPED.labels("failed").inc()
        log.warning("serving not recorded", error=str(error))
    else:
        RECORDED.inc()
