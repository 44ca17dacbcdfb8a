"""The figures about activities are those of the document's SQL, counted or not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from attune.activity.v1 import activity_pb2
from attune.activity.v1 import metrics_pb2 as pb
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from services.activity.app import pool_of
from services.activity.metrics import counting as module
from services.activity.metrics.counting import counting
from services.activity.metrics.domain import Window, next_begin
from services.activity.metrics.store import MetricsStore
from services.common.clock import utc_now
from services.common.db import Pool
from tests.properties import quick
from tests.suite import ORGANIZATION, Suite, violations_of

BREAKDOWN = """
SELECT
  activity_type,
  COUNT(*) as count,
  COUNT(DISTINCT user_id) as unique_users
FROM user_activity
WHERE organization_id = $1 AND created_at >= $2
GROUP BY activity_type;
"""
CLICK_THROUGH = """
SELECT
  user_id,
  COUNT(*) as total_queries,
  COUNT(suggestion_clicked) as clicked_suggestions,
  COUNT(suggestion_clicked) * 100.0 / NULLIF(COUNT(*), 0) as click_through_rate
FROM user_activity
WHERE activity_type IN ('query', 'suggestion_click')
  AND organization_id = $1 AND created_at >= $2
GROUP BY user_id
ORDER BY click_through_rate DESC;
"""


async def breakdown(
    suite: Suite, who: Any = None, **fields: Any
) -> pb.GetActivityBreakdownResponse:
    request = pb.GetActivityBreakdownRequest(**fields)
    return await suite.activity_metrics.GetActivityBreakdown(request, metadata=who or suite.as_())


async def rates(suite: Suite, who: Any = None, **fields: Any) -> pb.ListClickThroughRatesResponse:
    request = pb.ListClickThroughRatesRequest(**fields)
    return await suite.activity_metrics.ListClickThroughRates(
        request, metadata=who or suite.as_("root", "admin")
    )


async def record(
    suite: Suite, *entries: tuple[str, str, datetime], org: str = ORGANIZATION
) -> None:
    """Log (user, type, time) as a service that imports does."""
    requests = []
    for user, kind, when in entries:
        request = activity_pb2.LogActivityRequest(activity_type=kind, user_id=user)
        request.created_at.FromDatetime(when)
        if kind in ("query", "chat"):
            request.query_text = "profit"
        elif kind == "feedback":
            request.feedback_rating = 4
        else:
            request.suggestion_clicked = "profit"
        requests.append(request)
    batch = activity_pb2.BatchLogActivitiesRequest(activities=requests)
    answer = await suite.activity.BatchLogActivities(
        batch, metadata=suite.as_("service:x", "service", org=org)
    )
    assert answer.refused == 0


async def count(suite: Suite) -> None:
    async with pool_of(suite.activity_settings) as pool:
        await counting(MetricsStore(pool), utc_now).run(b"")


async def documented(pool: Pool, since: datetime) -> tuple[set[Any], set[Any]]:
    """What the document's SQL tells."""
    types = await pool.fetch(BREAKDOWN, ORGANIZATION, since)
    users = await pool.fetch(CLICK_THROUGH, ORGANIZATION, since)
    return {tuple(row) for row in types}, {(*row[:3], float(row[3])) for row in users}


async def ours(pool: Pool, since: datetime) -> tuple[set[Any], set[Any]]:
    store, window = MetricsStore(pool), Window.of(since)
    types = await store.breakdown(ORGANIZATION, window)
    users = await store.click_through(ORGANIZATION, window, (-101.0, ""), 1000)
    assert users == sorted(users, key=lambda u: (-u.click_through_rate, u.user_id))
    return (
        {(t.activity_type, t.activities, t.unique_users) for t in types},
        {tuple(vars(user).values()) for user in users},
    )


def test_a_window_goes_over_from_quarters_to_days() -> None:
    window = Window.of(datetime(2026, 11, 14, 10, 7, tzinfo=UTC))
    assert window.quarter == datetime(2026, 11, 14, 10, 15, tzinfo=UTC)
    assert window.day == datetime(2026, 11, 15, tzinfo=UTC)
    midnight = datetime(2026, 11, 15, tzinfo=UTC)
    assert Window.of(midnight) == Window(midnight, midnight, midnight)


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from([15, 24 * 60]))
def test_the_next_beginning_is_never_before_and_never_a_whole_stretch_away(
    when: datetime, minutes: int
) -> None:
    length = timedelta(minutes=minutes)
    if when < datetime(9999, 1, 1, tzinfo=UTC):
        assert timedelta(0) <= next_begin(when, length) - when < length


async def test_with_nothing_on_record_there_is_nothing_to_divide(suite: Suite) -> None:
    found = await breakdown(suite)
    assert (found.days, list(found.activities), found.click_through.total_queries) == (7, [], 0)
    assert not found.click_through.HasField("click_through_rate")
    page = await rates(suite)
    assert (page.days, list(page.users), page.HasField("next_page_token")) == (30, [], False)
    await count(suite)


async def test_the_breakdown_and_the_rates_are_those_of_the_document(suite: Suite) -> None:
    now = utc_now()
    day = timedelta(days=1)
    await record(
        suite,
        *[("ann", "query", now - n * day) for n in range(9)],
        *[("bob", "suggestion_click", now - n * day) for n in range(3)],
        ("bob", "query", now - 2 * day),
        ("eve", "feedback", now),
        ("eve", "chat", now - 29 * day),
        ("dan", "query", now - 29 * day),
    )
    await record(suite, ("ann", "chat", now), org="other")
    for _ in range(2):  # before and after the job
        found = await breakdown(suite)
        assert [(t.activity_type, t.count, t.unique_users) for t in found.activities] == [
            ("feedback", 1, 1),
            ("query", 8, 2),
            ("suggestion_click", 3, 1),
        ]
        through = found.click_through
        assert (through.total_queries, through.clicked_suggestions) == (11, 3)
        assert through.click_through_rate == pytest.approx(300 / 11)
        users = (await rates(suite)).users
        assert [(u.user_id, u.total_queries, u.clicked_suggestions) for u in users] == [
            ("bob", 4, 3),
            ("ann", 9, 0),
            ("dan", 1, 0),
        ]
        assert users[0].click_through_rate == 75.0
        await count(suite)


moments = st.integers(0, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes, seconds=7))
kinds = st.sampled_from(["query", "chat", "suggestion_click", "feedback"])
entries = st.lists(st.tuples(st.sampled_from("abcde"), kinds, moments), max_size=30)


@quick
@given(st.lists(st.tuples(entries, st.booleans()), max_size=4), moments)
async def test_what_is_counted_equals_what_the_document_counts(
    suite: Suite, batches: list[Any], back: timedelta
) -> None:
    """However far the job is, over any window, with what earlier examples left."""
    now = utc_now()
    for batch, counted in batches:
        if batch:
            await record(suite, *[(user, kind, now - ago) for user, kind, ago in batch])
        if counted:
            await count(suite)
    async with pool_of(suite.activity_settings) as pool:
        assert await ours(pool, now - back) == await documented(pool, now - back)


async def test_a_job_that_is_killed_counts_nothing_twice(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = utc_now()
    await record(suite, *[("ann", "query", now)] * 10)
    monkeypatch.setattr(module, "NUMBERS_AT_ONCE", 3)
    async with pool_of(suite.activity_settings) as pool:
        store = MetricsStore(pool)
        moved = store.count

        async def dies(*args: Any) -> None:
            await moved(*args)
            if args[3] == 6:
                raise RuntimeError("killed")

        monkeypatch.setattr(store, "count", dies)
        with pytest.raises(RuntimeError):
            await counting(store, utc_now).run(b"")
        assert await pool.fetchval("SELECT up_to FROM activity_counted") == 3
        await counting(MetricsStore(pool), utc_now).run(b"")
        await counting(MetricsStore(pool), utc_now).run(b"")
        total = "SELECT sum(activities) FROM activity_counts WHERE grain = $1"
        assert [await pool.fetchval(total, grain) for grain in ("quarter", "day")] == [10, 10]


async def test_quarters_that_no_window_begins_in_are_dropped_and_days_stay(suite: Suite) -> None:
    now = utc_now()
    await record(suite, *[("ann", "query", now - timedelta(days=days)) for days in (1, 89, 93)])
    await count(suite)
    async with pool_of(suite.activity_settings) as pool:
        kept = "SELECT count(*) FROM activity_counts WHERE grain = $1"
        assert [await pool.fetchval(kept, grain) for grain in ("quarter", "day")] == [2, 3]
    assert (await breakdown(suite, days=90)).activities[0].count == 2


async def test_pages_of_rates_have_no_gap_and_one_window(suite: Suite) -> None:
    now = utc_now()
    people = [f"user{number}" for number in range(7)]
    await record(suite, *[(user, "query", now) for user in people])
    await record(suite, *[(user, "suggestion_click", now) for user in people[:3]])
    seen: list[str] = []
    page = await rates(suite, page_size=2)
    since = page.since
    while True:
        seen += [user.user_id for user in page.users]
        assert page.since == since
        if not page.next_page_token:
            break
        page = await rates(suite, page_size=2, page_token=page.next_page_token)
    assert seen == people


async def test_a_page_token_is_good_for_its_own_window_only(suite: Suite) -> None:
    now = utc_now()
    await record(suite, ("ann", "query", now), ("bob", "query", now))
    token = (await rates(suite, page_size=1)).next_page_token
    old = module_token(now - timedelta(days=60))
    for wrong in ({"days": 7, "page_token": token}, {"page_token": "x"}, {"page_token": old}):
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await rates(suite, **wrong)
        assert "page_token" in violations_of(err.value)


def module_token(since: datetime) -> str:
    from services.common.pages import filters_hash, page_token

    return page_token(filters_hash(30), (since, -1.0, "ann"))


async def test_rates_name_people_so_they_are_for_admins(suite: Suite) -> None:
    for call, role in ((rates, "analyst"), (rates, "viewer"), (breakdown, "viewer")):
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await call(suite, suite.as_("vic", role))
        assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("days", [0, 91])
async def test_a_window_out_of_bounds_is_refused(suite: Suite, days: int) -> None:
    for call in (breakdown, rates):
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await call(suite, days=days)
        assert "days" in violations_of(err.value)


async def test_prometheus_counts_activities_by_type(suite: Suite) -> None:
    name, chat = "attune_activities_total", {"activity_type": "chat"}
    before = REGISTRY.get_sample_value(name, chat) or 0.0
    await record(suite, ("ann", "chat", utc_now()), ("bob", "chat", utc_now()))
    assert REGISTRY.get_sample_value(name, chat) == before + 2
