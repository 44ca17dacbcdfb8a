"""Endpoints and their deliveries, over gRPC."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from attune.activity.v1 import webhooks_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.activity import app
from services.activity.webhooks.domain import Endpoint
from services.activity.webhooks.making import Asked, plan
from services.activity.webhooks.store import SQL, WebhookStore, dropping_old_deliveries
from services.common.vault import Vault
from tests.activity.webhooks import body, create, deliveries, get, root, send_test
from tests.clock import Clock
from tests.databases import connected
from tests.suite import Servers, Suite, reason_of, violations_of
from tests.waiting import until

URL = "https://hooks.example.com/attune"


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await call
    return err.value


async def listed(suite: Suite, **fields: Any) -> pb.ListWebhooksResponse:
    found: pb.ListWebhooksResponse = await suite.webhooks.ListWebhooks(
        pb.ListWebhooksRequest(**fields), metadata=root(suite)
    )
    return found


async def update(suite: Suite, webhook_id: str, *mask: str, **fields: Any) -> pb.Webhook:
    request = pb.UpdateWebhookRequest(webhook_id=webhook_id, webhook=pb.Webhook(**fields))
    request.update_mask.paths.extend(mask or fields)
    changed: pb.Webhook = await suite.webhooks.UpdateWebhook(request, metadata=root(suite))
    return changed


async def test_an_endpoint_is_as_it_was_asked_for(suite: Suite) -> None:
    types = ["feedback.received", "feedback.low_rating", "feedback.received"]
    made = await create(suite, URL, types, description="Tell support")
    webhook = made.webhook
    assert (webhook.url, webhook.description, webhook.disabled) == (URL, "Tell support", False)
    assert webhook.event_types == ["feedback.low_rating", "feedback.received"]
    assert webhook.created_by == "root"
    assert await get(suite, webhook.id) == webhook
    assert list((await listed(suite)).webhooks) == [webhook]


async def test_a_secret_is_told_once_and_stored_encrypted(suite: Suite) -> None:
    made = await create(suite, URL)
    assert made.secret.startswith("whsec_")
    assert made.secret not in str(await listed(suite))
    async with app.pool_of(suite.activity_settings) as pool:
        [row] = await pool.fetch("SELECT endpoint_id, secret FROM webhook_endpoints")
        assert made.secret.encode() not in row["secret"]
        vault = Vault(pool, suite.activity_settings.keyring)
        opened = await vault.decrypt("acme", "webhooks", row["secret"], str(row["endpoint_id"]))
    assert opened.decode() == made.secret


async def test_a_repetition_makes_no_second_endpoint_and_gets_no_secret(suite: Suite) -> None:
    first = await create(suite, URL, request_id="k")
    again = await create(suite, URL, request_id="k")
    assert (again.webhook, again.HasField("secret")) == (first.webhook, False)
    err = await refused(create(suite, URL + "/other", request_id="k"))
    assert reason_of(err) == "IDEMPOTENCY_KEY_REUSED"
    assert len((await listed(suite)).webhooks) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://2130706433/",
        "ftp://example.com/",
        "https://ann:pw@example.com/",
        "no url",
    ],
)
async def test_an_endpoint_inside_is_refused(suite: Suite, url: str) -> None:
    assert "url" in violations_of(await refused(create(suite, url)))
    made = (await create(suite, URL)).webhook
    assert "url" in violations_of(await refused(update(suite, made.id, url=url)))


async def test_an_unknown_event_type_is_named_with_those_that_there_are(suite: Suite) -> None:
    err = await refused(create(suite, URL, ["feedback.received", "feedback.recieved"]))
    assert "feedback.low_rating" in violations_of(err)["event_types[1]"]
    made = (await create(suite, URL)).webhook
    err = await refused(update(suite, made.id, event_types=["webhook.test"]))
    assert "event_types[0]" in violations_of(err)


async def test_what_is_not_named_stays(suite: Suite) -> None:
    made = (await create(suite, URL, ["feedback.received"], description="d")).webhook
    changed = await update(suite, made.id, "event_types", "disabled", disabled=True)
    assert (changed.url, changed.description, list(changed.event_types)) == (URL, "d", [])
    assert (changed.disabled, changed.disabled_reason) == (True, "admin")
    enabled = await update(suite, made.id, "disabled", disabled=False)
    assert (enabled.disabled, enabled.HasField("disabled_reason")) == (False, False)
    back = await update(suite, made.id, "id", "created_by", "description", description="e", id="x")
    assert (back.id, back.created_by, back.description) == (made.id, "root", "e")


async def test_there_are_fifty_at_most(suite: Suite) -> None:
    for _ in range(50):
        await create(suite, URL)
    assert reason_of(await refused(create(suite, URL))) == "FAILED_PRECONDITION"


async def test_those_who_register_at_once_keep_to_the_bound_too(suite: Suite) -> None:
    for _ in range(49):
        await create(suite, URL)

    def another() -> Endpoint:
        asked = Asked(url=URL, event_types=[], description="", disabled=False)
        return plan(uuid4(), asked, "root", datetime.now(UTC))

    async with app.pool_of(suite.activity_settings) as pool:
        store = WebhookStore(pool)

        async def add_one() -> Endpoint | None:
            async with pool.acquire() as conn, conn.transaction():
                return await store.add(conn, "acme", another(), b"")

        async with pool.acquire() as first:
            transaction = first.transaction()
            await transaction.start()
            assert await store.add(first, "acme", another(), b"")
            second = asyncio.create_task(add_one())

            async def waits() -> bool:
                held = "SELECT count(*) FROM pg_locks WHERE NOT granted"
                return second.done() or await pool.fetchval(held) > 0

            await until(waits)
            await transaction.commit()
        assert await second is None


async def test_pages_hold_each_endpoint_once(suite: Suite) -> None:
    made = [(await create(suite, f"{URL}/{n}")).webhook.id for n in range(5)]
    found, token = [], ""
    while True:
        page = await listed(suite, page_size=2, page_token=token)
        found += [webhook.id for webhook in page.webhooks]
        if not (token := page.next_page_token):
            break
    assert sorted(found) == sorted(made)
    err = await refused(listed(suite, page_token="nonsense"))
    assert "page_token" in violations_of(err)


CALLS = [
    ("GetWebhook", pb.GetWebhookRequest),
    ("UpdateWebhook", pb.UpdateWebhookRequest),
    ("RotateWebhookSecret", pb.RotateWebhookSecretRequest),
    ("TestWebhook", pb.TestWebhookRequest),
    ("ListWebhookDeliveries", pb.ListWebhookDeliveriesRequest),
    ("ReplayWebhookDelivery", pb.ReplayWebhookDeliveryRequest),
    ("ReplayFailedWebhookDeliveries", pb.ReplayFailedWebhookDeliveriesRequest),
    ("DeleteWebhook", pb.DeleteWebhookRequest),
]


def asking(request: type[Any], webhook_id: str, delivery_id: str) -> Any:
    asked = request(webhook_id=webhook_id)
    if isinstance(asked, pb.UpdateWebhookRequest):
        asked.webhook.description = "changed"
    if isinstance(asked, pb.ReplayWebhookDeliveryRequest):
        asked.delivery_id = delivery_id
    if isinstance(asked, pb.ReplayFailedWebhookDeliveriesRequest):
        asked.since.FromDatetime(datetime(2020, 1, 1, tzinfo=UTC))
    return asked


@pytest.mark.parametrize(("name", "request_type"), CALLS, ids=[name for name, _ in CALLS])
async def test_another_organization_finds_no_such_endpoint(
    suite: Suite, name: str, request_type: type[Any]
) -> None:
    made = (await create(suite, URL)).webhook
    test = await send_test(suite, made.id)
    call = getattr(suite.webhooks, name)
    for webhook_id, org in ((made.id, "other"), ("nonsense", "acme"), (test.id, "acme")):
        asked = asking(request_type, webhook_id, test.id)
        assert reason_of(await refused(call(asked, metadata=root(suite, org)))) == "NOT_FOUND"
    assert await get(suite, made.id) == made
    assert await deliveries(suite, made.id) == [test]
    await call(asking(request_type, made.id, test.id), metadata=root(suite))


@pytest.mark.parametrize(("name", "request_type"), CALLS, ids=[name for name, _ in CALLS])
async def test_only_admins_read_and_change_endpoints(
    suite: Suite, name: str, request_type: type[Any]
) -> None:
    made = (await create(suite, URL)).webhook
    test = await send_test(suite, made.id)
    asked = asking(request_type, made.id, test.id)
    call = getattr(suite.webhooks, name)
    for role in ("analyst", "viewer", "service"):
        err = await refused(call(asked, metadata=suite.as_("ann", role)))
        assert err.code() is grpc.StatusCode.PERMISSION_DENIED
    listing = suite.webhooks.ListWebhooks(
        pb.ListWebhooksRequest(), metadata=suite.as_("a", "analyst")
    )
    assert (await refused(listing)).code() is grpc.StatusCode.PERMISSION_DENIED


async def send(
    suite: Suite, kind: str, key: str, data: bytes = b'{"a":1}', org: str = "acme"
) -> pb.SendWebhookEventResponse:
    request = pb.SendWebhookEventRequest(event_type=kind, data=Json(utf8=data), idempotency_id=key)
    request.occurred_at.FromDatetime(datetime(2026, 1, 5, 9, 0, 0, 500_000, tzinfo=UTC))
    service = suite.as_("suggestions", "service", org=org)
    sent: pb.SendWebhookEventResponse = await suite.webhooks.SendWebhookEvent(
        request, metadata=service
    )
    return sent


async def test_an_event_of_a_service_goes_to_those_who_want_it_and_once(suite: Suite) -> None:
    all_types = (await create(suite, URL)).webhook.id
    low = (await create(suite, URL, ["feedback.low_rating"])).webhook.id
    disabled = (await create(suite, URL, disabled=True)).webhook.id
    elsewhere = (await create(suite, URL, org="other")).webhook.id
    sent = await send(suite, "feedback.received", "7")
    again = await send(suite, "feedback.received", "7", b'{"a":2}')
    assert (sent.endpoints, again.endpoints, again.event_id) == (1, 0, sent.event_id)
    assert (await send(suite, "feedback.low_rating", "7")).event_id != sent.event_id
    [second, first] = await deliveries(suite, all_types)
    assert [d.event_type for d in await deliveries(suite, low)] == ["feedback.low_rating"]
    assert await deliveries(suite, disabled) == []
    assert await deliveries(suite, elsewhere, org="other") == []
    assert (first.status, first.attempts, first.event_id) == ("pending", 0, sent.event_id)
    assert second.event_type == "feedback.low_rating"
    timestamp = "2026-01-05T09:00:00.500000Z"
    assert body(first) == {
        "type": "feedback.received",
        "timestamp": timestamp,
        "data": {"a": 1},
    }


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("webhook.test", b"{}", "event_type"),
        ("nonsense", b"{}", "event_type"),
        ("feedback.received", b"[]", "data"),
        ("feedback.received", b"{", "data"),
        ("feedback.received", json.dumps({"a": "x" * 70_000}).encode(), "data"),
    ],
)
async def test_a_service_hears_what_is_wrong_with_its_event(
    suite: Suite, kind: str, data: bytes, field: str
) -> None:
    assert field in violations_of(await refused(send(suite, kind, "1", data)))


async def test_people_send_no_events(suite: Suite) -> None:
    call = suite.webhooks.SendWebhookEvent(pb.SendWebhookEventRequest(), metadata=root(suite))
    assert (await refused(call)).code() is grpc.StatusCode.PERMISSION_DENIED


async def test_pages_of_deliveries_are_newest_first_and_by_status(suite: Suite) -> None:
    made = (await create(suite, URL)).webhook.id
    sent = [(await send_test(suite, made)).id for _ in range(5)]
    async with app.pool_of(suite.activity_settings) as pool:
        await pool.execute(
            "UPDATE webhook_deliveries SET status = 'failed', next_attempt_at = NULL"
            " WHERE delivery_id = $1",
            sent[1],
        )
    found, token = [], ""
    while True:
        request = pb.ListWebhookDeliveriesRequest(webhook_id=made, page_size=2, page_token=token)
        page = await suite.webhooks.ListWebhookDeliveries(request, metadata=root(suite))
        found += [delivery.id for delivery in page.deliveries]
        if not (token := page.next_page_token):
            break
    assert found == sent[::-1]
    assert [d.id for d in await deliveries(suite, made, status="failed")] == [sent[1]]
    pending = await deliveries(suite, made, status="pending")
    assert [d.id for d in pending] == [sent[n] for n in (4, 3, 2, 0)]
    err = await refused(deliveries(suite, made, status="lost"))
    assert "status" in violations_of(err)


async def test_a_disabled_endpoint_is_not_tried(suite: Suite) -> None:
    made = (await create(suite, URL, disabled=True)).webhook.id
    assert reason_of(await refused(send_test(suite, made))) == "FAILED_PRECONDITION"


async def test_a_range_of_time_has_an_end_after_its_beginning(suite: Suite) -> None:
    made = (await create(suite, URL)).webhook.id
    request = pb.ReplayFailedWebhookDeliveriesRequest(webhook_id=made)
    call = suite.webhooks.ReplayFailedWebhookDeliveries
    assert "since" in violations_of(await refused(call(request, metadata=root(suite))))
    request.since.FromDatetime(datetime(2026, 1, 2, tzinfo=UTC))
    request.until.FromDatetime(datetime(2026, 1, 2, tzinfo=UTC))
    assert "until" in violations_of(await refused(call(request, metadata=root(suite))))


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_what_is_not_delivered_is_found_without_reading_what_is(
    suite: Suite, servers: Servers, database: str, mode: str
) -> None:
    async with connected(servers.admin_dsn(database), "activity") as conn:
        await conn.execute(
            "INSERT INTO webhook_deliveries (organization_id, endpoint_id, event_id, event_type,"
            " payload, status, created_at) SELECT 'acme', $1, n::text, 'a', '{}',"
            " CASE WHEN n < 3 THEN 'failed' ELSE 'delivered' END, now()"
            " FROM generate_series(1, 20000) n",
            UUID(int=0),
        )
        await conn.execute("ANALYZE webhook_deliveries")
        await conn.execute(f"SET plan_cache_mode = {mode}")
        await conn.execute(f"PREPARE asked AS {SQL['list_undelivered']}")
        for status in ("failed", "pending"):
            values = f"'acme', '{UUID(int=0)}', now(), '{UUID(int=0)}', 51, '{status}'"
            rows = await conn.fetch(f"EXPLAIN (COSTS OFF) EXECUTE asked({values})")
            plan = "\n".join(row[0] for row in rows)
            assert "webhook_deliveries_undelivered" in plan
            assert "Filter" not in plan


async def test_old_deliveries_are_dropped_and_no_others(suite: Suite) -> None:
    made = (await create(suite, URL)).webhook.id
    sent = await send_test(suite, made)
    clock = Clock()
    async with app.pool_of(suite.activity_settings) as pool:
        job = dropping_old_deliveries(pool, timedelta(days=30), clock)
        await job.run(b"")
        assert await deliveries(suite, made) == [sent]
        clock.advance(days=30, minutes=1)
        await job.run(b"")
        assert await WebhookStore(pool).drop_old(clock()) == 0
    assert await deliveries(suite, made) == []
