"""Deliveries on their way: what arrives at a real server, how often, and what becomes of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from typing import Any

import pytest
from attune.activity.v1 import webhooks_pb2 as pb
from standardwebhooks import Webhook, WebhookVerificationError

from services.activity import app
from services.activity.webhooks.domain import GIVE_UP_AFTER, SCHEDULE
from services.common.clock import utc_now
from tests.activity.webhooks import (
    append,
    create,
    deliveries,
    driven,
    get,
    rating,
    root,
    send_test,
)
from tests.receiver import Arrived, Receiver, Told, receiving
from tests.suite import Suite
from tests.waiting import until


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def only(suite: Suite, webhook_id: str) -> pb.WebhookDelivery:
    [delivery] = await deliveries(suite, webhook_id)
    return delivery


def pause(delivery: pb.WebhookDelivery) -> timedelta:
    """From the last attempt to the next."""
    last = delivery.last_attempt_at.ToDatetime(UTC)
    return delivery.next_attempt_at.ToDatetime(UTC) - last


async def test_what_arrives_is_verified_by_standard_webhooks(
    suite: Suite, receiver: Receiver
) -> None:
    made = await create(suite, receiver.url)
    test = await send_test(suite, made.webhook.id)
    async with driven(suite) as at:
        assert await at.send(made.webhook.id)
        assert not await at.send(made.webhook.id)
    [arrived] = receiver.arrived
    told = Webhook(made.secret).verify(arrived.body, arrived.headers)
    assert told["type"] == "webhook.test"
    assert told["data"]["webhook_id"] == made.webhook.id
    assert arrived.headers["webhook-id"] == test.event_id
    assert arrived.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(made.secret).verify(arrived.body + b" ", arrived.headers)
    delivery = await only(suite, made.webhook.id)
    assert (delivery.status, delivery.attempts, delivery.response_status) == ("delivered", 1, 200)
    assert delivery.response_body == "ok"
    assert delivery.payload.utf8 == arrived.body
    assert not delivery.HasField("next_attempt_at")


async def rotate(suite: Suite, webhook_id: str) -> str:
    request = pb.RotateWebhookSecretRequest(webhook_id=webhook_id)
    rotated = await suite.webhooks.RotateWebhookSecret(request, metadata=root(suite))
    return str(rotated.secret)


def verifies(secret: str, arrived: Arrived) -> bool:
    try:
        Webhook(secret).verify(arrived.body, arrived.headers)
    except WebhookVerificationError:
        return False
    return True


async def test_for_a_day_after_a_rotation_the_old_secret_is_good_too(
    suite: Suite, receiver: Receiver
) -> None:
    made = await create(suite, receiver.url)
    lost, new = [await rotate(suite, made.webhook.id) for _ in range(2)]
    async with driven(suite) as at:
        await send_test(suite, made.webhook.id)
        await at.send(made.webhook.id)
        [first] = receiver.arrived
        assert [verifies(s, first) for s in (made.secret, lost, new)] == [True, False, True]
        # Time is moved in the row, as the receiver judges by its own clock.
        await at.pool.execute("UPDATE webhook_endpoints SET old_secret_until = $1", at.clock())
        await send_test(suite, made.webhook.id)
        await at.send(made.webhook.id)
    assert [verifies(s, receiver.arrived[1]) for s in (made.secret, new)] == [False, True]


async def test_a_failure_is_tried_again_by_the_schedule_and_then_given_up(
    suite: Suite, receiver: Receiver
) -> None:
    receiver.will(Told(503, b"try later"))
    webhook_id = (await create(suite, receiver.url)).webhook.id
    await send_test(suite, webhook_id)
    pauses = []
    async with driven(suite) as at:
        for seconds in SCHEDULE:
            assert await at.send(webhook_id)
            delivery = await only(suite, webhook_id)
            assert (delivery.status, delivery.response_status) == ("pending", 503)
            pauses.append(pause(delivery).total_seconds())
            at.clock.advance(seconds=seconds - 1)
            assert not await at.send(webhook_id)
            at.clock.advance(seconds=1)
        assert await at.send(webhook_id)
    assert pauses == list(SCHEDULE)
    delivery = await only(suite, webhook_id)
    assert (delivery.status, delivery.attempts) == ("failed", len(SCHEDULE) + 1)
    assert delivery.response_body == "try later"
    assert len({arrived.headers["webhook-id"] for arrived in receiver.arrived}) == 1
    assert not (await get(suite, webhook_id)).disabled


async def test_a_receiver_may_ask_for_more_time(suite: Suite, receiver: Receiver) -> None:
    webhook_id = (await create(suite, receiver.url)).webhook.id
    async with driven(suite) as at:
        for asked, seconds in (("120", 120), ("1", 5), ("nonsense", 5), ("9" * 30, 86400)):
            receiver.will(Told(429, headers={"retry-after": asked}))
            await send_test(suite, webhook_id)
            await at.send(webhook_id)
            [newest, *_] = await deliveries(suite, webhook_id)
            assert pause(newest) == timedelta(seconds=seconds)


async def test_410_disables_and_what_was_waiting_is_given_up(
    suite: Suite, receiver: Receiver
) -> None:
    receiver.will(Told(410))
    webhook_id = (await create(suite, receiver.url)).webhook.id
    for _ in range(10):
        await send_test(suite, webhook_id)
    async with driven(suite) as at:
        await at.send(webhook_id)
        sent = len(receiver.arrived)
        await at.send(webhook_id)
    webhook = await get(suite, webhook_id)
    assert (webhook.disabled, webhook.disabled_reason) == (True, "gone")
    assert len(receiver.arrived) == sent < 10
    found = await deliveries(suite, webhook_id)
    assert {delivery.status for delivery in found} == {"failed"}
    assert {delivery.error for delivery in found} == {"", "the endpoint is disabled"}


async def test_five_days_of_only_failures_disable(suite: Suite, receiver: Receiver) -> None:
    receiver.will(Told(500))
    webhook_id = (await create(suite, receiver.url)).webhook.id
    async with driven(suite) as at:
        for days in (0.0, GIVE_UP_AFTER / timedelta(days=1) - 0.01, 0.01):
            at.clock.advance(days=days)
            assert not (await get(suite, webhook_id)).disabled
            await send_test(suite, webhook_id)
            await at.send(webhook_id)
        webhook = await get(suite, webhook_id)
        assert (webhook.disabled, webhook.disabled_reason) == (True, "failing")
        request = pb.UpdateWebhookRequest(webhook_id=webhook_id, webhook=pb.Webhook())
        request.update_mask.paths.append("disabled")
        enabled = await suite.webhooks.UpdateWebhook(request, metadata=root(suite))
        assert not enabled.HasField("failing_since")


async def test_one_arrival_ends_the_days_of_failures(suite: Suite, receiver: Receiver) -> None:
    webhook_id = (await create(suite, receiver.url)).webhook.id
    async with driven(suite) as at:
        for answer in (Told(500), Told(204), Told(500)):
            receiver.will(answer)
            await send_test(suite, webhook_id)
            await at.send(webhook_id)
            at.clock.advance(days=4)
        webhook = await get(suite, webhook_id)
        assert webhook.failing_since.ToDatetime(UTC) == at.clock() - timedelta(days=4)
        assert not webhook.disabled


async def test_a_redirect_is_a_failure_that_says_so(suite: Suite, receiver: Receiver) -> None:
    receiver.will(Told(307, headers={"location": "http://127.0.0.1:1/"}))
    webhook_id = (await create(suite, receiver.url)).webhook.id
    await send_test(suite, webhook_id)
    async with driven(suite) as at:
        await at.send(webhook_id)
    delivery = await only(suite, webhook_id)
    assert (delivery.status, delivery.error) == ("pending", "redirects are not followed")


async def test_an_endpoint_that_came_to_lead_inside_is_not_called(
    suite: Suite, receiver: Receiver
) -> None:
    webhook_id = (await create(suite, receiver.url)).webhook.id
    await send_test(suite, webhook_id)
    async with driven(suite, outgoing_allowed_networks=[]) as at:
        await at.send(webhook_id)
    delivery = await only(suite, webhook_id)
    assert delivery.error == "the URL must lead to a public address"
    assert receiver.arrived == []


async def test_of_an_answer_a_kib_is_kept_without_personal_data(
    suite: Suite, receiver: Receiver
) -> None:
    text = b"failed for ann@example.com \xff\0 " + b"x" * 5000
    receiver.will(Told(500, text))
    webhook_id = (await create(suite, receiver.url)).webhook.id
    await send_test(suite, webhook_id)
    async with driven(suite) as at:
        await at.send(webhook_id)
    kept = (await only(suite, webhook_id)).response_body
    assert kept.startswith("failed for [email] ")
    assert len(kept) <= 1024


async def test_a_delivery_is_sent_again_when_it_is_asked_for(
    suite: Suite, receiver: Receiver
) -> None:
    webhook_id = (await create(suite, receiver.url)).webhook.id
    test = await send_test(suite, webhook_id)
    async with driven(suite) as at:
        await at.send(webhook_id)
        request = pb.ReplayWebhookDeliveryRequest(webhook_id=webhook_id, delivery_id=test.id)
        again = await suite.webhooks.ReplayWebhookDelivery(request, metadata=root(suite))
        assert (again.status, again.attempts) == ("pending", 1)
        at.clock.advance(minutes=1)
        assert await at.send(webhook_id)
    assert {arrived.headers["webhook-id"] for arrived in receiver.arrived} == {test.event_id}
    assert (await only(suite, webhook_id)).attempts == 2


async def test_all_that_failed_within_a_time_is_sent_again(
    suite: Suite, receiver: Receiver
) -> None:
    webhook_id = (await create(suite, receiver.url)).webhook.id
    tests = [await send_test(suite, webhook_id) for _ in range(4)]
    async with driven(suite) as at:
        for number, test in enumerate(tests):
            await at.pool.execute(
                "UPDATE webhook_deliveries SET status = $2, next_attempt_at = NULL,"
                " created_at = $3 WHERE delivery_id = $1",
                *(test.id, "delivered" if number == 1 else "failed"),
                at.clock() - timedelta(hours=number + 0.1),
            )
        request = pb.ReplayFailedWebhookDeliveriesRequest(webhook_id=webhook_id)
        request.since.FromDatetime(at.clock() - timedelta(hours=2.5))
        replayed = await suite.webhooks.ReplayFailedWebhookDeliveries(request, metadata=root(suite))
        assert (replayed.replayed, replayed.more) == (2, False)
        at.clock.advance(minutes=1)
        await at.send(webhook_id)
    sent = {arrived.headers["webhook-id"] for arrived in receiver.arrived}
    assert sent == {tests[0].event_id, tests[2].event_id}


class Gate:
    """A receiver that holds requests until it is opened."""

    def __init__(self, receiver: Receiver) -> None:
        self.open = asyncio.Event()
        self.held = 0
        self.most = 0
        receiver.behaviour = self.hold

    async def hold(self, _: Arrived) -> Told:
        self.held += 1
        self.most = max(self.most, self.held)
        await self.open.wait()
        self.held -= 1
        return Told()


async def test_two_senders_never_send_the_same_within_a_lease(
    suite: Suite, receiver: Receiver
) -> None:
    webhook_id = (await create(suite, receiver.url)).webhook.id
    for _ in range(30):
        await send_test(suite, webhook_id)
    async with driven(suite) as one, driven(suite) as two:
        while await asyncio.gather(*(at.send(webhook_id) for at in (one, two))) != [False, False]:
            pass
    ids = [arrived.headers["webhook-id"] for arrived in receiver.arrived]
    assert len(ids) == len(set(ids)) == 30


async def test_what_a_dead_sender_held_is_sent_again_after_the_lease(
    suite: Suite, receiver: Receiver
) -> None:
    gate = Gate(receiver)
    webhook_id = (await create(suite, receiver.url)).webhook.id
    await send_test(suite, webhook_id)
    async with driven(suite) as at:
        dying = asyncio.create_task(at.send(webhook_id))
        await receiver.after(1)
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        assert not await at.send(webhook_id)
        gate.open.set()
        at.clock.advance(seconds=31)
        assert await at.send(webhook_id)
    [one, two] = receiver.arrived
    assert one.headers["webhook-id"] == two.headers["webhook-id"]
    assert (await only(suite, webhook_id)).status == "delivered"


async def test_a_late_failure_changes_nothing_that_another_sender_holds(
    suite: Suite, receiver: Receiver
) -> None:
    answers: list[asyncio.Future[Told]] = []

    async def answer(_: Arrived) -> Told:
        answers.append(asyncio.get_running_loop().create_future())
        return await answers[-1]

    receiver.behaviour = answer
    webhook_id = (await create(suite, receiver.url)).webhook.id
    await send_test(suite, webhook_id)
    async with driven(suite) as one, driven(suite) as two:
        slow = asyncio.create_task(one.send(webhook_id))
        await receiver.after(1)
        two.clock.advance(seconds=31)
        other = asyncio.create_task(two.send(webhook_id))
        await receiver.after(2)
        answers[0].set_result(Told(500))
        await slow
        assert (await only(suite, webhook_id)).attempts == 0
        answers[1].set_result(Told())
        await other
    delivery = await only(suite, webhook_id)
    assert (delivery.status, delivery.attempts) == ("delivered", 1)


async def test_a_removed_endpoint_gets_nothing(suite: Suite, receiver: Receiver) -> None:
    webhook_id = (await create(suite, receiver.url)).webhook.id
    await send_test(suite, webhook_id)
    request = pb.DeleteWebhookRequest(webhook_id=webhook_id)
    await suite.webhooks.DeleteWebhook(request, metadata=root(suite))
    async with driven(suite) as at:
        await at.send(webhook_id)
        rows = await at.pool.fetch("SELECT status, error FROM webhook_deliveries")
    assert [tuple(row) for row in rows] == [("failed", "the endpoint was removed")]
    assert receiver.arrived == []


async def test_a_destroyed_secret_is_told_and_a_new_one_helps(
    suite: Suite, receiver: Receiver
) -> None:
    webhook_id = (await create(suite, receiver.url)).webhook.id
    await send_test(suite, webhook_id)
    async with driven(suite) as at:
        await at.sender.vault.destroy("acme")
        await at.send(webhook_id)
        assert "rotate" in (await only(suite, webhook_id)).error
        assert receiver.arrived == []


async def test_a_slow_endpoint_has_its_bound_and_holds_up_no_other(
    suite: Suite, receiver: Receiver
) -> None:
    gate = Gate(receiver)
    slow = (await create(suite, receiver.url)).webhook.id
    async with receiving() as other:
        fast = (await create(suite, other.url)).webhook.id
        for _ in range(20):
            await send_test(suite, slow)
        for _ in range(20):
            await send_test(suite, fast)
        settings = suite.activity_settings
        async with app.pool_of(settings) as pool, app.sending(settings, pool, utc_now):
            await other.after(20)
            assert (gate.most, len(receiver.arrived)) == (8, 8)
            gate.open.set()
            await receiver.after(20)
    assert gate.most == 8


@pytest.mark.parametrize(("organizations", "failed_before"), [(2, False), (6, True)])
async def test_many_endpoints_that_hang_leave_room_for_others(
    suite: Suite, receiver: Receiver, organizations: int, failed_before: bool
) -> None:
    gate = Gate(receiver)
    async with receiving() as other, app.pool_of(suite.activity_settings) as pool:
        for org in range(organizations):
            for _ in range(40 if organizations == 2 else 16):
                await create(suite, receiver.url, org=f"slow{org}")
            await append(pool, rating(5), org=f"slow{org}")
        if failed_before:
            await pool.execute("UPDATE webhook_endpoints SET failing_since = now()")
        await create(suite, other.url)
        settings = suite.activity_settings
        async with app.working(settings):
            await receiver.after(32)
            await append(pool, rating(5))
            await other.after(1)
            assert (gate.most, len(receiver.arrived)) == (32, 32)
            gate.open.set()
            await receiver.after(80 if organizations == 2 else 96)


async def test_an_arrival_beside_failures_keeps_an_endpoint_enabled(
    suite: Suite, receiver: Receiver
) -> None:
    webhook_id = (await create(suite, receiver.url)).webhook.id
    receiver.will(Told(500))
    async with driven(suite) as at:
        await send_test(suite, webhook_id)
        await at.send(webhook_id)
        at.clock.advance(seconds=GIVE_UP_AFTER.total_seconds())
        await send_test(suite, webhook_id)
        both, arrived = asyncio.Barrier(2), asyncio.Event()

        async def one_of_two(_: Arrived) -> Told:
            if await both.wait() == 0:
                return Told(200)
            await arrived.wait()
            return Told(500)

        receiver.behaviour = one_of_two
        sending = asyncio.create_task(at.send(webhook_id))

        async def one_arrived() -> bool:
            return bool(await deliveries(suite, webhook_id, status="delivered"))

        await until(one_arrived)
        arrived.set()
        await sending
    assert not (await get(suite, webhook_id)).disabled
    assert len(await deliveries(suite, webhook_id, status="pending")) == 1


async def test_what_an_address_answers_says_nothing_of_the_next_one(
    suite: Suite, receiver: Receiver
) -> None:
    webhook_id = (await create(suite, receiver.url)).webhook.id
    await send_test(suite, webhook_id)

    async def move(_: Arrived) -> Told:
        request = pb.UpdateWebhookRequest(webhook_id=webhook_id)
        request.webhook.url = f"{receiver.url}/new"
        request.update_mask.paths.append("url")
        await suite.webhooks.UpdateWebhook(request, metadata=root(suite))
        return Told(410)

    receiver.behaviour = move
    async with driven(suite) as at:
        await at.send(webhook_id)
        assert not (await get(suite, webhook_id)).disabled
        receiver.will(Told())
        at.clock.advance(seconds=6)
        await at.send(webhook_id)
    assert [one.path for one in receiver.arrived] == ["/hook", "/hook/new"]
    assert (await only(suite, webhook_id)).status == "delivered"


async def test_ratings_are_told_to_those_who_want_them(suite: Suite, receiver: Receiver) -> None:
    made = await create(suite, receiver.url)
    async with receiving() as other:
        low = await create(suite, other.url, ["feedback.low_rating"])
        async with app.pool_of(suite.activity_settings) as pool:
            await append(pool, rating(5), rating(2, text="slow", latency_ms=125.5), rating(3))
            await append(pool, rating(1), org="elsewhere")
            async with app.working(suite.activity_settings):
                await receiver.after(4)
                await other.after(1)
    told = [json.loads(arrived.body) for arrived in receiver.arrived]
    kinds = sorted((each["type"], each["data"]["score"]) for each in told)
    received = "feedback.received"
    assert kinds == [("feedback.low_rating", 2), *((received, score) for score in (2, 3, 5))]
    [arrived] = other.arrived
    assert Webhook(low.secret).verify(arrived.body, arrived.headers) == {
        "type": "feedback.low_rating",
        "timestamp": "2026-01-05T09:00:00Z",
        "data": {
            "feedback_id": 7,
            "conversation_id": "c-1",
            "user_id": "ann",
            "score": 2,
            "text": "slow",
            "latency_ms": 125.5,
        },
    }
    assert made.secret != low.secret


async def test_a_fact_that_is_applied_again_is_not_told_again(
    suite: Suite, receiver: Receiver
) -> None:
    webhook_id = (await create(suite, receiver.url)).webhook.id
    async with app.pool_of(suite.activity_settings) as pool:
        await append(pool, rating(5))

        async def all_delivered() -> bool:
            found = await deliveries(suite, webhook_id)
            return bool(found) and all(each.status == "delivered" for each in found)

        async with app.working(suite.activity_settings):
            await until(all_delivered)
        await pool.execute("UPDATE event_cursors SET seq = 0 WHERE consumer = 'webhooks'")
        await append(pool, rating(4))
        async with app.working(suite.activity_settings):
            await receiver.after(2)
            await until(all_delivered)
    scores = [json.loads(arrived.body)["data"]["score"] for arrived in receiver.arrived]
    assert scores == [5, 4]


async def test_what_is_low_is_a_setting(suite: Suite, receiver: Receiver) -> None:
    await create(suite, receiver.url, ["feedback.low_rating"])
    changed: dict[str, Any] = {"webhook_low_rating": 3}
    settings = suite.activity_settings.model_copy(update=changed)
    async with app.pool_of(settings) as pool:
        await append(pool, rating(4), rating(3))
        async with app.working(settings):
            [arrived] = await receiver.after(1)
    assert json.loads(arrived.body)["data"]["score"] == 3
