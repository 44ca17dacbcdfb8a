"""Metric queries over the event store: figures, with what they rest on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from attune.analytics.v1 import business_metrics_pb2 as pb
from attune.analytics.v1 import metrics_pb2 as metrics

from services.analytics.semantics.querying.asking import period_of
from tests.analytics.semantics.defining import (
    ask,
    define,
    dimension,
    happen,
    json,
    refused,
    rows,
    shop_metrics,
    update,
)
from tests.suite import Suite

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)
DAY = NOON.date().isoformat()
RANGE = metrics.TimeRange(
    start=(NOON - timedelta(days=1)).date().isoformat(),
    end=(NOON + timedelta(days=1)).date().isoformat(),
)


def event(user: str, name: str, country: str | None = None, amount: Any = None) -> dict[str, Any]:
    properties = {"country": country, "amount": amount}
    kept = {key: value for key, value in properties.items() if value is not None}
    return {"event": name, "user_id": user, "timestamp": NOON.isoformat(), "properties": kept}


SHOP = [
    *(event(user, "visit", "DE") for user in ("a", "b", "c", "d")),
    *(event(user, "visit", "O'Land") for user in ("e", "e")),
    event("a", "purchase", "DE", 10),
    event("a", "purchase", "DE", "2.5"),
    event("b", "purchase", "DE", "n/a"),
]


async def test_a_ratio_counts_distinct_people_across_events(suite: Suite) -> None:
    made = await shop_metrics(suite)
    await happen(suite, *SHOP)
    answer = await ask(
        suite, "conversion_rate", "revenue", dimensions=["country"], time_range=RANGE, grain="day"
    )
    assert rows(answer) == [["DE", DAY, 0.5, 12.5], ["O'Land", DAY, 0, 0]]
    assert [(c.name, c.kind, c.unit, c.additive_over_time) for c in answer.columns] == [
        ("country", "dimension", "", False),
        ("time", "time", "", False),
        ("conversion_rate", "metric", "", False),
        ("revenue", "metric", "EUR", True),
    ]
    assert {(d.kind, d.name): d.version for d in answer.definitions} == {
        ("metric", "buyers"): 1,
        ("metric", "conversion_rate"): 1,
        ("metric", "revenue"): 1,
        ("metric", "visitors"): 1,
        ("dimension", "country"): 1,
    }
    assert (answer.row_count, answer.cached, bool(answer.query_id)) == (2, False, True)
    await update(suite, made["revenue"], unit="USD")
    answer = await ask(suite, "revenue")
    assert [(d.name, d.version) for d in answer.definitions] == [("revenue", 2)]


async def test_the_same_question_is_answered_from_the_cache(suite: Suite) -> None:
    await shop_metrics(suite)
    first = await ask(suite, "visitors", time_range=RANGE)
    again = await ask(suite, "visitors", time_range=RANGE)
    assert (first.cached, again.cached, again.rows) == (False, True, first.rows)


async def test_filters_take_values_that_try_to_break_out(suite: Suite) -> None:
    await shop_metrics(suite)
    await happen(suite, *SHOP)
    where = pb.MetricFilter(dimension="country", operator="=", values=[json("O'Land")])
    assert rows(await ask(suite, "visitors", filters=[where])) == [[1]]
    attack = pb.MetricFilter(dimension="country", operator="=", values=[json("' OR true --")])
    assert rows(await ask(suite, "visitors", filters=[attack])) == [[0]]


@pytest.mark.parametrize(
    ("limit", "shown", "truncated"), [(1, 1, True), (2, 2, False), (10_000, 2, False)]
)
async def test_an_answer_that_is_cut_says_so(
    suite: Suite, limit: int, shown: int, truncated: bool
) -> None:
    await shop_metrics(suite)
    await happen(suite, *SHOP)
    answer = await ask(suite, "visitors", dimensions=["country"], limit=limit)
    assert (answer.row_count, answer.truncated) == (shown, truncated)


async def test_periods_fill_compare_and_tell_their_bounds(suite: Suite) -> None:
    await shop_metrics(suite)
    await happen(suite, *SHOP)
    period = metrics.TimeRange(period="last 7 days")
    answer = await ask(suite, "visitors", time_range=period, grain="day", fill=True, compare=True)
    found = rows(answer)
    assert [column.name for column in answer.columns] == ["time", "visitors", "visitors_previous"]
    assert (len(found), sum(row[1] for row in found), sum(row[2] for row in found)) == (7, 5, 0)
    start, end = answer.start.ToDatetime(UTC), answer.end.ToDatetime(UTC)
    assert (end - start, start - answer.previous_start.ToDatetime(UTC)) == (timedelta(days=7),) * 2


def test_last_month_is_the_one_before_and_last_days_end_with_today() -> None:
    assert period_of("last month") == period_of("previous month")
    assert period_of("Last  fiscal year") == period_of("previous fiscal year")
    assert period_of("last 2 months") != period_of("previous 2 months")


async def test_the_largest_values_are_kept_and_the_rest_is_one_group(suite: Suite) -> None:
    await shop_metrics(suite)
    await happen(suite, *SHOP, event("f", "visit", "FR"))
    top = metrics.MetricTop(dimension="country", count=1)
    answer = await ask(suite, "visitors", dimensions=["country"], top=top)
    assert rows(answer) == [["DE", 4], ["(other)", 2]]
    top = metrics.MetricTop(dimension="country", count=1, drop_other=True)
    assert rows(await ask(suite, "visitors", dimensions=["country"], top=top)) == [["DE", 4]]


async def test_events_go_by_what_is_known_of_the_person(suite: Suite) -> None:
    await shop_metrics(suite)
    await happen(suite, *SHOP)
    plan = pb.MetricField(column="traits", path=["plan"])
    await dimension(suite, "plan", relation="users", field=plan)
    answer = await ask(suite, "visitors", "revenue", dimensions=["plan"])
    assert rows(answer) == [[None, 5, 12.5]]
    assert 'LEFT JOIN "store"."users" AS t1' in answer.sql


async def test_compiling_gives_the_sql_and_runs_nothing(suite: Suite) -> None:
    await shop_metrics(suite)
    request = metrics.CompileMetricsRequest(metrics=["conversion_rate"])
    compiled = await suite.metrics.CompileMetrics(request, metadata=suite.as_())
    assert compiled.sql.startswith("SELECT ")
    assert len(compiled.definitions) == 3


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"dimensions": ["planet"]}, "no dimension 'planet'"),
        ({"time_range": metrics.TimeRange(period="last fortnight")}, "is no period"),
        ({"time_range": metrics.TimeRange(start="2026-13-01", end="2026-01-02")}, "must be a date"),
        ({"time_range": metrics.TimeRange(start="2026-01-02", end="2026-01-02")}, "must end after"),
        ({"time_range": metrics.TimeRange(start="0001-01-01", end="9999-12-31")}, ""),
        ({"time_range": metrics.TimeRange(period="last 10000 years")}, "years 1 to 9999"),
        ({"fill": True}, "needs a time range"),
        ({"compare": True}, "needs a time range"),
        ({"time_zone": "Mars/Olympus"}, "IANA zone"),
        ({"time_zone": "../../etc/passwd"}, "IANA zone"),
        ({"order": [metrics.MetricOrder(by="nothing")]}, "no column of the result"),
        ({"dimensions": ["country", "country"]}, "two columns"),
        ({"filters": [pb.MetricFilter(operator="=")]}, ""),
        (
            {"filters": [pb.MetricFilter(dimension="country", operator="=", values=[json([1])])]},
            "texts, numbers",
        ),
        (
            {"filters": [pb.MetricFilter(dimension="country", operator="=", values=[json("\0")])]},
            "NUL",
        ),
        (
            {"filters": [pb.MetricFilter(dimension="country", operator="=")]},
            "takes 1 values",
        ),
    ],
)
async def test_a_question_that_makes_no_sense_says_what_to_change(
    suite: Suite, fields: dict[str, Any], said: str
) -> None:
    await define(suite, "visits", type="simple", aggregate="count")
    await shop_metrics(suite)
    if said == "" and "time_range" in fields:
        assert rows(await ask(suite, "visits", **fields)) == [[0]]
        return
    error = await refused(ask(suite, "visits", **fields))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert said in str(error.details())


async def test_another_organization_has_no_figures_of_ours(suite: Suite) -> None:
    await shop_metrics(suite)
    await happen(suite, *SHOP)
    other = suite.as_(org="other")
    error = await refused(ask(suite, "visitors", by=other))
    assert "no metric 'visitors'" in str(error.details())
    await define(suite, "visitors", type="simple", aggregate="count", by=other)
    assert rows(await ask(suite, "visitors", by=other)) == [[0]]
