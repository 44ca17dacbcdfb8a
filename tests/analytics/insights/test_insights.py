"""Insights over gRPC: from events as they come in to figures with what they rest on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attune.analytics.v1 import business_metrics_pb2 as metrics
from attune.analytics.v1 import insights_pb2 as pb
from attune.analytics.v1 import tracking_pb2
from attune.analytics.v1.metrics_pb2 import TimeRange
from google.api.httpbody_pb2 import HttpBody

from tests.analytics.semantics.defining import dimension, happen, json, refused, rows
from tests.suite import Suite, reason_of

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)
DAY = NOON.date().isoformat()
RANGE = TimeRange(start=DAY, end=(NOON + timedelta(days=1)).date().isoformat())
VISIT, BUY = pb.InsightStep(event="visit"), pb.InsightStep(event="purchase")
AMOUNT = metrics.MetricField(column="properties", path=["amount"])


def event(name: str, minutes: int = 0, **fields: Any) -> dict[str, Any]:
    when = NOON + timedelta(minutes=minutes)
    return {"event": name, "timestamp": when.isoformat(), **fields}


def of(country: str, **more: Any) -> dict[str, Any]:
    return {"properties": {"country": country, **more}}


SHOP = [
    event("visit", 0, user_id="a", **of("DE")),
    event("purchase", 5, user_id="a", **of("DE", amount=10)),
    event("purchase", 6, user_id="a", **of("DE", amount="2.5")),
    event("visit", 1, user_id="b", **of("FR")),
    event("visit", 2, user_id="b", **of("FR")),
    event("purchase", 120, user_id="b", **of("FR", amount="n/a")),
    event("visit", 3, anonymous_id="x", **of("IT")),
]


async def test_a_trend_tells_a_measure_by_group_and_time(suite: Suite) -> None:
    who = suite.as_(org="a_trend_tells_a_measure_by_gro")
    made = await dimension(suite, "country", by=who)
    await happen(suite, *SHOP, by=who)
    request = pb.QueryTrendRequest(
        step=BUY,
        measure=pb.InsightMeasure(quantity="sum", field=AMOUNT),
        grain="day",
        time_range=RANGE,
        breakdown=pb.InsightBreakdown(dimension="country"),
        top=1,
    )
    answer = await suite.insights.QueryTrend(request, metadata=who)
    assert rows(answer) == [["DE", DAY, 12.5], ["(other)", DAY, 0]]
    assert [(c.name, c.kind, c.additive_over_time) for c in answer.columns] == [
        ("country", "dimension", False),
        ("time", "time", False),
        ("sum", "metric", True),
    ]
    assert [(d.kind, d.name, d.version) for d in answer.definitions] == [
        ("dimension", "country", made.version)
    ]
    assert (answer.row_count, answer.cached, bool(answer.query_id)) == (2, False, True)
    assert answer.start.ToDatetime(UTC).date().isoformat() == DAY
    again = await suite.insights.QueryTrend(request, metadata=who)
    assert (again.cached, again.rows) == (True, answer.rows)


async def test_a_funnel_tells_how_far_people_get(suite: Suite) -> None:
    who = suite.as_(org="a_funnel_tells_how_far_people_")
    await happen(suite, *SHOP, by=who)
    request = pb.QueryFunnelRequest(steps=[VISIT, BUY], within_seconds=3600, time_range=RANGE)
    answer = await suite.insights.QueryFunnel(request, metadata=who)
    assert rows(answer) == [
        [1, "visit", 3, 1, None],
        [2, "purchase", 1, pytest.approx(1 / 3), pytest.approx(1 / 3)],
    ]


async def test_who_was_anonymous_is_the_same_person_later(suite: Suite) -> None:
    """As libraries send it: first nobody knows who it is, then somebody signs in."""
    who = suite.as_(org="who_was_anonymous_is_the_same_")
    body = HttpBody(data=b'{"userId": "c", "anonymousId": "x"}')
    signed_in = tracking_pb2.CollectEventsRequest(call="identify", body=body)
    request = pb.QueryFunnelRequest(steps=[VISIT, BUY], within_seconds=3600, time_range=RANGE)
    await happen(
        suite, event("visit", 3, anonymous_id="x"), event("purchase", 9, user_id="c"), by=who
    )
    before = await suite.insights.QueryFunnel(request, metadata=who)
    await suite.tracking.CollectEvents(signed_in, metadata=who)
    request.no_cache = True
    after = await suite.insights.QueryFunnel(request, metadata=who)
    assert [row[2] for row in rows(before)] == [1, 0]
    assert [row[2] for row in rows(after)] == [1, 1]


async def test_retention_tells_who_came_back(suite: Suite) -> None:
    who = suite.as_(org="retention_tells_who_came_back")
    await happen(suite, *SHOP, event("visit", 1440, user_id="a"), by=who)
    request = pb.QueryRetentionRequest(
        first=VISIT, again=VISIT, grain="day", periods=1, time_range=RANGE
    )
    answer = await suite.insights.QueryRetention(request, metadata=who)
    shares = [[DAY, 0, 3, 1, pytest.approx(1 / 3)], [DAY, 1, 3, 1, pytest.approx(1 / 3)]]
    assert rows(answer) == shares


async def test_who_did_not_do_it_comes_in_pages(suite: Suite) -> None:
    who = suite.as_(org="who_did_not_do_it_comes_in_pag")
    await happen(suite, *(event("visit", n, user_id=f"u{n}") for n in range(5)), *SHOP, by=who)
    request = pb.QueryDidNotDoRequest(did=VISIT, did_not=BUY, time_range=RANGE, page_size=4)
    first = await suite.insights.QueryDidNotDo(request, metadata=who)
    assert (first.people, first.row_count) == (6, 4)
    assert rows(first)[0] == ["u0", 1, NOON.strftime("%Y-%m-%dT%H:%M:%SZ")]
    assert [column.name for column in first.columns] == ["person", "times", "last_at"]
    request.page_token = first.next_page_token
    second = await suite.insights.QueryDidNotDo(request, metadata=who)
    assert [row[0] for row in rows(first) + rows(second)] == [*(f"u{n}" for n in range(5)), "x"]
    assert (second.people, second.next_page_token) == (6, "")
    other = pb.QueryDidNotDoRequest(did=BUY, did_not=VISIT, time_range=RANGE)
    none = await suite.insights.QueryDidNotDo(other, metadata=who)
    assert (none.people, rows(none), none.next_page_token) == (0, [], "")
    other.page_token = first.next_page_token
    error = await refused(suite.insights.QueryDidNotDo(other, metadata=who))
    assert reason_of(error) == "INVALID_FIELD"


async def test_values_that_try_to_break_out_are_values(suite: Suite) -> None:
    who = suite.as_(org="values_that_try_to_break_out_a")
    await happen(suite, *SHOP, by=who)
    country = metrics.MetricField(column="properties", path=["coun'try\\"])
    hostile = metrics.MetricFilter(field=country, operator="=", values=[json("' OR true --")])
    step = pb.InsightStep(event="visit'); --\\", filters=[hostile])
    request = pb.QueryFunnelRequest(steps=[step, step], within_seconds=60, time_range=RANGE)
    answer = await suite.insights.QueryFunnel(request, metadata=who)
    assert [row[1:3] for row in rows(answer)] == [["visit'); --\\", 0]] * 2


async def test_what_does_not_fit_is_named(suite: Suite) -> None:
    who = suite.as_(org="what_does_not_fit_is_named")
    wrong = pb.QueryTrendRequest(
        step=VISIT, measure=pb.InsightMeasure(quantity="sum"), time_range=RANGE
    )
    error = await refused(suite.insights.QueryTrend(wrong, metadata=who))
    assert reason_of(error) == "INVALID_FIELD"
    assert "measure.field" in str(error.details()) + str(error.trailing_metadata())
    viewer = suite.as_(role="viewer")
    wrong.measure.quantity = "events"
    error = await refused(suite.insights.QueryTrend(wrong, metadata=viewer))
    assert reason_of(error) == "PERMISSION_DENIED"
