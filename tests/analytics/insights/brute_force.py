"""What a plan must give, found event by event, without anything of the compiler."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.analytics.insights.domain import Quantity
from services.analytics.semantics.domain import Grain
from tests.analytics.insights.happening import Event, World
from tests.analytics.semantics.brute_force import Bounds, known, mean, percentile

Is = Callable[[Event], bool]
Groups = dict[Any, list[Event]]


def amount(event: Event) -> Decimal | None:
    if isinstance(event.amount, bool) or event.amount is None:
        return None
    try:
        return Decimal(event.amount)
    except ArithmeticError:
        return None


def measured(quantity: Quantity, events: Sequence[Event], world: World) -> Any:
    amounts = known(map(amount, events))
    computed: dict[Quantity, Callable[[], Any]] = {
        Quantity.EVENTS: lambda: len(events),
        Quantity.PEOPLE: lambda: len(set(known(map(world.person, events)))),
        Quantity.SUM: lambda: sum(amounts),
        Quantity.AVG: lambda: mean(amounts),
        Quantity.MIN: lambda: min(amounts, default=None),
        Quantity.MAX: lambda: max(amounts, default=None),
        Quantity.MEDIAN: lambda: percentile(amounts, 0.5),
    }
    return computed[quantity]()


@dataclass(frozen=True)
class TrendAsked:
    quantity: Quantity
    matches: Is
    bounds: Bounds
    grain: Grain | None
    by_country: bool
    top: int | None
    now: datetime


def trend(world: World, asked: TrendAsked) -> dict[tuple[Any, ...], Any]:
    """The measure of each group: by country, then by bucket."""
    somebody = [e for e in world.events if world.person(e) or asked.quantity != Quantity.PEOPLE]
    events = [e for e in somebody if asked.matches(e) and asked.bounds.has(e.at)]
    groups: Groups = {}
    for event in events:
        groups.setdefault(event.country if asked.by_country else "all", []).append(event)
    if asked.top:
        groups = folded(groups, asked, world)
    if not groups and not asked.by_country:
        groups = {"all": []}
    found: dict[tuple[Any, ...], Any] = {}
    for country, some in groups.items():
        for bucket, few in bucketed(some, asked).items():
            key = (*([country] if asked.by_country else []), *([bucket] if asked.grain else []))
            found[key] = measured(asked.quantity, few, world)
    return found


def bucketed(events: Sequence[Event], asked: TrendAsked) -> Groups:
    if asked.grain is None:
        return {None: list(events)}
    found: Groups = {}
    for event in events:
        found.setdefault(asked.bounds.bucket(event.at, asked.grain), []).append(event)
    for bucket in asked.bounds.buckets(asked.grain):
        if begun(bucket, asked.now, asked.bounds):
            found.setdefault(bucket, [])
    return found


def begun(bucket: Any, now: datetime, bounds: Bounds) -> bool:
    """Whether it starts before now, as does what is asked for; dates start at midnight there."""
    today = bounds.bucket(now - timedelta(microseconds=1), Grain.DAY)
    if isinstance(bucket, datetime):
        return bool(bucket < now and bounds.start <= today)
    return bool(max(bucket, bounds.start) <= today)


def folded(groups: Groups, asked: TrendAsked, world: World) -> Groups:
    def rank(country: str) -> tuple[bool, Any, bytes]:
        value = measured(asked.quantity, groups[country], world)
        return value is None, -value if value is not None else 0, country.encode()

    kept = sorted((c for c in groups if c is not None), key=rank)[: asked.top]
    found: Groups = {}
    for country, events in groups.items():
        shown = country if country is None or country in kept else "(other)"
        found.setdefault(shown, []).extend(events)
    return found


@dataclass(frozen=True)
class FunnelAsked:
    steps: Sequence[Is]
    within: timedelta
    bounds: Bounds
    by_country: bool


def funnel(world: World, asked: FunnelAsked) -> dict[Any, list[int]]:
    """How many people get to each step, by group."""
    counts: dict[Any, list[int]] = {} if asked.by_country else {"all": [0] * len(asked.steps)}
    for events in world.people().values():
        starts = [e for e in events if asked.steps[0](e) and asked.bounds.has(e.at)]
        if not starts:
            continue
        reached = max(furthest(events, start, start, 1, asked) for start in starts)
        group = starts[0].country if asked.by_country else "all"
        counted = counts.setdefault(group, [0] * len(asked.steps))
        for step in range(reached):
            counted[step] += 1
    return counts


def furthest(
    events: Sequence[Event], start: Event, last: Event, done: int, asked: FunnelAsked
) -> int:
    """How many steps a try that began with `start` gets to, over all ways to go on."""
    if done == len(asked.steps):
        return done
    onward = [
        event
        for event in events
        if event.order > last.order
        and asked.steps[done](event)
        and event.at - start.at <= asked.within
    ]
    return max((furthest(events, start, e, done + 1, asked) for e in onward), default=done)


@dataclass(frozen=True)
class RetentionAsked:
    first: Is
    again: Is
    bounds: Bounds
    grain: Grain
    periods: int
    now: datetime


def retention(world: World, asked: RetentionAsked) -> dict[tuple[date, int], tuple[int, int]]:
    """The size of each cohort, and who of it came back, by how many buckets later."""
    bounds, cohorts = asked.bounds, {}  # type: ignore[var-annotated]
    for events in world.people().values():
        since = next((e.at for e in events if asked.first(e)), None)
        if since is not None and bounds.has(since):
            cohorts.setdefault(bounds.bucket(since, asked.grain), []).append((since, events))
    present, found = bounds.bucket(asked.now, asked.grain), {}
    for cohort, members in cohorts.items():
        bucket = cohort
        for period in range(asked.periods + 1):
            if bucket > present:
                break
            back = [any(came_back(e, s, bucket, asked) for e in events) for s, events in members]
            found[cohort, period] = (len(members), sum(back))
            bucket = following(bucket, asked)
    return found


def came_back(event: Event, since: datetime, bucket: date, asked: RetentionAsked) -> bool:
    there: bool = asked.bounds.bucket(event.at, asked.grain) == bucket
    return there and event.at > since and asked.again(event)


def following(bucket: date, asked: RetentionAsked) -> date:
    day = bucket + timedelta(days=1)
    while not asked.bounds.starts(day, asked.grain):
        day += timedelta(days=1)
    return day


def did_not_do(
    world: World, did: Is, did_not: Is, bounds: Bounds
) -> list[tuple[str, int, datetime]]:
    """Who, how often and when last, in the order of their ids' bytes."""
    found = []
    for who, events in world.people().items():
        during = [event for event in events if bounds.has(event.at)]
        times = [event.at for event in during if did(event)]
        if times and not any(map(did_not, during)):
            found.append((who, len(times), max(times)))
    return sorted(found, key=lambda one: one[0].encode())
