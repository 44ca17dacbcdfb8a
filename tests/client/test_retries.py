"""What is sent again, when, and what never is."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from attune_client import (
    NEVER,
    AttuneError,
    NewEvent,
    RateLimited,
    Retries,
    Unavailable,
    Unreachable,
)
from attune_client.errors import retry_after
from cli.local.process import free_ports
from tests.client.calling import Calling, Time, calling
from tests.client.stub import Asked, Connection, Stub, answer, problem, reset

LOGGED = {"success": True, "activity_id": 7, "activity_type": "query"}
STATS = {"total_count": 0}
WITHDRAWN = {"status": "success", "message": "", "conversation_id": "c"}
BUSY = problem(503, "UNAVAILABLE", retry_after="2")


def log(client: object) -> object:
    return client.activity.log  # type: ignore[attr-defined]


def withdraw(client: object) -> object:
    return client.feedback.withdraw  # type: ignore[attr-defined]


async def test_a_write_is_sent_again_with_the_same_key_and_body(
    client: Calling, stub: Stub, time: Time
) -> None:
    stub.will(BUSY, reset, answer(body=LOGGED))
    logged = await client.do(log, "query", "Churn by region", metadata={"n": [1, None]})
    assert logged.activity_id == 7
    assert len({asked.headers["idempotency-key"] for asked in stub.asked}) == 1
    assert len({asked.body for asked in stub.asked}) == 1
    assert json.loads(stub.asked[0].body)["metadata"] == {"n": [1, None]}
    assert time.slept == [2.1, 0.2]


async def test_an_answer_that_breaks_off_is_asked_for_again(client: Calling, stub: Stub) -> None:
    async def half(connection: Connection, asked: Asked) -> None:
        connection.writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"total_')
        await connection.writer.drain()

    stub.will(half, answer(body={"total_count": 3}))
    assert (await client.do(lambda c: c.feedback.stats)).total_count == 3
    stub.will(half, answer(body=WITHDRAWN))
    with pytest.raises(Unreachable):
        await client.do(withdraw, "c")


async def test_each_call_has_a_key_of_its_own_unless_one_is_given(
    client: Calling, stub: Stub
) -> None:
    stub.will(answer(body=LOGGED))
    for key in (None, None, "mine"):
        await client.do(log, "query", "x", idempotency_key=key)
    first, second, third = [asked.headers["idempotency-key"] for asked in stub.asked]
    assert first != second
    assert third == "mine"


async def test_events_keep_their_ids_when_they_are_sent_again(client: Calling, stub: Stub) -> None:
    stub.will(BUSY, problem(404, "NOT_FOUND"))
    with pytest.raises(AttuneError):
        await client.do(lambda c: c.conversations.append, "c", [NewEvent(event_type="message")] * 2)
    assert stub.asked[0].body == stub.asked[1].body
    first, second = json.loads(stub.asked[0].body)["events"]
    assert first["client_event_id"] != second["client_event_id"]


async def test_waits_double_up_to_the_longest_and_then_the_last_error_is_raised(
    stub: Stub, time: Time, kind: str
) -> None:
    stub.will(problem(503, "UNAVAILABLE"))
    retries = time.retries(most=4, first_wait=1.0, longest_wait=3.0)
    async with calling(kind, stub.url, "t", timeout=60.0, retries=retries) as client:
        with pytest.raises(Unavailable):
            await client.do(log, "query", "x")
    assert time.slept == [1.0, 2.0, 3.0, 3.0]
    assert len(stub.asked) == 5


async def test_no_wait_is_begun_that_ends_after_the_deadline(
    client: Calling, stub: Stub, time: Time
) -> None:
    stub.will(BUSY, problem(429, "RATE_LIMITED", retry_after="60"))
    with pytest.raises(RateLimited) as error:
        await client.do(log, "query", "x", timeout=5.0)
    assert error.value.retry_after == 60
    assert time.slept == [2.1]
    assert len(stub.asked) == 2


async def test_what_must_not_happen_twice_is_sent_again_only_where_it_did_not_happen(
    client: Calling, stub: Stub
) -> None:
    stub.will(problem(429, "RATE_LIMITED"), answer(body=WITHDRAWN))
    assert (await client.do(withdraw, "c")).status == "success"
    for failure, raised in ((BUSY, Unavailable), (reset, Unreachable)):
        stub.asked.clear()
        stub.will(failure, answer(body=WITHDRAWN))
        with pytest.raises(raised):
            await client.do(withdraw, "c")
        assert len(stub.asked) == 1


async def test_a_server_that_is_not_there_is_tried_again_for_every_call(
    time: Time, kind: str
) -> None:
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    async with calling(kind, url, "t", retries=time.retries(most=2)) as client:
        for method, args in ((log, ("query", "x")), (withdraw, ("c",))):
            time.slept.clear()
            with pytest.raises(Unreachable) as error:
                await client.do(method, *args)
            assert error.value.undone
            assert len(time.slept) == 2


@pytest.mark.parametrize(
    ("status", "reason"),
    [(422, "INVALID_FIELD"), (409, "IDEMPOTENCY_KEY_REUSED"), (500, "INTERNAL")],
)
async def test_what_time_does_not_mend_is_not_sent_again(
    client: Calling, stub: Stub, status: int, reason: str
) -> None:
    stub.will(problem(status, reason))
    with pytest.raises(AttuneError):
        await client.do(log, "query", "x")
    assert len(stub.asked) == 1


async def test_a_proxys_error_page_is_told_by_its_status(client: Calling, stub: Stub) -> None:
    stub.will(answer(502, b"<html>Bad Gateway</html>"), answer(body=STATS))
    assert (await client.do(lambda c: c.feedback.stats)).total_count == 0


async def test_retries_can_be_declined(stub: Stub, kind: str) -> None:
    stub.will(BUSY)
    async with calling(kind, stub.url, "t", retries=NEVER) as client:
        with pytest.raises(Unavailable):
            await client.do(log, "query", "x")
    assert len(stub.asked) == 1


def test_waits_are_drawn_from_zero_on() -> None:
    error = Unreachable("", undone=True)
    drawn = [Retries().wait(error, 3, repeatable=False) or 0.0 for _ in range(200)]
    assert all(0 <= wait <= 0.8 for wait in drawn)
    assert min(drawn) < 0.2 < 0.6 < max(drawn)


def test_retry_after_is_seconds_or_a_date() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert retry_after("7", now) == 7
    assert retry_after(format_datetime(now + timedelta(seconds=9), usegmt=True), now) == 9
    assert retry_after(format_datetime(now - timedelta(seconds=9), usegmt=True), now) == 0
    assert [retry_after(value, now) for value in ("", "soon", "-1", "1.5", "٣")] == [None] * 5
