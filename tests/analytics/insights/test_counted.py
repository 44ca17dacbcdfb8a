"""Counts that are kept by quarter of an hour tell the same as the events do."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import strategies as st

from services.analytics.insights.compiler import compile_plan
from services.analytics.insights.compiler.counts import QUARTERS_SINCE
from services.analytics.insights.domain import Breakdown, Measure, Quantity, Step, Trend
from services.analytics.rollups.counting import count_some
from services.analytics.rollups.domain import BUCKET, LATEST
from services.analytics.semantics.compiler import Absolute, Calendar, Compiled
from services.analytics.semantics.domain import Filter, Grain, Operator
from tests.analytics.insights.happening import COUNTRY, DEFINITIONS, Store, World
from tests.analytics.insights.test_plans_numbers import NAMES, drawn, ranged
from tests.analytics.store.conftest import OURS

START = datetime(2026, 3, 1, tzinfo=UTC)
PLAN = Trend(Step("visit"), Absolute(START, START + timedelta(days=7)), grain=Grain.DAY)
EUROPE = Calendar("Europe/Berlin")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def counted(plan: Trend, store: Store, calendar: Calendar, until: datetime) -> Compiled:
    args = (plan, DEFINITIONS, store.catalogue, calendar)
    return compile_plan(*args, NOW, counted_until=until)


async def count(store: Store, world: World) -> None:
    """As the follower does, of all that is there."""
    await store.fill(world)
    conn = store.conn
    await conn.execute("SET search_path = analytics; DELETE FROM event_rollups")
    await conn.execute(
        "INSERT INTO rollup_changes (organization_id, event, bucket)"
        " SELECT DISTINCT organization_id, event, bucket_of(timestamp) FROM events"
    )
    async with conn.transaction():
        while await count_some(conn, OURS):
            pass


async def test_counts_come_to_what_the_events_come_to(happened: Store) -> None:
    """What is told by counts that are wrong after `until` shows that events are read there."""
    grains, quarters = st.sampled_from([None, *Grain]), st.integers(-300, 300)
    parts, of_counts = (st.sampled_from(NAMES), grains, quarters), 0
    for world, bounds, calendar, _, name, grain, distance in drawn(*parts):
        plan = Trend(Step(name), ranged(bounds), grain=grain)
        day = datetime.combine(bounds.start, time(), UTC)
        until = day + distance * BUCKET
        await count(happened, world)
        await happened.conn.execute("DELETE FROM event_rollups WHERE bucket >= $1", until)
        fast = counted(plan, happened, calendar, until)
        slow = compile_plan(plan, DEFINITIONS, happened.catalogue, calendar, NOW)
        assert "event_counts" not in slow.sql
        told = await happened.role.fetch(fast.sql)
        assert told == await happened.role.fetch(slow.sql)
        of_counts += "event_counts" in fast.sql and any(row[-1] for row in told)
    assert of_counts > 20, "hardly any example is about counts"


NOT_TOLD = [
    replace(PLAN, step=Step("visit", (Filter(Operator.EQUAL, ("DE",), field=COUNTRY),))),
    replace(PLAN, breakdown=Breakdown("country")),
    replace(PLAN, measure=Measure(Quantity.PEOPLE)),
    replace(PLAN, time_range=Absolute(START, START + timedelta(minutes=20))),
    replace(PLAN, time_range=Absolute(START + timedelta(seconds=1), START + timedelta(days=1))),
    # Clocks in Kiritimati were 10 hours and 40 minutes behind until 1979.
    replace(PLAN, time_range=Absolute(START.replace(year=1978), START.replace(year=1979))),
]


def test_clocks_everywhere_are_off_by_whole_quarters_since_counts_are_read() -> None:
    """At any time since: what a zone changes to holds for longer than two weeks."""
    days = [QUARTERS_SINCE + timedelta(days=14 * n) for n in range(26 * 50)]
    for zone in map(ZoneInfo, available_timezones()):
        offsets = {day.astimezone(zone).utcoffset() for day in days}
        assert not any(offset % BUCKET for offset in offsets if offset), zone


@pytest.mark.parametrize("plan", NOT_TOLD)
def test_what_counts_do_not_tell_is_read_from_the_events(plan: Trend, happened: Store) -> None:
    assert "event_counts" in counted(PLAN, happened, EUROPE, LATEST).sql
    assert "event_counts" not in counted(plan, happened, EUROPE, LATEST).sql
