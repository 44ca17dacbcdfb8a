"""What tests of webhooks share: endpoints, facts, and a sender that tests drive."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from attune.activity.v1 import feedback_pb2
from attune.activity.v1 import webhooks_pb2 as pb

from services.activity import app
from services.activity.webhooks.outbox import Outbox, Place
from services.activity.webhooks.sending import BODY_BYTES, Sender
from services.common.db import Pool
from services.common.outgoing import OutgoingClient
from services.common.vault import Vault
from tests.clock import Clock
from tests.suite import Suite

SUBMITTED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def root(suite: Suite, org: str = "acme") -> Any:
    return suite.as_("root", "admin", org=org)


async def create(
    suite: Suite, url: str, types: Sequence[str] = (), org: str = "acme", **fields: Any
) -> pb.CreateWebhookResponse:
    request = pb.CreateWebhookRequest(url=url, event_types=types, **fields)
    made: pb.CreateWebhookResponse = await suite.webhooks.CreateWebhook(
        request, metadata=root(suite, org)
    )
    return made


async def send_test(suite: Suite, webhook_id: str) -> pb.WebhookDelivery:
    request = pb.TestWebhookRequest(webhook_id=webhook_id)
    made: pb.WebhookDelivery = await suite.webhooks.TestWebhook(request, metadata=root(suite))
    return made


async def deliveries(
    suite: Suite, webhook_id: str, org: str = "acme", **fields: Any
) -> list[pb.WebhookDelivery]:
    request = pb.ListWebhookDeliveriesRequest(webhook_id=webhook_id, **fields)
    found = await suite.webhooks.ListWebhookDeliveries(request, metadata=root(suite, org))
    return list(found.deliveries)


async def get(suite: Suite, webhook_id: str) -> pb.Webhook:
    request = pb.GetWebhookRequest(webhook_id=webhook_id)
    found: pb.Webhook = await suite.webhooks.GetWebhook(request, metadata=root(suite))
    return found


def rating(score: int, **fields: Any) -> feedback_pb2.FeedbackReceived:
    known = {"feedback_id": 7, "conversation_id": "c-1", "user_id": "ann", "score": score}
    fact = feedback_pb2.FeedbackReceived(**{**known, **fields})
    fact.submitted_at.FromDatetime(SUBMITTED)
    return fact


async def append(pool: Pool, *facts: feedback_pb2.FeedbackReceived, org: str = "acme") -> None:
    """Put facts into activity's log, as the transactions that store ratings do."""
    for fact in facts:
        await pool.execute(
            "WITH head AS (INSERT INTO event_head (organization_id, seq) VALUES ($1, 1)"
            " ON CONFLICT (organization_id) DO UPDATE SET seq = event_head.seq + 1 RETURNING seq)"
            " INSERT INTO event_log (organization_id, seq, recorded_at, type, payload)"
            " SELECT $1, seq, now(), $2, $3 FROM head",
            *(org, fact.DESCRIPTOR.full_name, fact.SerializeToString()),
        )


@dataclass
class Driven:
    """A sender without a loop of its own: it sends when a test says so, at the test's time."""

    pool: Pool
    sender: Sender
    clock: Clock

    async def send(self, webhook_id: str, org: str = "acme") -> bool:
        return await self.sender.send_due(Place(org, UUID(webhook_id)))


@asynccontextmanager
async def driven(suite: Suite, **changed: Any) -> AsyncIterator[Driven]:
    settings, clock = suite.activity_settings.model_copy(update=changed), Clock()
    clock.advance(minutes=1)  # what the service makes by its own clock is due by this one
    seconds = settings.webhook_timeout_seconds
    client = OutgoingClient(settings.outgoing_policy, seconds=seconds, body_limit=BODY_BYTES)
    async with app.pool_of(settings) as pool, client:
        vault = Vault(pool, settings.keyring, clock)
        sender = Sender(Outbox(pool), vault, client, seconds, clock, jitter=lambda: 0.0)
        yield Driven(pool, sender, clock)


def body(payload: pb.WebhookDelivery) -> Any:
    return json.loads(payload.payload.utf8)
