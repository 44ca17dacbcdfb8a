"""What plans refuse, with what is to be changed; and who is whom."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.analytics.catalogue.domain import Catalogue
from services.analytics.insights.compiler import compile_plan
from services.analytics.insights.domain import (
    Breakdown,
    DidNotDo,
    Funnel,
    Measure,
    Plan,
    Quantity,
    Retention,
    Step,
    Trend,
)
from services.analytics.semantics.compiler import (
    Absolute,
    Anchor,
    Calendar,
    NotCompilable,
    Relative,
)
from services.analytics.semantics.domain import Definitions, Field, Filter, Grain, Operator
from tests.analytics.insights.happening import DEFINITIONS, Event, Store, World
from tests.analytics.store.conftest import THEIRS

NOW = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
MARCH = Absolute(date(2026, 3, 1), date(2026, 4, 1))
VISIT, BUY = Step("visit"), Step("buy")
FUNNEL = Funnel((VISIT, BUY), timedelta(days=7), MARCH)
RETENTION = Retention(VISIT, VISIT, Grain.WEEK, 4, MARCH)
DID_NOT = DidNotDo(VISIT, BUY, MARCH)
TREND = Trend(VISIT, MARCH, breakdown=Breakdown("country"))
OF_COUNTRY = Filter(Operator.EQUAL, ("DE",), dimension="nowhere")
BAD = Filter(Operator.LESS, ("x",), field=Field("timestamp"))
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)

REFUSED: list[tuple[Plan, str]] = [
    (replace(FUNNEL, steps=(VISIT,)), "steps"),
    (replace(FUNNEL, steps=(VISIT,) * 11), "steps"),
    (replace(FUNNEL, steps=(VISIT, Step(""))), "steps[1].event"),
    (replace(FUNNEL, steps=(VISIT, Step("buy", (BAD,)))), "steps[1].filters[0].values"),
    (replace(FUNNEL, steps=(VISIT, Step("buy", (OF_COUNTRY,)))), "dimensions"),
    (replace(FUNNEL, within=timedelta()), "within"),
    (replace(FUNNEL, within=timedelta(days=9000)), "within"),
    (replace(FUNNEL, breakdown=Breakdown()), "breakdown"),
    (replace(FUNNEL, breakdown=Breakdown("nowhere")), "dimensions"),
    (replace(FUNNEL, breakdown=Breakdown(field=Field("properties"))), "breakdown"),
    (replace(FUNNEL, breakdown=Breakdown(field=Field("nothing"))), "breakdown"),
    (replace(FUNNEL, time_range=Absolute(date(9999, 12, 30), date(9999, 12, 31))), "time_range"),
    (replace(RETENTION, grain=Grain.HOUR), "grain"),
    (replace(RETENTION, periods=0), "periods"),
    (replace(RETENTION, periods=367), "periods"),
    (replace(RETENTION, again=Step("a\0b")), "plan"),
    (replace(DID_NOT, limit=0), "limit"),
    (replace(DID_NOT, time_range=Absolute(date(2026, 3, 2), date(2026, 3, 1))), "time_range"),
    (replace(TREND, top=0), "top"),
    (replace(TREND, top=3, breakdown=None), "top"),
    (replace(TREND, measure=Measure(Quantity.SUM)), "measure.field"),
    (replace(TREND, measure=Measure(Quantity.SUM, Field("event"))), "measure.field"),
    (
        replace(TREND, time_range=Relative(Anchor.LAST, Grain.YEAR, 9), grain=Grain.HOUR),
        "time_range",
    ),
]


@pytest.mark.parametrize(("plan", "field"), REFUSED)
def test_what_is_wrong_is_named(happened: Store, plan: Plan, field: str) -> None:
    with pytest.raises(NotCompilable) as refused:
        compile_plan(plan, DEFINITIONS, happened.catalogue, Calendar(), NOW)
    assert refused.value.field == field


def test_other_connections_have_no_insights() -> None:
    with pytest.raises(NotCompilable) as refused:
        compile_plan(DID_NOT, Definitions(), Catalogue("shop", ("public",)), Calendar(), NOW)
    assert refused.value.field == "connection_id"


async def rows(store: Store, plan: Plan) -> list[tuple[Any, ...]]:
    compiled = compile_plan(plan, DEFINITIONS, store.catalogue, Calendar(), NOW)
    return [tuple(row) for row in await store.role.fetch(compiled.sql)]


async def test_columns_keep_apart_from_groups_of_the_same_name(happened: Store) -> None:
    await happened.fill(World([Event(NOON, 1, "visit", "u1")]))
    for name, column in (("people", "people_"), ("value", "value"), ("part", "part")):
        by = Breakdown(field=Field("properties", (name,)))
        compiled = compile_plan(
            replace(TREND, breakdown=by, measure=Measure(Quantity.PEOPLE)),
            *(DEFINITIONS, happened.catalogue, Calendar(), NOW),
        )
        assert [one.name for one in compiled.columns] == [column, "people"]
        assert len(await happened.role.fetch(compiled.sql)) == 1
        assert len(await rows(happened, replace(FUNNEL, breakdown=by))) == 2


async def test_the_version_of_a_dimension_is_told(happened: Store) -> None:
    compiled = compile_plan(TREND, DEFINITIONS, happened.catalogue, Calendar(), NOW)
    assert compiled.dimensions == {"country": 3}


async def test_ids_that_lead_in_a_circle_fail_nothing(happened: Store) -> None:
    events = [Event(NOON, n, "visit", user) for n, user in enumerate(["a", "b", "c"])]
    await happened.fill(World(events, renamed={"a": "b", "b": "a"}))
    assert (await rows(happened, DID_NOT))[0][0] == 3


async def test_a_merge_that_is_undone_or_anothers_means_nothing(happened: Store) -> None:
    events = [Event(NOON, 1, "visit", "a"), Event(NOON, 2, "visit", "b")]
    await happened.fill(World(events, renamed={"a": "b"}))
    assert (await rows(happened, DID_NOT))[0][0] == 1
    await happened.conn.execute("UPDATE analytics.user_merges SET undone_at = now()")
    assert (await rows(happened, DID_NOT))[0][0] == 2
    await happened.conn.execute(
        "UPDATE analytics.user_merges SET undone_at = NULL, organization_id = $1", THEIRS
    )
    assert (await rows(happened, DID_NOT))[0][0] == 2


async def test_an_event_of_the_last_moment_still_counts(happened: Store) -> None:
    """`within` includes its end, and later steps may come after the time range."""
    late = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
    for after, reached in ((timedelta(days=7), 1), (timedelta(days=7, microseconds=1), 0)):
        events = [Event(late, 1, "visit", "a"), Event(late + after, 2, "buy", "a")]
        await happened.fill(World(events))
        assert [row[2] for row in await rows(happened, FUNNEL)] == [1, reached]


async def test_at_the_same_time_what_arrived_first_was_first(happened: Store) -> None:
    for names, reached in ((("visit", "buy"), 1), (("buy", "visit"), 0)):
        events = [Event(NOON, n, name, "a") for n, name in enumerate(names)]
        await happened.fill(World(events))
        assert [row[2] for row in await rows(happened, FUNNEL)] == [1, reached]
