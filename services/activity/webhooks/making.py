"""Registers endpoints and gives them secrets: one for a request however often it comes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from services.activity.webhooks.domain import (
    MOST_ENDPOINTS,
    OLD_SECRET_KEPT,
    Endpoint,
    new_secret,
)
from services.activity.webhooks.sending import PURPOSE
from services.activity.webhooks.store import WebhookStore
from services.common.caller import Caller
from services.common.clock import Clock
from services.common.db import Connection
from services.common.errors import FailedPrecondition, NotFound
from services.common.idempotency import Claim, earlier_answer, keep_responses
from services.common.vault import Vault

RPC = "CreateWebhook"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an endpoint is to be."""

    url: str
    event_types: list[str]
    description: str
    disabled: bool


@dataclass(frozen=True)
class Made:
    """An endpoint; without its secret where it was made by an earlier request."""

    endpoint: Endpoint
    secret: str | None


class EndpointMaker:
    def __init__(self, store: WebhookStore, vault: Vault, now: Clock) -> None:
        self._store = store
        self._vault = vault
        self._now = now

    async def make(self, who: Caller, asked: Asked, claim: Claim | None) -> Made:
        """Raises FailedPrecondition, IdempotencyKeyReused."""
        organization, endpoint_id, secret = who.organization_id, uuid4(), new_secret()
        planned = plan(endpoint_id, asked, who.subject, self._now())
        # Before the transaction: the vault may take a connection of its own.
        sealed = await self._sealed(organization, endpoint_id, secret)
        async with self._store.pool.acquire() as conn, conn.transaction():
            if earlier := await self._earlier(conn, organization, claim):
                return Made(earlier, None)
            made = await self._store.add(conn, organization, planned, sealed)
            if made is None:
                raise FailedPrecondition(
                    f"the organization has {MOST_ENDPOINTS} webhooks: remove one first"
                )
            if claim:
                kept = [(claim, str(endpoint_id).encode())]
                await keep_responses(conn, organization, RPC, kept)
        return Made(made, secret)

    async def rotate(self, organization: str, endpoint_id: UUID) -> Made:
        """Raises NotFound."""
        secret, now = new_secret(), self._now()
        sealed = await self._sealed(organization, endpoint_id, secret)
        until = now + OLD_SECRET_KEPT
        endpoint = await self._store.rotate(organization, endpoint_id, sealed, now, until)
        if endpoint is None:
            raise NotFound(f"no webhook {str(endpoint_id)!r} in this organization")
        return Made(endpoint, secret)

    async def _sealed(self, organization: str, endpoint_id: UUID, secret: str) -> bytes:
        return await self._vault.encrypt(organization, PURPOSE, secret.encode(), str(endpoint_id))

    async def _earlier(
        self, conn: Connection, organization: str, claim: Claim | None
    ) -> Endpoint | None:
        """What an earlier request with this idempotency key made, unless it was removed since."""
        answer = await earlier_answer(conn, organization, RPC, claim, self._now)
        if answer is None:
            return None
        endpoint = await self._store.get(organization, UUID(answer.decode()), conn)
        if endpoint is None:
            raise NotFound("the webhook that this idempotency key made was removed")
        return endpoint


def plan(endpoint_id: UUID, asked: Asked, by: str, now: datetime) -> Endpoint:
    """The endpoint that is to be made."""
    return Endpoint(
        endpoint_id=endpoint_id,
        url=asked.url,
        event_types=sorted(set(asked.event_types)),
        description=asked.description,
        disabled_reason="admin" if asked.disabled else None,
        old_secret_until=None,
        failing_since=None,
        created_by=by,
        created_at=now,
        updated_at=now,
    )
