"""Sentences by rule: what figures are called, and what is said of rankings and of buckets."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from services.analytics.chat.domain import INSIGHT, Planned
from services.analytics.chat.prose import prose_of
from services.analytics.execution.domain import ResultColumn
from services.analytics.insights.domain import (
    Breakdown,
    DidNotDo,
    Measure,
    Plan,
    Quantity,
    Retention,
    Step,
    Trend,
)
from services.analytics.queries.domain import Result
from services.analytics.semantics.compiler import (
    Anchor,
    MetricQuery,
    Order,
    OutputColumn,
    Relative,
    Top,
)
from services.analytics.semantics.domain import Field, Grain

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)
YEAR = Relative(Anchor.THIS, Grain.YEAR)
PLAYS = Trend(Step("song_played"), YEAR)
SOLD = MetricQuery(("revenue",), ("country",))
COUNTRY, TIME = OutputColumn("country", "dimension"), OutputColumn("time", "time")
REVENUE = OutputColumn("revenue", "metric", "EUR", True, True)
EVENTS = OutputColumn("events", "metric", "", True, True)
TYPES = {"time": "timestamptz", "metric": "bigint", "dimension": "text"}


def said(plan: Plan | MetricQuery, columns: list[OutputColumn], *rows: list[object]) -> str:
    told = [ResultColumn(one.name, TYPES[one.kind]) for one in columns]
    planned = Planned(way=INSIGHT, sql="", understood="", columns=columns, plan=plan)
    encoded = [msgspec.json.encode(row) for row in rows]
    return prose_of(planned, Result(UUID(int=1), told, encoded, False, 1.0, NOW), NOW).text


@pytest.mark.parametrize(
    ("measure", "name"),
    [
        (Measure(), "Song played"),
        (Measure(Quantity.PEOPLE), "People with song played"),
        (Measure(Quantity.SUM, Field("properties", ("play_seconds",))),
         "Sum of play seconds of song played"),
        (Measure(Quantity.AVG, Field("properties", ("seconds",))),
         "Average seconds of song played"),
        (Measure(Quantity.MEDIAN, Field("properties", ("seconds",))),
         "Median seconds of song played"),
        (Measure(Quantity.MAX, Field("properties", ("seconds",))),
         "Largest seconds of song played"),
    ],
)  # fmt: skip
def test_a_figure_of_events_is_called_by_what_it_measures(measure: Measure, name: str) -> None:
    column = OutputColumn(measure.quantity.value, "metric", "", True, True)
    assert said(replace(PLAYS, measure=measure), [column], [166.5]) == f"{name}: 166.50."


def test_who_did_not_are_called_so() -> None:
    columns = [
        OutputColumn("people", "metric"),
        OutputColumn("person", "dimension"),
        OutputColumn("times", "metric"),
        OutputColumn("last_at", "time"),
    ]
    told = said(
        DidNotDo(Step("Signed Up"), Step("Order Completed"), YEAR),
        columns,
        [68, "ann", 1, "2026-03-02T08:00:00Z"],
    )
    assert told == "People with Signed Up and without Order Completed: 68."


def test_an_average_is_no_avg() -> None:
    column = OutputColumn("avg_revenue", "metric", "EUR")
    assert said(MetricQuery(("avg_revenue",)), [column], [2.5]) == "Average revenue: 2.50 EUR."


def test_of_counts_there_is_the_most() -> None:
    by = replace(PLAYS, breakdown=Breakdown("country"))
    assert said(by, [COUNTRY, EVENTS], ["Spain", 3], ["France", 1]) == (
        "Spain has the most song played: 3, 75 % of the total. "
        "In total it is 4, across 2 countries."
    )


def test_the_rest_of_a_ranking_is_not_its_first() -> None:
    by = replace(PLAYS, breakdown=Breakdown("country"), top=1)
    assert said(by, [COUNTRY, EVENTS], ["(other)", 15], ["Spain", 8]) == (
        "Spain has the most song played: 8, 34.8 % of the total. In total it is 23."
    )


def test_what_is_not_known_is_no_group_that_is_counted() -> None:
    told = said(SOLD, [COUNTRY, REVENUE], ["Spain", 3], [None, 1])
    assert told.endswith("In total it is 4 EUR.")


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (replace(SOLD, top=Top("country", 2, other=False)),
         "Spain has the highest revenue: 30 EUR."),
        (replace(SOLD, order=(Order("revenue"),), limit=2),
         "France has the lowest revenue: 10 EUR."),
    ],
)  # fmt: skip
def test_of_a_ranking_that_leaves_rows_out_no_total_is_told(chosen: MetricQuery, told: str) -> None:
    assert said(chosen, [COUNTRY, REVENUE], ["Spain", 30], ["France", 10]) == told


def test_the_one_that_was_asked_for_is_named() -> None:
    best = replace(SOLD, order=(Order("revenue", descending=True),), limit=1)
    assert said(best, [COUNTRY, REVENUE], ["Spain", 30]) == "Spain: revenue 30 EUR."
    month = replace(best, dimensions=(), grain=Grain.MONTH)
    assert said(month, [TIME, REVENUE], ["2026-02-01", 30]) == "February 2026: revenue 30 EUR."


@pytest.mark.parametrize(
    ("grain", "first", "last", "ends"),
    [
        (Grain.HOUR, "2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z",
         "from 1 at 2026-03-02 08:00 to 2 at 2026-03-02 09:00"),
        (Grain.DAY, "2026-02-01", "2026-03-01", "from 1 on 1 February 2026 to 2 on 1 March 2026"),
        (Grain.WEEK, "2026-03-02", "2026-03-09",
         "from 1 in the week of 2 March 2026 to 2 in the week of 9 March 2026"),
        (Grain.MONTH, "2026-01-01", "2026-02-01", "from 1 in January 2026 to 2 in February 2026"),
        (Grain.QUARTER, "2025-10-01", "2026-01-01", "from 1 in Q4 2025 to 2 in Q1 2026"),
        (Grain.YEAR, "2024-01-01", "2025-01-01", "from 1 in 2024 to 2 in 2025"),
    ],
)  # fmt: skip
def test_buckets_of_time_are_told_as_what_they_are(
    grain: Grain, first: str, last: str, ends: str
) -> None:
    told = said(replace(PLAYS, grain=grain), [TIME, EVENTS], [first, 1], [last, 2])
    assert told == f"Song played went {ends}, up 100 %."


def test_who_comes_back_is_told_of_weeks_that_are_over() -> None:
    names = ("cohort", "period", "size", "people", "share")
    kinds = ("time", "dimension", "metric", "metric", "metric")
    columns = [OutputColumn(*one) for one in zip(names, kinds, strict=True)]
    plan = Retention(Step("signup"), None, Grain.WEEK, 8, YEAR)
    rows = [["2026-02-23", at, 25, 25 - 5 * at, 1 - at / 5] for at in range(4)]
    assert said(plan, columns, *rows) == (
        "Of the cohort of 23 February 2026, 80 % after 1 week and 60 % after 2 weeks came back."
    )
