"""Durable ingest: what arrives together is stored together, behind a bounded queue."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import msgspec
import structlog

from services.analytics.tracking.domain import (
    ACCEPTED,
    DUPLICATE,
    INVALID,
    OLDEST,
    REFUSED,
    Arrival,
    Event,
    Outcome,
    RefusedEvent,
)
from services.analytics.tracking.store import SQL, Firsts, ensure_months, insert_events
from services.common.db import Connection, Pool
from services.common.errors import Violation
from services.common.group_commit import DATA_ERRORS, GroupCommit

log = structlog.get_logger(__name__)

# Of one organization; requests with up to 4 MiB each, which are held decoded.
MAX_REQUESTS = 2_000
MAX_BYTES = 32 * 1024 * 1024
REQUEST_OVERHEAD_BYTES = 500


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What a request brought."""

    arrival: Arrival
    entries: Sequence[Event | RefusedEvent]

    @property
    def events(self) -> list[Event]:
        return [entry for entry in self.entries if isinstance(entry, Event)]

    @property
    def refused(self) -> list[RefusedEvent]:
        return [entry for entry in self.entries if isinstance(entry, RefusedEvent)]


class Recorder:
    """Stores the requests of one organization that arrive together in one transaction."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._queue: GroupCommit[Batch, list[Outcome]] = GroupCommit(
            "events", self._write, MAX_REQUESTS, MAX_BYTES
        )
        self._months: set[tuple[int, int]] = set()

    async def record(self, batch: Batch, size: int) -> list[Outcome]:
        """What became of each entry, all durable. Raises Unavailable where the queue is full."""
        if batch.arrival.imported:
            await self._ensure_months(batch)
        organization_id = batch.arrival.organization_id
        return await self._queue.submit(organization_id, batch, size + REQUEST_OVERHEAD_BYTES)

    async def flushed(self) -> None:
        await self._queue.flushed()

    async def _ensure_months(self, batch: Batch) -> None:
        """Make the months of old events, which are there for younger ones."""
        oldest = batch.arrival.received_at - OLDEST
        old = [event.timestamp for event in batch.events if event.timestamp < oldest]
        new = {(when.year, when.month) for when in old} - self._months
        if new:
            await ensure_months(self._pool, min(old).date(), max(old).date())
            self._months |= new

    async def _write(self, organization_id: str, batches: Sequence[Batch]) -> list[list[Outcome]]:
        events = [event for batch in batches for event in batch.events]
        try:
            async with self._pool.acquire() as conn, conn.transaction():
                firsts = await insert_events(conn, organization_id, events)
                for batch in batches:
                    await keep_refused(conn, batch)
        except DATA_ERRORS:
            if len(batches) > 1:
                raise  # then each is written alone
            return [await self._write_apart(organization_id, batches[0])]
        return [outcomes_of(batch, firsts) for batch in batches]

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


async def keep_refused(conn: Connection, batch: Batch) -> None:
    arrival, refused = batch.arrival, batch.refused
    if not refused:
        return
    await conn.execute(
        SQL["keep_refused"],
        arrival.organization_id,
        arrival.received_at,
        arrival.source,
        arrival.form,
        arrival.imported,
        [entry.id for entry in refused],
        [entry.reason for entry in refused],
        [errors_text(entry.violations) for entry in refused],
        [entry.body for entry in refused],
    )


def errors_text(violations: Iterable[Violation]) -> str:
    return msgspec.json.encode([asdict(violation) for violation in violations]).decode()


def outcomes_of(batch: Batch, firsts: Firsts) -> list[Outcome]:
    return [outcome_of(entry, firsts) for entry in batch.entries]


def outcome_of(entry: Event | RefusedEvent, firsts: Firsts) -> Outcome:
    if isinstance(entry, RefusedEvent):
        return Outcome(REFUSED, entry.id, entry.violations)
    first = firsts.get(entry.id)
    return Outcome(ACCEPTED, entry.id) if first is None else Outcome(DUPLICATE, first)
