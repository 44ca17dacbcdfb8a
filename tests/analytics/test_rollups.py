"""Rollups over gRPC: equal to a count of the events, whatever comes late or goes."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import grpc
import pytest
from attune.analytics.v1 import rollups_pb2 as pb
from attune.analytics.v1 import rollups_pb2_grpc
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.rollups.domain import HASHES, LEAST_KEPT, people_of, periods
from services.analytics.tracking.domain import Event
from services.common.db import Pool
from tests.analytics.following import NOON, arrive, followed, happened, pool_of
from tests.suite import Suite, violations_of

ZONES = ["UTC", "Asia/Kolkata", "Europe/Berlin", "America/New_York", "Pacific/Apia"]
START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC)


async def series(suite: Suite, org: str = "acme", **asked: Any) -> pb.GetEventSeriesResponse:
    stub = rollups_pb2_grpc.RollupsServiceStub(suite.analytics_channel)
    fields: dict[str, Any] = {"event": "Order", "start_time": START, "end_time": END}
    request = pb.GetEventSeriesRequest(**fields | asked)
    return await stub.GetEventSeries(request, metadata=suite.as_("ann", "analyst", org=org))


def key_of(moment: datetime, granularity: str, zone: str) -> Any:
    """What a calendar on the wall says: the brute force to compare with."""
    local = moment.astimezone(ZoneInfo(zone))
    if granularity == "hour":
        return local.date(), local.hour, local.utcoffset()
    if granularity == "week":
        return local.date() - timedelta(days=local.weekday())
    return local.date().replace(day=1) if granularity == "month" else local.date()


def brute_force(events: list[Event], granularity: str, zone: str) -> dict[Any, tuple[int, int]]:
    groups: dict[Any, list[Event]] = defaultdict(list)
    for event in events:
        groups[key_of(event.timestamp, granularity, zone)].append(event)
    return {
        key: (len(group), len({e.user_id or e.anonymous_id for e in group}))
        for key, group in groups.items()
    }


async def same_as_brute_force(suite: Suite, events: list[Event], **asked: Any) -> None:
    for zone in ZONES:
        for granularity in ("hour", "day", "week", "month"):
            answer = await series(suite, granularity=granularity, time_zone=zone, **asked)
            counted = {
                key_of(p.start.ToDatetime(UTC), granularity, zone): (p.events, p.users)
                for p in answer.points
                if p.events
            }
            assert counted == brute_force(events, granularity, zone), (zone, granularity)
            assert all(point.users_exact for point in answer.points)
            assert not answer.pending


def some_events(random: Random, count: int) -> list[Event]:
    """Around the days on which clocks change in New York (8 March) and Berlin (29 March)."""
    return [
        happened(
            START + timedelta(seconds=random.randrange(40 * 86_400)),
            user=random.choice(["ann", "bob", None]),
            anonymous=random.choice(["x", "y"]),
            source=random.choice(["key:a", "key:b"]),
        )
        for _ in range(count)
    ]


async def test_a_series_is_what_a_count_of_the_events_says(suite: Suite) -> None:
    random = Random(7)
    async with pool_of(suite) as pool:
        first, late = some_events(random, 300), some_events(random, 100)
        other = [happened(org="other"), happened(event="View")]
        await arrive(pool, [*first, *other])
        await followed(pool, "acme", "other")
        await same_as_brute_force(suite, first)
        await arrive(pool, late)
        assert (await series(suite)).pending
        await followed(pool)
        events = [*first, *late]
        await same_as_brute_force(suite, events)
        of_a = [event for event in events if event.source == "key:a"]
        await same_as_brute_force(suite, of_a, source="key:a")
        gone = {event.id for event in events[::3]}
        await pool.execute(
            "DELETE FROM events WHERE organization_id = 'acme' AND id = ANY($1)", [*gone]
        )
        await followed(pool)
        await same_as_brute_force(suite, [event for event in events if event.id not in gone])
    assert sum(point.events for point in (await series(suite, "other")).points) == 1


async def test_what_is_deleted_while_it_is_counted_is_counted_again(suite: Suite) -> None:
    async with pool_of(suite) as pool, pool.acquire() as deleter:
        event = happened()
        await arrive(pool, [event, happened()])
        deleting = deleter.transaction()
        await deleting.start()
        await deleter.execute(
            "DELETE FROM events WHERE organization_id = 'acme' AND id = $1", event.id
        )
        await followed(pool)
        assert await counted(pool) == 2
        await deleting.commit()
        await followed(pool)
        assert await counted(pool) == 1


async def counted(pool: Pool) -> int:
    query = "SELECT sum(events)::int FROM event_rollups WHERE source = '' AND event = 'Order'"
    return int(await pool.fetchval(query) or 0)


async def test_a_follower_that_is_killed_takes_nothing_away(suite: Suite) -> None:
    async with pool_of(suite) as pool:
        await arrive(pool, [happened()])
        async with pool.acquire() as conn:
            step = conn.transaction()
            await step.start()
            taken = await conn.execute("DELETE FROM event_arrivals")
            assert taken == "DELETE 1"
            await step.rollback()
        await followed(pool)
        assert await counted(pool) == 1


async def test_many_people_are_estimated_within_what_is_said(suite: Suite) -> None:
    async with pool_of(suite) as pool:
        moments = [NOON + timedelta(minutes=20 * (n % 6)) for n in range(6_000)]
        await arrive(pool, [happened(at, user=f"u{n}") for n, at in enumerate(moments)])
        await followed(pool)
        answer = await series(suite, granularity="month")
    [point] = [point for point in answer.points if point.events]
    assert (point.events, point.users_exact) == (6_000, False)
    assert abs(point.users - 6_000) < 4 * 0.0313 * 6_000


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"end_time": START}, "end_time"),
        ({"granularity": "hour"} | {"end_time": datetime(2027, 1, 1, tzinfo=UTC)}, "end_time"),
        ({"start_time": datetime(1, 1, 1, tzinfo=UTC)}, "start_time"),
        ({"end_time": datetime(9999, 12, 31, tzinfo=UTC)}, "end_time"),
    ],
)
async def test_what_cannot_be_answered_says_what_to_change(
    suite: Suite, asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await series(suite, **asked)
    assert [*violations_of(refused.value)] == [field]


@given(
    st.integers(10 * 31_536_000, 65 * 31_536_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
    st.sampled_from([*ZONES, "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Casablanca"]),
    st.sampled_from(["day", "week", "month"]),
)
def test_periods_follow_each_other_and_the_calendar(
    start: datetime, zone: str, granularity: str
) -> None:
    found = [*periods(start, start + timedelta(days=70), granularity, ZoneInfo(zone))]
    assert found[0] <= start
    keys = [key_of(moment, granularity, zone) for moment in found]
    assert len({*keys}) == len(keys)
    for before, after in pairwise(found):
        last = after - timedelta(seconds=1)
        assert key_of(last, granularity, zone) == key_of(before, granularity, zone)
    assert all(isinstance(key, date) for key in keys)


@given(st.integers(LEAST_KEPT, 200_000))
def test_an_estimate_is_near_the_number_of_people(people: int) -> None:
    step = HASHES // people
    least = [-(HASHES // 2) + step * (n + 1) - 1 for n in range(LEAST_KEPT)]
    assert people_of(least[:-1]) == (LEAST_KEPT - 1, True)
    guess, exact = people_of(least)
    assert not exact
    assert abs(guess - people) <= people * 0.01
