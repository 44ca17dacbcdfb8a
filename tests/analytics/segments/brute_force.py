"""Who is in a segment, found person by person, without anything of the compiler."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from operator import eq, ge, gt, le, lt, ne
from typing import Any
from uuid import UUID

from services.analytics.segments.domain import (
    AllOf,
    AnyOf,
    Did,
    HasTrait,
    InBucket,
    InSegment,
    Leaf,
    NoneOf,
    Rule,
    Uploaded,
    leaves,
)
from services.analytics.semantics.compiler import Absolute, Relative, TimeRange
from services.analytics.semantics.domain import Operator

COMPARED: dict[Operator, Callable[[int, int], bool]] = {
    Operator.EQUAL: eq,
    Operator.NOT_EQUAL: ne,
    Operator.LESS: lt,
    Operator.AT_MOST: le,
    Operator.GREATER: gt,
    Operator.AT_LEAST: ge,
}


@dataclass(frozen=True)
class Happened:
    at: datetime
    name: str
    user: str | None
    anonymous: str | None
    plan: str | None


@dataclass
class World:
    """What there is to know: `merges` are by kind and former id."""

    events: list[Happened] = field(default_factory=list)
    traits: dict[str, dict[str, str]] = field(default_factory=dict)
    merges: dict[tuple[str, str], str] = field(default_factory=dict)

    def person(self, event: Happened) -> str | None:
        if event.user is not None:
            return self.now_called(event.user)
        if event.anonymous is None:
            return None
        known = self.merges.get(("anonymous", event.anonymous))
        return event.anonymous if known is None else self.now_called(known)

    def now_called(self, user: str) -> str:
        while ("alias", user) in self.merges:
            user = self.merges["alias", user]
        return user

    def everybody(self) -> set[str]:
        strangers = (self.person(one) for one in self.events if one.user is None)
        known = {self.now_called(user) for user in self.traits}
        return known | {person for person in strangers if person is not None}

    def members(
        self, rule: Rule, now: datetime, known: Mapping[UUID, Collection[str]]
    ) -> list[str]:
        """By what is known to be in other segments."""
        inside = [leaf for leaf in leaves(rule) if isinstance(leaf, InSegment)]
        people = self.everybody().union(*(known[leaf.segment_id] for leaf in inside))
        acts: dict[str, list[Happened]] = {}
        for event in self.events:
            acts.setdefault(self.person(event) or "", []).append(event)
        one = Person(self, now, known, acts)
        return sorted(person for person in people if one.holds(rule, person))


@dataclass(frozen=True)
class Person:
    world: World
    now: datetime
    known: Mapping[UUID, Collection[str]]
    acts: Mapping[str, list[Happened]]

    def holds(self, rule: Rule, person: str) -> bool:
        match rule:
            case AllOf(rules):
                return all(self.holds(one, person) for one in rules)
            case AnyOf(rules):
                return any(self.holds(one, person) for one in rules)
            case NoneOf(rules):
                return not any(self.holds(one, person) for one in rules)
            case _:
                return self.is_so(rule, person)

    def is_so(self, leaf: Leaf, person: str) -> bool:
        match leaf:
            case Did():
                times = sum(self.counts(leaf, one) for one in self.acts.get(person, []))
                return COMPARED[leaf.operator](times, leaf.count)
            case HasTrait():
                told = self.world.traits.get(person, {}).get("plan")
                [wanted] = leaf.filter.values
                return (told == wanted) == (leaf.filter.operator is Operator.EQUAL)
            case InSegment(segment_id):
                return person in self.known[segment_id]
            case InBucket():
                return in_bucket(leaf, person)
            case Uploaded():
                raise AssertionError("is no rule of anybody's")

    def counts(self, did: Did, event: Happened) -> bool:
        start, end = window(did.time_range, self.now)
        fits = all(event.plan == one.values[0] for one in did.step.filters)
        return event.name == did.step.event and start <= event.at < end and fits


def window(asked: TimeRange | None, now: datetime) -> tuple[datetime, datetime]:
    match asked:
        case Relative():
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            end = midnight + timedelta(days=1)
            return end - timedelta(days=asked.count), end
        case Absolute(start, end):
            return at_midnight(start), at_midnight(end)
    return datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def at_midnight(day: Any) -> datetime:
    assert isinstance(day, date)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def in_bucket(bucket: InBucket, person: str) -> bool:
    digest = hashlib.md5(f"{bucket.salt}:{person}".encode(), usedforsecurity=False).digest()
    place = int.from_bytes(digest[:4])
    return round(bucket.start * 2**32) <= place < round(bucket.end * 2**32)
