"""What is learned of events from what arrives, and how they drift. No I/O.

An event of which few came is still being learned: what is new of it is no drift.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple

SETTLED_EVENTS = 200
MOST_EVENTS = 5_000
MOST_PROPERTIES = 500
EXAMPLES = 3
NEW_EVENT, NEW_PROPERTY, NEW_TYPE = "new_event", "new_property", "new_type"
VANISHED, VOLUME = "property_vanished", "volume_break"
HISTORY = timedelta(days=28)
FEWEST_DAYS = 7
FEWEST_EVENTS = 50
# A property that fewer events have may be missing for a day by chance.
USUAL_SHARE = 0.2
# Modified z-score: 0.6745 (x - median) / MAD above 3.5 is an outlier (Iglewicz and Hoaglin, 1993).
OUTLIER, NORMAL_MAD = 3.5, 0.6745
TWICE = 2.0


class Schema(NamedTuple):
    """How many of an event came, and of which times."""

    event: str
    events: int
    first_seen: datetime
    last_seen: datetime


class Property(NamedTuple):
    """A property of an event in one type. `examples` are masked."""

    event: str
    property: str
    type: str
    occurrences: int
    first_seen: datetime
    last_seen: datetime
    examples: Sequence[str]


class Drift(NamedTuple):
    """A change: how many events were seen so, and how many were expected."""

    kind: str
    event: str
    property: str
    type: str
    happened_at: datetime
    observed: int
    expected: float


@dataclass
class Known:
    """What is on record of the events that arrive now, and how much of the organization."""

    schemas: Mapping[str, Schema]
    properties: Mapping[tuple[str, str, str], Property]
    total_schemas: int = 0
    total_events: int = 0
    by_event: Counter[str] = field(default_factory=Counter)
    names: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = {(event, name) for event, name, _ in self.properties}
        self.by_event = Counter(event for event, _ in self.names)


def kept_schemas(known: Known, arrived: Iterable[Schema]) -> list[Schema]:
    """Those that are known or for which there is room, by name."""
    room = MOST_EVENTS - known.total_schemas
    ordered = sorted(arrived, key=lambda s: (s.event not in known.schemas, -s.events, s.event))
    return sorted(ordered[: len([s for s in ordered if s.event in known.schemas]) + max(room, 0)])


def kept_properties(
    known: Known, schemas: Iterable[Schema], arrived: Iterable[Property]
) -> list[Property]:
    """Those of the events kept that are known or for which there is room, by name."""
    events, room = {s.event for s in schemas}, Counter(known.by_event)
    names, kept = set(known.names), []
    for one in sorted(arrived):
        name = (one.event, one.property)
        if one.event not in events:
            continue
        if name not in names:
            if room[one.event] >= MOST_PROPERTIES:
                continue
            room[one.event] += 1
            names.add(name)
        kept.append(one)
    return kept


def drifts_of(
    known: Known, schemas: Iterable[Schema], properties: Iterable[Property]
) -> Iterator[Drift]:
    """What is new of what is known well."""
    if known.total_events >= SETTLED_EVENTS:
        for s in schemas:
            if s.event not in known.schemas:
                yield Drift(NEW_EVENT, s.event, "", "", s.first_seen, s.events, 0.0)
    for p in properties:
        before = known.schemas.get(p.event)
        if before is None or before.events < SETTLED_EVENTS:
            continue
        if (p.event, p.property) not in known.names:
            at, seen = p.first_seen, p.occurrences
            yield Drift(NEW_PROPERTY, p.event, p.property, p.type, at, seen, 0.0)
        elif (p.event, p.property, p.type) not in known.properties and p.type != "null":
            yield Drift(NEW_TYPE, p.event, p.property, p.type, p.first_seen, p.occurrences, 0.0)


def volume_expected(history: Sequence[int], count: int) -> float | None:
    """How many were expected of a day, where it has far more or fewer; else None.

    Far: an outlier of the days before, and at least twice or at most half of what is usual.
    """
    if len(history) < FEWEST_DAYS:
        return None
    usual = float(median(history))
    spread = median(abs(one - usual) for one in history)
    if max(usual, count) < FEWEST_EVENTS or usual / TWICE < count < usual * TWICE:
        return None
    return usual if NORMAL_MAD * abs(count - usual) > OUTLIER * spread else None


def breaks_of(
    days: Mapping[tuple[str, str], Mapping[date, int]], day: date, at: datetime
) -> Iterator[Drift]:
    """What broke on a day, by what there was in the days before; `at` is when it began."""
    before = [day - timedelta(days=n) for n in range(1, HISTORY.days + 1)]
    for (event, name), counts in sorted(days.items()):
        events = days.get((event, ""), {})
        if name == "":
            since = min(counts)
            history = [counts.get(one, 0) for one in before if one >= since]
            expected = volume_expected(history, counts.get(day, 0))
            if expected is not None:
                yield Drift(VOLUME, event, "", "", at, counts.get(day, 0), expected)
        elif day not in counts and events.get(day, 0) >= FEWEST_EVENTS:
            total = sum(events.get(one, 0) for one in before)
            share = sum(counts.get(one, 0) for one in before) / total if total else 0.0
            if total >= FEWEST_EVENTS and share >= USUAL_SHARE:
                yield Drift(VANISHED, event, name, "", at, 0, share * events[day])
