"""Durable ingest: what arrives together is stored together, behind a bounded queue."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import structlog
from asyncpg import DeadlockDetectedError

from services.analytics.tracking.domain import (
    INVALID,
    OLDEST,
    Arrival,
    Entry,
    Event,
    Outcome,
    RefusedEvent,
    outcome_of,
)
from services.analytics.tracking.refused import keep_refused
from services.analytics.tracking.sightings import Sightings
from services.analytics.tracking.store import Months, ensure_months_of, insert_events
from services.common.db import Pool
from services.common.errors import Violation
from services.common.group_commit import DATA_ERRORS, GroupCommit

log = structlog.get_logger(__name__)

# Of one organization; requests with up to 4 MiB each, which are held decoded.
MAX_REQUESTS = 2_000
MAX_BYTES = 32 * 1024 * 1024
REQUEST_OVERHEAD_BYTES = 500
# So many transactions of an organization at once, of requests with so many events.
LANES = 2
LARGE = 500


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What a request brought."""

    arrival: Arrival
    entries: Sequence[Entry]

    @property
    def events(self) -> list[Event]:
        return [entry for entry in self.entries if isinstance(entry, Event)]

    @property
    def refused(self) -> list[RefusedEvent]:
        return [entry for entry in self.entries if isinstance(entry, RefusedEvent)]


class Recorder:
    """Stores the requests of one organization that arrive together in one transaction.

    Large ones gain nothing by company, and are stored side by side.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._lanes: list[GroupCommit[Batch, list[Outcome]]] = [
            GroupCommit("events", self._write, MAX_REQUESTS // LANES, MAX_BYTES // LANES)
            for _ in range(LANES)
        ]
        self._months: Months = frozenset()
        self._sightings = Sightings()

    async def record(self, batch: Batch, size: int) -> list[Outcome]:
        """What became of each entry, all durable. Raises Unavailable where the queue is full."""
        if batch.arrival.imported:
            oldest = batch.arrival.received_at - OLDEST
            self._months |= await ensure_months_of(self._pool, batch.events, oldest, self._months)
        organization_id = batch.arrival.organization_id
        lane = self._lane(organization_id, len(batch.entries))
        return await lane.submit(organization_id, batch, size + REQUEST_OVERHEAD_BYTES)

    def _lane(self, organization_id: str, entries: int) -> GroupCommit[Batch, list[Outcome]]:
        """Small requests share the first; a large one goes where least is waiting."""
        if entries < LARGE:
            return self._lanes[0]
        return min(self._lanes, key=lambda lane: lane.waiting(organization_id))

    async def flushed(self) -> None:
        for lane in self._lanes:
            await lane.flushed()

    async def _write(self, organization_id: str, batches: Sequence[Batch]) -> list[list[Outcome]]:
        events = [event for batch in batches for event in batch.events]
        try:
            with self._sightings.of(organization_id, batches[0].arrival.received_at) as people:
                async with self._pool.acquire() as conn, conn.transaction():
                    firsts = await insert_events(conn, organization_id, events, people)
                    for batch in batches:
                        await keep_refused(conn, batch.arrival, batch.refused)
        except DeadlockDetectedError:  # with another batch of the same people, which is done by now
            return await self._write(organization_id, batches)
        except DATA_ERRORS:
            if len(batches) > 1:
                raise  # then each is written alone
            return [await self._write_apart(organization_id, batches[0])]
        return [[outcome_of(entry, firsts) for entry in batch.entries] for batch in batches]

    async def _write_apart(self, organization_id: str, batch: Batch) -> list[Outcome]:
        """Store half by half what the database does not take whole, and refuse what it does not."""
        entries = batch.entries
        if len(entries) > 1:
            middle = len(entries) // 2
            halves = [
                replace(batch, entries=entries[:middle]),
                replace(batch, entries=entries[middle:]),
            ]
        else:
            log.exception("the database does not take an event that passed all checks")
            halves = [replace(batch, entries=[unstorable(entry) for entry in batch.events])]
        outcomes: list[Outcome] = []
        for half in halves:
            for stored in await self._write(organization_id, [half]):
                outcomes += stored
        return outcomes


def unstorable(event: Event) -> RefusedEvent:
    problem = Violation("", "the database cannot hold it")
    body = msgspec.json.encode(event._asdict())
    return RefusedEvent(id=event.id, body=body, reason=INVALID, violations=[problem])
