"""What is on its way: a method a query of sending.sql."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.activity.webhooks.domain import GIVE_UP_AFTER, Outcome
from services.common.db import Connection, Pool, load_queries

SQL = load_queries(__package__, "sending.sql")


@dataclass(frozen=True)
class Place:
    """An endpoint of an organization."""

    organization_id: str
    endpoint_id: UUID


@dataclass(frozen=True)
class Due:
    """Something is to be sent there; whether the last that was sent there failed."""

    place: Place
    failing: bool


@dataclass(frozen=True, kw_only=True)
class Target:
    """How an endpoint is called; secrets as the vault has them."""

    url: str
    disabled_reason: str | None
    failing_since: datetime | None
    secret: bytes = field(repr=False)
    old_secret: bytes | None = field(repr=False)
    old_secret_until: datetime | None


@dataclass(frozen=True)
class Disabling:
    """Why an answer of this address ends what is sent there."""

    reason: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A delivery that is to be sent, by whoever holds the lease, before it runs out."""

    delivery_id: UUID
    event_id: str
    event_type: str
    payload: str
    failures: int
    lease: datetime


class Outbox:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def due(self, now: datetime) -> list[Due]:
        """Endpoints for which something is to be sent, the one that waits longest first."""
        rows = await self._pool.fetch(SQL["list_due"], now)
        return [Due(Place(*place), failing) for *place, failing in rows]

    async def target(self, place: Place) -> Target | None:
        row = await self._pool.fetchrow(SQL["get_target"], place.organization_id, place.endpoint_id)
        return Target(**row) if row else None

    async def claim(
        self, place: Place, now: datetime, lease: datetime, limit: int
    ) -> list[Claimed]:
        args = (place.organization_id, place.endpoint_id, now, lease, limit)
        return [Claimed(**row) for row in await self._pool.fetch(SQL["claim"], *args)]

    async def give_up(self, place: Place, now: datetime, why: str) -> int:
        """Fail what is due, up to a thousand; returns how many."""
        args = (place.organization_id, place.endpoint_id, now, why)
        return len(await self._pool.fetch(SQL["give_up"], *args))

    async def arrived(
        self, place: Place, claimed: Claimed, outcome: Outcome, now: datetime
    ) -> None:
        told = (outcome.status, outcome.body, outcome.duration_ms)
        async with self._pool.acquire() as conn, conn.transaction():
            # The endpoint first, as in a failure: two senders may have the same delivery.
            await conn.execute(SQL["note_arrival"], place.organization_id, place.endpoint_id)
            await conn.execute(
                SQL["record_arrival"], place.organization_id, claimed.delivery_id, now, *told
            )

    async def failed(
        self,
        place: Place,
        claimed: Claimed,
        outcome: Outcome,
        now: datetime,
        again: datetime | None,
        disabling: Disabling | None,
    ) -> bool:
        """Record a failure and when it is tried again; whether it disabled the endpoint."""
        key, disables = (place.organization_id, place.endpoint_id), False
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(SQL["note_failure"], *key, now)
            if disabling:
                args = (disabling.reason, now, now - GIVE_UP_AFTER, disabling.url)
                disables = await conn.fetchval(SQL["disable"], *key, *args) is not None
                again = None if await conn.fetchval(SQL["is_disabled"], *key) else again
            await self._record_failure(conn, place, claimed, outcome, now, again)
        return disables

    async def _record_failure(
        self,
        conn: Connection,
        place: Place,
        claimed: Claimed,
        outcome: Outcome,
        now: datetime,
        again: datetime | None,
    ) -> None:
        key = (place.organization_id, claimed.delivery_id, claimed.lease)
        told = (outcome.status, outcome.body, outcome.error, outcome.duration_ms)
        await conn.execute(SQL["record_failure"], *key, again, now, *told)
