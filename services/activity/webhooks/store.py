"""Endpoints and the log of deliveries: one method for each query in queries.sql."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.activity.webhooks.domain import MOST_ENDPOINTS, Delivery, Endpoint, Event
from services.common.clock import Clock
from services.common.db import Connection, Database, Pool, load_queries
from services.common.jobs import Job

SQL = load_queries(__package__)
DROPPED_AT_ONCE = 10_000
REPLAYED_AT_ONCE = 10_000


class WebhookStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def add(
        self, conn: Connection, organization_id: str, endpoint: Endpoint, secret: bytes
    ) -> Endpoint | None:
        """None where there are as many as there may be."""
        e = endpoint
        await conn.execute(SQL["hold_endpoints"], organization_id)
        row = await conn.fetchrow(
            SQL["add_endpoint"],
            *(organization_id, e.endpoint_id, e.url, e.event_types, e.description),
            *(e.disabled_reason, secret, e.created_by, e.created_at, MOST_ENDPOINTS),
        )
        return Endpoint(**row) if row else None

    async def get(
        self, organization_id: str, endpoint_id: UUID, db: "Database | None" = None
    ) -> Endpoint | None:
        db = db or self.pool
        row = await db.fetchrow(SQL["get_endpoint"], organization_id, endpoint_id)
        return Endpoint(**row) if row else None

    async def page(
        self, organization_id: str, after: tuple[datetime, UUID], limit: int
    ) -> list[Endpoint]:
        """The endpoints and, where there are more, one more than the limit."""
        rows = await self.pool.fetch(SQL["list_endpoints"], organization_id, *after, limit + 1)
        return [Endpoint(**row) for row in rows]

    async def update(
        self, organization_id: str, endpoint_id: UUID, changes: Mapping[str, Any], now: datetime
    ) -> Endpoint | None:
        fields = ("url", "event_types", "description", "disabled")
        args = (organization_id, endpoint_id, *map(changes.get, fields), now)
        row = await self.pool.fetchrow(SQL["update_endpoint"], *args)
        return Endpoint(**row) if row else None

    async def delete(self, organization_id: str, endpoint_id: UUID) -> bool:
        status = await self.pool.execute(SQL["delete_endpoint"], organization_id, endpoint_id)
        return status == "DELETE 1"

    async def rotate(
        self,
        organization_id: str,
        endpoint_id: UUID,
        secret: bytes,
        now: datetime,
        old_until: datetime,
    ) -> Endpoint | None:
        args = (organization_id, endpoint_id, secret, now, old_until)
        row = await self.pool.fetchrow(SQL["rotate_secret"], *args)
        return Endpoint(**row) if row else None

    async def wanting(
        self, conn: Connection, organization_id: str, kinds: Sequence[str]
    ) -> list[tuple[UUID, Sequence[str]]]:
        """Enabled endpoints with the types that they want; none means all."""
        rows = await conn.fetch(SQL["endpoints_wanting"], organization_id, kinds)
        return [(row["endpoint_id"], row["event_types"]) for row in rows]

    async def add_deliveries(
        self,
        conn: Connection,
        organization_id: str,
        pairs: Sequence[tuple[UUID, Event]],
        now: datetime,
    ) -> list[Delivery]:
        """Those that are new."""
        columns = (
            [endpoint_id for endpoint_id, _ in pairs],
            [event.event_id for _, event in pairs],
            [event.type for _, event in pairs],
            [event.body for _, event in pairs],
        )
        rows = await conn.fetch(SQL["add_deliveries"], organization_id, *columns, now)
        return [Delivery(**row) for row in rows]

    async def deliveries(
        self,
        organization_id: str,
        endpoint_id: UUID,
        before: tuple[datetime, UUID],
        limit: int,
        status: str | None,
    ) -> list[Delivery]:
        """Newest first and, where there are more, one more than the limit."""
        args: tuple[Any, ...] = (organization_id, endpoint_id, *before, limit + 1)
        if status is None:
            rows = await self.pool.fetch(SQL["list_deliveries"], *args)
        elif status == "delivered":
            rows = await self.pool.fetch(SQL["list_delivered"], *args)
        else:
            rows = await self.pool.fetch(SQL["list_undelivered"], *args, status)
        return [Delivery(**row) for row in rows]

    async def replay(
        self, organization_id: str, endpoint_id: UUID, delivery_id: UUID, now: datetime
    ) -> Delivery | None:
        args = (organization_id, endpoint_id, delivery_id, now)
        row = await self.pool.fetchrow(SQL["replay_delivery"], *args)
        return Delivery(**row) if row else None

    async def replay_failed(
        self,
        organization_id: str,
        endpoint_id: UUID,
        since: datetime,
        until: datetime,
        now: datetime,
    ) -> int:
        """How many are sent again, up to REPLAYED_AT_ONCE."""
        args = (organization_id, endpoint_id, since, until, now, REPLAYED_AT_ONCE)
        status = await self.pool.execute(SQL["replay_failed"], *args)
        return int(status.rpartition(" ")[2])

    async def drop_old(self, before: datetime) -> int:
        """In batches of DROPPED_AT_ONCE, each a transaction; returns how many."""
        gone = 0
        for place in await self.pool.fetch(SQL["list_with_old_deliveries"], before):
            some = DROPPED_AT_ONCE
            while some == DROPPED_AT_ONCE:
                args = (*place, before, DROPPED_AT_ONCE)
                status = await self.pool.execute(SQL["drop_old_deliveries"], *args)
                some = int(status.rpartition(" ")[2])
                gone += some
        return gone


def dropping_old_deliveries(pool: Pool, kept: timedelta, now: Clock) -> Job:
    """The job that drops deliveries that were made longer ago."""

    async def drop(_: bytes) -> None:
        await WebhookStore(pool).drop_old(now() - kept)

    return Job("drop_old_webhook_deliveries", drop, cron="35 1 * * *")
