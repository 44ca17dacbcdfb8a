"""The gRPC face of webhooks: translate, check, store, answer."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from attune.activity.v1 import webhooks_pb2 as pb
from attune.activity.v1 import webhooks_pb2_grpc as pb_grpc
from attune.common.v1.json_pb2 import Json

from services.activity.webhooks.domain import (
    EVENT_TYPES,
    PAYLOAD_BYTES,
    TEST,
    Delivery,
    Endpoint,
    event_of,
    violations_of,
)
from services.activity.webhooks.making import Asked, EndpointMaker
from services.activity.webhooks.publishing import publish
from services.activity.webhooks.store import REPLAYED_AT_ONCE, WebhookStore
from services.common.caller import caller
from services.common.clock import Clock
from services.common.errors import FailedPrecondition, InvalidFields, NotFound, Violation
from services.common.idempotency import claim_of
from services.common.interceptors import Context
from services.common.masks import masked
from services.common.moments import moment
from services.common.outgoing import Policy, Refused, checked_url
from services.common.pages import filters_hash, page_token, position_of
from services.common.payloads import check_json

ENDPOINTS, DELIVERIES = 50, 50
START = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
END = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=0))
# What the server knows; a caller may send back what it read.
OURS = {
    *("id", "disabled_reason", "failing_since", "created_by", "created_at", "updated_at"),
    "old_secret_until",
}


class WebhooksService(pb_grpc.WebhooksServiceServicer):
    def __init__(
        self, store: WebhookStore, maker: EndpointMaker, policy: Policy, now: Clock
    ) -> None:
        self._store = store
        self._maker = maker
        self._policy = policy
        self._now = now

    async def CreateWebhook(
        self, request: pb.CreateWebhookRequest, context: Context
    ) -> pb.CreateWebhookResponse:
        who = caller()
        asked = Asked(
            url=request.url,
            event_types=list(request.event_types),
            description=request.description,
            disabled=request.disabled,
        )
        self._check(vars(asked))
        made = await self._maker.make(who, asked, claim_of(who.subject, request))
        return pb.CreateWebhookResponse(webhook=webhook_to_pb(made.endpoint), secret=made.secret)

    async def ListWebhooks(
        self, request: pb.ListWebhooksRequest, context: Context
    ) -> pb.ListWebhooksResponse:
        limit, filters, after = request.page_size or ENDPOINTS, filters_hash("webhooks"), START
        if request.page_token:
            after = position_of(request.page_token, filters, tuple[datetime, UUID])
        found = await self._store.page(caller().organization_id, after, limit)
        page, more = found[:limit], len(found) > limit
        return pb.ListWebhooksResponse(
            webhooks=map(webhook_to_pb, page),
            next_page_token=page_token(filters, position(page[-1])) if more else None,
        )

    async def GetWebhook(self, request: pb.GetWebhookRequest, context: Context) -> pb.Webhook:
        return webhook_to_pb(await self._endpoint(request.webhook_id))

    async def UpdateWebhook(self, request: pb.UpdateWebhookRequest, context: Context) -> pb.Webhook:
        changes = masked(request.webhook, request.update_mask, ignore=OURS)
        self._check(changes)
        if "event_types" in changes:
            changes["event_types"] = sorted(set(changes["event_types"]))
        key = (caller().organization_id, id_of(request.webhook_id, "webhook"))
        return webhook_to_pb(
            there(await self._store.update(*key, changes, self._now()), request.webhook_id)
        )

    async def DeleteWebhook(
        self, request: pb.DeleteWebhookRequest, context: Context
    ) -> pb.DeleteWebhookResponse:
        endpoint_id = id_of(request.webhook_id, "webhook")
        if not await self._store.delete(caller().organization_id, endpoint_id):
            raise NotFound(f"no webhook {request.webhook_id!r} in this organization")
        return pb.DeleteWebhookResponse()

    async def RotateWebhookSecret(
        self, request: pb.RotateWebhookSecretRequest, context: Context
    ) -> pb.RotateWebhookSecretResponse:
        endpoint_id = id_of(request.webhook_id, "webhook")
        made = await self._maker.rotate(caller().organization_id, endpoint_id)
        return pb.RotateWebhookSecretResponse(
            webhook=webhook_to_pb(made.endpoint), secret=made.secret
        )

    async def TestWebhook(
        self, request: pb.TestWebhookRequest, context: Context
    ) -> pb.WebhookDelivery:
        organization, now = caller().organization_id, self._now()
        endpoint = await self._enabled(request.webhook_id)
        data = {"webhook_id": str(endpoint.endpoint_id), "message": "This is a test."}
        event = event_of(organization, TEST, str(uuid4()), now, data)
        pairs = [(endpoint.endpoint_id, event)]
        async with self._store.pool.acquire() as conn:
            [made] = await self._store.add_deliveries(conn, organization, pairs, now)
        return delivery_to_pb(made)

    async def ListWebhookDeliveries(
        self, request: pb.ListWebhookDeliveriesRequest, context: Context
    ) -> pb.ListWebhookDeliveriesResponse:
        endpoint = await self._endpoint(request.webhook_id)
        limit, before = request.page_size or DELIVERIES, END
        status = request.status or None
        filters = filters_hash("webhook deliveries", str(endpoint.endpoint_id), status)
        if request.page_token:
            before = position_of(request.page_token, filters, tuple[datetime, UUID])
        key = (caller().organization_id, endpoint.endpoint_id)
        found = await self._store.deliveries(*key, before, limit, status)
        page, more = found[:limit], len(found) > limit
        return pb.ListWebhookDeliveriesResponse(
            deliveries=map(delivery_to_pb, page),
            next_page_token=page_token(filters, position(page[-1])) if more else None,
        )

    async def ReplayWebhookDelivery(
        self, request: pb.ReplayWebhookDeliveryRequest, context: Context
    ) -> pb.WebhookDelivery:
        endpoint = await self._enabled(request.webhook_id)
        delivery_id = id_of(request.delivery_id, "delivery")
        key = (caller().organization_id, endpoint.endpoint_id, delivery_id)
        replayed = await self._store.replay(*key, self._now())
        if replayed is None:
            raise NotFound(f"no delivery {request.delivery_id!r} of this webhook")
        return delivery_to_pb(replayed)

    async def ReplayFailedWebhookDeliveries(
        self, request: pb.ReplayFailedWebhookDeliveriesRequest, context: Context
    ) -> pb.ReplayFailedWebhookDeliveriesResponse:
        since, until, now = moment(request, "since"), moment(request, "until"), self._now()
        assert since
        if until is not None and until <= since:
            raise InvalidFields(Violation("until", "must be later than since"))
        endpoint = await self._enabled(request.webhook_id)
        key = (caller().organization_id, endpoint.endpoint_id)
        count = await self._store.replay_failed(*key, since, until or now, now)
        return pb.ReplayFailedWebhookDeliveriesResponse(
            replayed=count, more=count == REPLAYED_AT_ONCE
        )

    async def SendWebhookEvent(
        self, request: pb.SendWebhookEventRequest, context: Context
    ) -> pb.SendWebhookEventResponse:
        organization, kind = caller().organization_id, request.event_type
        happened_at, data = moment(request, "occurred_at"), data_of(request)
        assert happened_at
        event = event_of(organization, kind, request.idempotency_id, happened_at, data)
        async with self._store.pool.acquire() as conn, conn.transaction():
            count = await publish(conn, self._store, organization, [event], self._now)
        return pb.SendWebhookEventResponse(event_id=event.event_id, endpoints=count)

    def _check(self, fields: Mapping[str, Any]) -> None:
        violations = list(violations_of(fields.get("event_types", ())))
        if "url" in fields:
            try:
                checked_url(fields["url"], self._policy)
            except Refused as err:
                violations.append(Violation("url", str(err)))
        if violations:
            raise InvalidFields(*violations)

    async def _endpoint(self, text: str) -> Endpoint:
        endpoint_id = id_of(text, "webhook")
        return there(await self._store.get(caller().organization_id, endpoint_id), text)

    async def _enabled(self, text: str) -> Endpoint:
        endpoint = await self._endpoint(text)
        if endpoint.disabled_reason is not None:
            raise FailedPrecondition(
                f"this webhook is disabled ({endpoint.disabled_reason}): enable it first"
            )
        return endpoint


def id_of(text: str, what: str) -> UUID:
    """Raises NotFound for what no id looks like."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"no {what} {text!r} in this organization") from None


def there(endpoint: Endpoint | None, text: str) -> Endpoint:
    if endpoint is None:
        raise NotFound(f"no webhook {text!r} in this organization")
    return endpoint


def data_of(request: pb.SendWebhookEventRequest) -> Any:
    """Raises InvalidFields for a type that nobody can choose, and for what is no JSON object."""
    violations = list(wrong_events(request))
    if violations:
        raise InvalidFields(*violations)
    return json.loads(request.data.utf8)


def wrong_events(request: pb.SendWebhookEventRequest) -> Iterator[Violation]:
    if request.event_type not in EVENT_TYPES:
        yield Violation("event_type", f"must be one of {', '.join(sorted(EVENT_TYPES))}")
    if problem := check_json(request.data.utf8, max_bytes=PAYLOAD_BYTES):
        yield Violation("data", problem)
    elif not request.data.utf8.lstrip().startswith(b"{"):
        yield Violation("data", "must be a JSON object")


def position(one: Endpoint | Delivery) -> tuple[datetime, UUID]:
    return one.created_at, one.endpoint_id if isinstance(one, Endpoint) else one.delivery_id


def webhook_to_pb(endpoint: Endpoint) -> pb.Webhook:
    fields = vars(endpoint)
    told = {name: value for name, value in fields.items() if name != "endpoint_id"}
    disabled = endpoint.disabled_reason is not None
    return pb.Webhook(id=str(endpoint.endpoint_id), disabled=disabled, **told)


def delivery_to_pb(delivery: Delivery) -> pb.WebhookDelivery:
    told = vars(delivery) | {"payload": Json(utf8=delivery.payload.encode())}
    told.pop("delivery_id")
    return pb.WebhookDelivery(id=str(delivery.delivery_id), **told)
