"""Compiled plans, run by PostgreSQL, give what looking at each event gives."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

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
from services.analytics.semantics.compiler import Absolute, Calendar
from services.analytics.semantics.domain import Cast, Field, Filter, Grain, Operator
from tests.analytics.insights import brute_force as brute
from tests.analytics.insights.happening import COUNTRY, DEFINITIONS, Event, Store, World
from tests.analytics.semantics.brute_force import Bounds
from tests.properties import quick

ZONES = [
    *("UTC", "Asia/Kolkata", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"),
    *("America/Havana", "Asia/Beirut", "Pacific/Apia", "America/St_Johns", "Asia/Kathmandu"),
]
# Where clocks change, in spring and in autumn.
CHANGES = [datetime(2026, 3, 29, tzinfo=UTC), datetime(2025, 10, 26, tzinfo=UTC)]
NAMES = ["visit", "cart's", "buy"]
COUNTRIES = [None, "DE", "it's", "(other)"]
AMOUNT = Field("properties", ("amount",), Cast.NUMERIC)
EXAMPLES = 250

bases = st.sampled_from(CHANGES)
later = st.integers(0, 90).map(lambda n: timedelta(days=n))
# Few of each, so that people do much, meet in time, and are just as far apart as a step may be.
USERS = [None, "u1", "u1", "u2", "u3", "u4"]
DEVICES = [None, "d1", "d2", "u2"]
AMOUNTS = [None, 1, 5, -7, "12.5", "n/a", True]
KNOWN = [{}, {"d1": "u1"}, {"d1": "u3", "d2": "x"}]
RENAMED = [{}, {"u3": "u1"}, {"u4": "u3", "u3": "u2"}, {"x": "u4"}]
seeds = st.integers(0, 10_000)
offsets = st.integers(-12, 20).map(lambda n: timedelta(hours=3 * n))


def world_of(seed: int, base: datetime) -> World:
    """By chance of our own: what hypothesis draws is mostly alike."""
    chance = random.Random(seed)
    events = [event_of(chance, base, n) for n in range(chance.choice([0, 16, 30, 40, 40]))]
    return World(events, chance.choice(KNOWN), chance.choice(RENAMED))


def event_of(chance: random.Random, base: datetime, number: int) -> Event:
    """Around the change of the clock, by quarters of an hour next to it; or long after."""
    near = timedelta(minutes=15 * chance.randint(-12, 12))
    far = timedelta(hours=3 * chance.randint(-12, 20))
    more = timedelta(days=chance.choice([0, 0, 0, 0, 7, 31, 60]))
    return Event(
        at=base + chance.choice([near, far, far]) + more,
        number=number,
        name=chance.choice(NAMES),
        user=chance.choice(USERS),
        anonymous=chance.choice(DEVICES),
        country=chance.choice(COUNTRIES),
        amount=chance.choice(AMOUNTS),
    )


@st.composite
def steps(draw: Any) -> tuple[Step, brute.Is]:
    """With up to one filter, and what it does, in Python."""
    name, country = draw(st.sampled_from(NAMES)), draw(st.sampled_from(COUNTRIES[1:]))
    rules: list[tuple[tuple[Filter, ...], Callable[[Event], bool]]] = [
        ((), lambda _: True),
        (
            (Filter(Operator.EQUAL, (country,), field=COUNTRY),),
            lambda e: e.country == country,
        ),
        (
            (Filter(Operator.NOT_EQUAL, (country,), dimension="country"),),
            lambda e: e.country != country,
        ),
        (
            (Filter(Operator.AT_LEAST, (5,), field=AMOUNT),),
            lambda e: (brute.amount(e) or 0) >= 5,
        ),
    ]
    filters, holds = draw(st.sampled_from([*[rules[0]] * 6, *rules]))
    return Step(name, filters), lambda e: e.name == name and holds(e)


@st.composite
def surroundings(draw: Any) -> tuple[World, Bounds, Calendar, datetime]:
    base = draw(bases)
    start = (base + timedelta(days=draw(st.sampled_from([-2, -3, 0, 1])))).date()
    days = draw(st.sampled_from([14, 5, 70, 2]))
    zone, week, fiscal = (
        draw(st.sampled_from(ZONES)),
        draw(st.integers(1, 7)),
        draw(st.integers(1, 12)),
    )
    bounds = Bounds(zone, week, fiscal, start, start + timedelta(days=days))
    now = base + draw(offsets) + draw(later)
    return world_of(draw(seeds), base), bounds, Calendar(zone, week, fiscal), now


def ranged(bounds: Bounds) -> Absolute:
    return Absolute(bounds.start, bounds.end)


breakdowns = st.sampled_from([None, Breakdown("country"), Breakdown(field=COUNTRY)])


def drawn(*parts: Any) -> list[Any]:
    examples: list[Any] = []

    @settings(quick, max_examples=EXAMPLES)
    @given(st.tuples(surroundings(), *parts))
    def collect(told: Any) -> None:
        around, *more = told
        examples.append((*around, *more))

    collect()
    return examples


async def rows_of(
    store: Store, world: World, plan: Plan, calendar: Calendar, now: datetime
) -> Sequence[tuple[Any, ...]]:
    await store.fill(world)
    compiled = compile_plan(plan, DEFINITIONS, store.catalogue, calendar, now)
    rows = [tuple(row) for row in await store.role.fetch(compiled.sql)]
    assert all(len(row) == len(compiled.columns) for row in rows)
    return rows


def rounded(value: Any) -> Any:
    return value if value is None else round(float(value), 6)


async def test_trends_agree(happened: Store) -> None:
    grains = st.sampled_from([None, *Grain])
    tops = st.sampled_from([None, 1, 2, 10])
    told = drawn(steps(), st.sampled_from(Quantity), grains, breakdowns, tops)
    for world, bounds, calendar, now, (step, matches), quantity, grain, breakdown, limit in told:
        top = limit if breakdown else None
        field = None if quantity in (Quantity.EVENTS, Quantity.PEOPLE) else AMOUNT
        plan = Trend(step, ranged(bounds), Measure(quantity, field), grain, breakdown, top)
        rows = await rows_of(happened, world, plan, calendar, now)
        asked = brute.TrendAsked(quantity, matches, bounds, grain, bool(breakdown), top, now)
        wanted = brute.trend(world, asked)
        found = {row[:-1]: rounded(row[-1]) for row in rows}
        assert len(found) == len(rows), "a group comes twice"
        assert found == {key: rounded(value) for key, value in wanted.items()}


async def test_funnels_agree(happened: Store) -> None:
    minutes = st.sampled_from([7 * 24 * 60, 24 * 60, 12 * 60, 6 * 60, 15])
    for world, bounds, calendar, now, told, within, breakdown in drawn(
        st.lists(steps(), min_size=2, max_size=4), minutes, breakdowns
    ):
        span = timedelta(minutes=within)
        plan = Funnel(tuple(step for step, _ in told), span, ranged(bounds), breakdown)
        rows = await rows_of(happened, world, plan, calendar, now)
        asked = brute.FunnelAsked([rule for _, rule in told], span, bounds, bool(breakdown))
        found: dict[Any, list[int]] = {}
        for row in rows:
            *group, step, event, people, of_first, of_previous = row
            counts = found.setdefault(group[0] if breakdown else "all", [])
            assert (step, event) == (len(counts) + 1, told[len(counts)][0].event)
            counts.append(people)
            assert of_first == (people / counts[0] if counts[0] else None)
            before = counts[-2] if len(counts) > 1 else 0
            assert of_previous == (people / before if before else None)
        assert found == brute.funnel(world, asked)


def anything(event: object) -> bool:
    return True


async def test_retention_agrees(happened: Store) -> None:
    grains = st.sampled_from([grain for grain in Grain if grain is not Grain.HOUR])
    for world, bounds, calendar, now, (first, is_first), (again, is_again), grain, periods in drawn(
        steps(), steps() | st.just((None, anything)), grains, st.integers(1, 8)
    ):
        plan = Retention(first, again, grain, periods, ranged(bounds))
        rows = await rows_of(happened, world, plan, calendar, now)
        asked = brute.RetentionAsked(is_first, is_again, bounds, grain, periods, now)
        found: dict[tuple[date, int], tuple[int, int]] = {}
        for cohort, period, size, people, share in rows:
            assert share == people / size
            found[cohort, period] = (size, people)
        assert len(found) == len(rows)
        assert found == brute.retention(world, asked)


async def test_who_did_not_do_it_agrees(happened: Store) -> None:
    for world, bounds, calendar, now, (did, has), (did_not, has_not), limit in drawn(
        steps(), steps(), st.integers(1, 3)
    ):
        wanted = brute.did_not_do(world, has, has_not, bounds)
        plan, pages = DidNotDo(did, did_not, ranged(bounds), limit), []
        while True:
            rows = await rows_of(happened, world, plan, calendar, now)
            assert {row[0] for row in rows} == {len(wanted)}
            pages += [row[1:] for row in rows if row[1] is not None]
            if len(rows) < limit or rows[-1][1] is None:
                break
            plan = replace(plan, after=rows[-1][1])
        assert pages == wanted
