"""The producing side of the event log, over RPC and under fire."""

import asyncio
from typing import Any

import asyncpg
import grpc
import pytest
from attune.activity.v1 import activity_pb2
from attune.common.v1 import event_log_pb2 as pb

from services.activity.activities.store import ActivityStore, Row
from services.common.clock import utc_now
from services.common.db import pool_for
from services.common.event_log import channel_of
from tests.activity.test_activities import history, query
from tests.databases import connected
from tests.suite import Servers, Suite

FACT = activity_pb2.ActivityLogged.DESCRIPTOR.full_name


def service(suite: Suite, org: str = "acme") -> Any:
    return suite.as_("service:x", "service", org=org)


async def read(suite: Suite, org: str = "acme", **fields: Any) -> pb.ReadResponse:
    return await suite.events.Read(pb.ReadRequest(**fields), metadata=service(suite, org))


async def log(suite: Suite, text: str, org: str = "acme", **fields: Any) -> int:
    logged = await suite.activity.LogActivity(query(text, **fields), metadata=suite.as_(org=org))
    return logged.activity_id


async def test_an_activity_and_its_event_have_the_same_number_and_content(suite: Suite) -> None:
    number = await log(suite, "profit by region")
    found = await read(suite)
    [event] = found.events
    fact = activity_pb2.ActivityLogged.FromString(event.payload)
    assert (event.seq, event.type, found.head, found.oldest) == (number, FACT, number, 1)
    assert (fact.user_id, fact.query_text, fact.job_role) == ("ann", "profit by region", "analyst")
    assert fact.succeeded


async def test_numbers_under_concurrency_have_no_gap_and_follow_each_organization(
    suite: Suite,
) -> None:
    texts = [f"q{n}" for n in range(120)]
    mixed = [log(suite, text, org) for text in texts for org in ("acme", "other")]
    numbers = await asyncio.gather(*mixed)
    assert sorted(numbers[::2]) == sorted(numbers[1::2]) == list(range(1, 121))
    for org in ("acme", "other"):
        found = await read(suite, org)
        assert [event.seq for event in found.events] == list(range(1, 121))
        facts = [activity_pb2.ActivityLogged.FromString(e.payload) for e in found.events]
        assert sorted(fact.query_text for fact in facts) == sorted(texts)


async def test_a_transaction_that_is_rolled_back_leaves_no_gap(
    suite: Suite, servers: Servers, database: str
) -> None:
    first = await log(suite, "a")
    async with (
        pool_for(servers.dsn(database, "activity"), "activity") as pool,
        pool.acquire() as conn,
    ):
        transaction = conn.transaction()
        await transaction.start()
        [activity], _ = await ActivityStore(pool).history("acme", everything())
        row = Row(activity, b"")
        lost = await ActivityStore(pool).insert(conn, "acme", [row, row], utc_now(), FACT)
        assert lost == [first + 1, first + 2]
        waiting = asyncio.create_task(log(suite, "b"))
        await transaction.rollback()
        assert await waiting == first + 1
    assert [event.seq for event in (await read(suite)).events] == [first, first + 1]


def everything() -> Any:
    from services.activity.activities.service import FIRST, LAST, NEWEST
    from services.activity.activities.store import Slice

    return Slice(user_id="ann", activity_type=None, start=FIRST, end=LAST, before=NEWEST, limit=1)


async def test_a_refused_entry_of_a_batch_takes_no_number(suite: Suite) -> None:
    entries = [query("a"), activity_pb2.LogActivityRequest(activity_type="feedback"), query("b")]
    await suite.activity.BatchLogActivities(
        activity_pb2.BatchLogActivitiesRequest(activities=entries), metadata=suite.as_()
    )
    assert [event.seq for event in (await read(suite)).events] == [1, 2]


async def test_a_repeated_key_under_concurrency_makes_one_activity_and_one_event(
    suite: Suite,
) -> None:
    numbers = await asyncio.gather(*(log(suite, "a", request_id="k") for _ in range(30)))
    assert set(numbers) == {1}
    assert (await history(suite)).count == len((await read(suite)).events) == 1


async def test_keys_of_many_in_any_order_share_transactions_without_a_deadlock(
    suite: Suite,
) -> None:
    keys = [f"k{n % 40}" for n in range(200)]
    numbers = await asyncio.gather(*(log(suite, key, request_id=key) for key in keys))
    assert sorted(set(numbers)) == list(range(1, 41))
    assert len(set(zip(keys, numbers, strict=True))) == 40


async def test_reading_goes_on_after_a_number(suite: Suite) -> None:
    for n in range(5):
        await log(suite, f"q{n}")
    assert [e.seq for e in (await read(suite, after=2, limit=2)).events] == [3, 4]
    behind = await read(suite, after=5)
    assert (list(behind.events), behind.head) == ([], 5)
    assert list((await read(suite, "unknown")).events) == []


async def test_of_the_types_that_are_named_alone_and_how_far_it_was_looked(
    suite: Suite, servers: Servers, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(6):
        await log(suite, f"q{n}")
    async with connected(servers.admin_dsn(database), "activity") as conn:
        await conn.execute("UPDATE event_log SET type = 'rare' WHERE seq IN (2, 4)")

    async def seen(**fields: Any) -> tuple[list[int], int]:
        found = await read(suite, **fields)
        return [event.seq for event in found.events], found.passed

    assert await seen() == ([1, 2, 3, 4, 5, 6], 6)
    assert await seen(types=["rare"]) == ([2, 4], 6)
    assert await seen(types=["rare"], limit=3) == ([2], 3)
    assert await seen(types=["rare"], after=4) == ([], 6)
    assert await seen(types=["rare", FACT], after=4) == ([5, 6], 6)
    assert await seen(types=["none"], limit=2) == ([], 2)
    assert await seen(after=6) == ([], 6)
    monkeypatch.setattr("services.common.event_log.READ_BYTES", 1)
    assert await seen() == ([1], 1)
    assert await seen(types=["rare"]) == ([2], 2)
    assert await seen(types=["rare"], after=2) == ([4], 4)


@pytest.mark.parametrize("fields", [{"after": -1}, {"limit": 5001}, {"limit": -1}])
async def test_a_bad_range_is_refused(suite: Suite, fields: dict[str, Any]) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await read(suite, **fields)
    assert err.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_heads_are_listed_in_pages_for_the_system_alone(suite: Suite) -> None:
    for org in ("b", "a", "c"):
        await log(suite, "q", org)
    system = suite.as_("service:x", "service", org="")
    pages = []
    after = ""
    while True:
        request = pb.ListHeadsRequest(after_organization=after, limit=2)
        heads = (await suite.events.ListHeads(request, metadata=system)).heads
        if not heads:
            break
        pages.append([(head.organization_id, head.seq) for head in heads])
        after = heads[-1].organization_id
    assert pages == [[("a", 1), ("b", 1)], [("c", 1)]]
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await suite.events.ListHeads(pb.ListHeadsRequest(), metadata=service(suite))
    assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("role", ["viewer", "analyst", "admin"])
async def test_the_log_is_for_services_alone(suite: Suite, role: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await suite.events.Read(pb.ReadRequest(), metadata=suite.as_("ann", role))
    assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_an_acknowledgement_never_goes_back(
    suite: Suite, servers: Servers, database: str
) -> None:
    for seq in (5, 3):
        request = pb.AcknowledgeRequest(consumer="x", seq=seq)
        await suite.events.Acknowledge(request, metadata=service(suite))
    async with connected(servers.dsn(database, "activity"), "activity") as conn:
        assert await conn.fetchval("SELECT seq FROM event_consumers") == 5


async def test_a_commit_is_hinted_at_on_redis(suite: Suite, servers: Servers) -> None:
    from redis.asyncio import Redis

    async with Redis.from_url(servers.valkey.url()) as redis, redis.pubsub() as hints:
        await hints.subscribe(channel_of("activity"))
        await hints.get_message(timeout=5)  # that it is subscribed
        await log(suite, "q")
        async with asyncio.timeout(10):
            while not (message := await hints.get_message(timeout=1)):
                pass
    assert message["data"] == b"acme attune.activity.v1.ActivityLogged"


async def test_a_snapshot_holds_everything_as_of_one_number(suite: Suite) -> None:
    batch = [query(f"q{n}") for n in range(1000)]
    for _ in range(2):
        await suite.activity.BatchLogActivities(
            activity_pb2.BatchLogActivitiesRequest(activities=batch), metadata=suite.as_()
        )
    await log(suite, "of others", "other")
    stream = suite.activity.SnapshotActivities(
        activity_pb2.SnapshotActivitiesRequest(), metadata=service(suite)
    )
    seen: list[int] = []
    async for part in stream:
        assert part.as_of == 2000
        seen += [fact.activity_id for fact in part.activities]
        if len(seen) == 1000:
            await log(suite, "too late for it")
    assert seen == list(range(1, 2001))


async def test_a_snapshot_tells_the_same_facts_as_the_log(suite: Suite) -> None:
    from tests.activity.test_activities import to_json

    responses: list[dict[str, Any]] = [
        {"metadata": {"execution_time_ms": 12.5}},
        {"execution_time_ms": 1e3, "error": ""},
        {"success": False},
        {"metadata": {"error": {"code": 1}}},
        {"data": list(range(50)), "metadata": {"execution_time_ms": 0}},
    ]
    for response in responses:
        await suite.activity.LogActivity(
            query(response_data=to_json(response)), metadata=suite.as_()
        )
    facts = [activity_pb2.ActivityLogged.FromString(e.payload) for e in (await read(suite)).events]
    stream = suite.activity.SnapshotActivities(
        activity_pb2.SnapshotActivitiesRequest(), metadata=service(suite)
    )
    shot = [fact async for part in stream for fact in part.activities]
    for fact in shot:
        fact.activity_id = 0
    assert shot == facts
    assert [fact.succeeded for fact in facts] == [True, True, False, False, True]


async def test_an_activity_that_no_partition_takes_fails_alone(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with connected(servers.admin_dsn(database), "activity") as admin:
        oldest = await admin.fetchval(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'user_activity'::regclass ORDER BY 1 LIMIT 1 OFFSET 2"
        )
        await admin.execute(f"DROP TABLE {oldest}")
    month = oldest[-7:].replace("_", "-")
    old = query("old", user_id="ann")
    old.created_at.FromJsonString(f"{month}-15T00:00:00Z")
    good = query("good", user_id="ann")
    calls = [
        suite.activity.LogActivity(request, metadata=service(suite))
        for request in (good, old, good)
    ]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [False, True, False]
    assert (await history(suite)).count == len((await read(suite)).events) == 2


async def test_the_database_itself_refuses_a_second_event_of_a_number(
    suite: Suite, servers: Servers, database: str
) -> None:
    await log(suite, "q")
    async with connected(servers.dsn(database, "activity"), "activity") as conn:
        with pytest.raises(asyncpg.UniqueViolationError):
            await conn.execute("INSERT INTO event_log SELECT * FROM event_log")
