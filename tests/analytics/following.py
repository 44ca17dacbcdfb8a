"""Events that arrive, followed until all are known and counted."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from services.analytics import app
from services.analytics.following.follower import Follower
from services.analytics.tracking.domain import Event
from services.analytics.tracking.store import ensure_months, insert_events
from services.common.clock import utc_now
from services.common.db import Pool
from services.common.ids import uuid7
from tests.suite import Suite

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def happened(at: datetime = NOON, event: str = "Order", org: str = "acme", **more: Any) -> Event:
    """An event as ingest stores it."""
    now = utc_now()
    return Event(
        organization_id=org,
        timestamp=at,
        id=uuid7(now),
        type="track",
        event=event,
        user_id=more.pop("user", "ann"),
        anonymous_id=more.pop("anonymous", None),
        properties=json.dumps(more.pop("properties", {})),
        context=None,
        extra=None,
        message_id=None,
        source=more.pop("source", "key:k"),
        received_at=now,
        **more,
    )


@asynccontextmanager
async def pool_of(suite: Suite) -> AsyncIterator[Pool]:
    async with app.pool_of(suite.analytics_settings) as pool:
        yield pool


async def arrive(pool: Pool, events: Sequence[Event]) -> None:
    for organization in sorted({event.organization_id for event in events}):
        own = [event for event in events if event.organization_id == organization]
        days = [event.timestamp.date() for event in own]
        await ensure_months(pool, min(days), max(days))
        async with pool.acquire() as conn, conn.transaction():
            await insert_events(conn, organization, own)


async def followed(pool: Pool, *organizations: str) -> None:
    follower = Follower(pool, utc_now)
    for organization in organizations or ("acme",):
        await follower.follow(organization)
