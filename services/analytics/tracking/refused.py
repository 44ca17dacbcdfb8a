"""The refused_events table: what is kept of events that were not stored."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.analytics.tracking.domain import Arrival, RefusedEvent
from services.common.db import Connection, Pool, load_queries
from services.common.errors import Violation

SQL = load_queries(__package__, "refused.sql")

decode_violations = msgspec.json.Decoder(list[Violation]).decode


@dataclass(frozen=True, kw_only=True)
class KeptEvent:
    """A refused event with how it came. `replayed_at` and `event_id` are set once it is stored."""

    id: UUID
    received_at: datetime
    source: str
    form: str
    imported: bool
    sent_at: datetime | None
    reason: str
    violations: Sequence[Violation]
    body: bytes
    replayed_at: datetime | None
    event_id: UUID | None
    message_id: str | None

    def arrival(self, organization_id: str, *, imported: bool) -> Arrival:
        """As it arrived, so that its time is corrected by what its sender's clock was then."""
        return Arrival(
            organization_id=organization_id,
            source=self.source,
            received_at=self.received_at,
            form=self.form,
            imported=imported or self.imported,
            sent_at=self.sent_at,
        )


async def keep_refused(conn: Connection, arrival: Arrival, refused: Sequence[RefusedEvent]) -> None:
    if not refused:
        return
    await conn.execute(
        SQL["keep_refused"],
        arrival.organization_id,
        arrival.received_at,
        arrival.source,
        arrival.form,
        arrival.imported,
        arrival.sent_at,
        [entry.id for entry in refused],
        [entry.reason for entry in refused],
        [errors_text(entry.violations) for entry in refused],
        [entry.body for entry in refused],
        [entry.message_id for entry in refused],
    )


class RefusedStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def page(
        self, organization_id: str, *, replayed: bool, reason: str | None, before: UUID, limit: int
    ) -> list[KeptEvent]:
        """Newest first, older than `before`; one more than `limit` where there are more."""
        query, args = "list_replayed" if replayed else "list_waiting", [before, limit + 1]
        if reason is None:
            rows = await self.pool.fetch(SQL[query], organization_id, *args)
        else:
            named = SQL[f"{query}_for_reason"]
            rows = await self.pool.fetch(named, organization_id, *args, reason)
        return [kept_event(row) for row in rows]

    async def claim(
        self, conn: Connection, organization_id: str, which: "Which", after: UUID, limit: int
    ) -> list[KeptEvent]:
        """Lock what waits to be replayed, oldest first, in the current transaction."""
        args = (organization_id, after, limit)
        if which.ids:
            rows = await conn.fetch(SQL["claim_by_ids"], *args, list(which.ids))
        elif which.reason is not None:
            rows = await conn.fetch(SQL["claim_by_reason"], *args, which.reason)
        else:
            rows = await conn.fetch(SQL["claim_all"], *args)
        return [kept_event(row) for row in rows]

    async def mark_replayed(
        self,
        conn: Connection,
        organization_id: str,
        events: Sequence[tuple[UUID, UUID]],
        now: datetime,
    ) -> None:
        """Note what was stored: the refused one's id, and that of the event it is."""
        ids, event_ids = [one for one, _ in events], [event for _, event in events]
        await conn.execute(SQL["mark_replayed"], organization_id, now, ids, event_ids)

    async def note_still_refused(
        self, conn: Connection, organization_id: str, refused: Sequence[RefusedEvent]
    ) -> None:
        await conn.execute(
            SQL["note_still_refused"],
            organization_id,
            [one.id for one in refused],
            [one.reason for one in refused],
            [errors_text(one.violations) for one in refused],
        )

    async def forget(self, organization_id: str, before: UUID, limit: int) -> int:
        """Drop some of the oldest; returns how many."""
        done = await self.pool.execute(SQL["forget_refused"], organization_id, before, limit)
        return int(done.rpartition(" ")[2])

    async def outdated(self, before: UUID) -> list[str]:
        rows = await self.pool.fetch(SQL["outdated"], before)
        return [row["organization_id"] for row in rows]

    async def crowded(self, most: int) -> list[str]:
        rows = await self.pool.fetch(SQL["crowded"], most)
        return [row["organization_id"] for row in rows]

    async def oldest_kept(self, organization_id: str, most: int) -> UUID | None:
        found: UUID | None = await self.pool.fetchval(SQL["oldest_kept"], organization_id, most - 1)
        return found


@dataclass(frozen=True, kw_only=True)
class Which:
    """Which refused events: these, all of a reason, or all."""

    ids: Sequence[UUID] = ()
    reason: str | None = None


def kept_event(row: Any) -> KeptEvent:
    fields = dict(row)
    return KeptEvent(violations=decode_violations(fields.pop("errors")), **fields)


def errors_text(violations: Iterable[Violation]) -> str:
    return msgspec.json.encode([asdict(violation) for violation in violations]).decode()
