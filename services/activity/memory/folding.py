"""From what was said, in the order of its times, to the facts that hold. Pure.

The facts of a person are a function of all mentions and of what the person settled. So it does not
matter in which order messages arrive or how often, and a rebuild comes to the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from services.activity.memory.domain import (
    CURRENT,
    EXPIRED,
    SUPERSEDED,
    USER,
    Fact,
    Key,
    Mention,
    Triple,
)
from services.common.ids import uuid7

# What another message with the same takes of the doubt that is left, and how sure rules get at all.
DOUBT_TAKEN = 0.3
SUREST = 0.98
# Sources that a fact names: the first and the newest. More say nothing new.
MOST_SOURCES = 50
# From this likeness on (0 to 100, words in any order) two wordings are of one thing: an ending or
# a slip apart. A choice, not a measured threshold; `telling` keeps apart what one word changes.
ALIKE = 90.0
TELLING = frozenset(
    {"not", "no", "never", "without", "non", "un", "only", "except", "before", "after"}
)


@dataclass(frozen=True)
class Limits:
    """How many facts a person may have that hold, and how long one lasts that is not repeated."""

    facts: int
    kept: timedelta


@dataclass
class Folded:
    """Facts so far: those that hold by their place, and those that ended."""

    holding: dict[tuple[str, str], tuple[Key, Fact]] = field(default_factory=dict)
    ended: list[Fact] = field(default_factory=list)
    # Family → topics, each with the one that it was found to be alike.
    topics: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def place_of(self, key: Key) -> tuple[str, str]:
        known = self.topics[key.family]
        if key.topic not in known:
            like = (topic for topic in dict.fromkeys(known.values()) if alike(topic, key.topic))
            known[key.topic] = next(like, key.topic)
        return key.family, known[key.topic]

    def end(self, place: tuple[str, str], at: datetime, state: str) -> None:
        _, fact = self.holding.pop(place)
        fact.state, fact.valid_to, fact.expires_at = state, at, None
        self.ended.append(fact)


def alike(one: str, other: str) -> bool:
    """Whether two wordings mean one thing: nearly the same words, "
    "the same numbers and negations."""
    if one == other:
        return True
    if not one or not other or telling(one) != telling(other):
        return False
    return fuzz.token_sort_ratio(one, other) >= ALIKE


def telling(text: str) -> set[str]:
    """The words that change all."""
    return {word for word in text.split() if word in TELLING or any(map(str.isdigit, word))}


def folded(
    mentions: Iterable[Mention], settled: Sequence[Fact], limits: Limits, now: datetime
) -> list[Fact]:
    """The facts, oldest first: of the mentions, and of what the person told by hand.

    `settled`: facts of origin "user" as they were told. What is said later than these closes them.
    """
    state = Folded()
    by_hand = [replace(f, state=CURRENT, valid_to=None, expires_at=None) for f in settled]
    said: list[tuple[datetime, int, Fact | Mention]] = [(f.valid_from, 1, f) for f in by_hand]
    said += [(m.said_at, 0, m) for m in sorted(mentions, key=lambda m: m.position)]
    for _, _, each in sorted(said, key=lambda s: s[:2]):
        take(state, each, limits)
    expire(state, now)
    drop_beyond(state, limits, now)
    facts = [*state.ended, *(fact for _, fact in state.holding.values())]
    return sorted(facts, key=lambda f: (f.valid_from, f.id))


def take(state: Folded, each: Fact | Mention, limits: Limits) -> None:
    triple, at = each.triple, each.valid_from if isinstance(each, Fact) else each.said_at
    assert triple
    key = triple.key
    place = state.place_of(key)
    if place in state.holding and has_expired(state.holding[place][1], at):
        state.end(place, state.holding[place][1].expires_at or at, EXPIRED)
    before, fact = state.holding.get(place, (None, None))
    if before and fact and (same := alike(before.held, key.held)) and not triple.gone:
        repeat(fact, each, limits)
    elif before and (same or not triple.gone):
        state.end(place, at, SUPERSEDED)
    if not triple.gone and place not in state.holding:
        new = each if isinstance(each, Fact) else fact_of(each, triple, limits)
        state.holding[place] = key, new


def repeat(fact: Fact, each: Fact | Mention, limits: Limits) -> None:
    """The same once more: surer, and later to expire."""
    if isinstance(each, Fact):
        fact.triple, fact.origin, fact.model = each.triple, USER, None
        fact.confidence, fact.expires_at, fact.corrects = 1.0, None, each.corrects
        fact.id, fact.recorded_at = each.id, each.recorded_at
        return
    fact.said_at = max(fact.said_at, each.said_at)
    if each.event_id not in fact.event_ids:
        fact.event_ids.append(each.event_id)
        fact.conversation_ids.append(each.conversation_id)
        for ids in (fact.event_ids, fact.conversation_ids):
            del ids[1 : len(ids) - MOST_SOURCES + 1]
        surer = max(fact.confidence, each.confidence)
        fact.confidence = max(fact.confidence, min(SUREST, surer + (1 - surer) * DOUBT_TAKEN))
    if fact.origin != USER:
        fact.expires_at = fact.said_at + limits.kept


def fact_of(mention: Mention, triple: Triple, limits: Limits) -> Fact:
    return Fact(
        id=uuid7(mention.said_at),
        triple=triple,
        confidence=mention.confidence,
        valid_from=mention.said_at,
        said_at=mention.said_at,
        recorded_at=mention.said_at,
        expires_at=mention.said_at + limits.kept,
        origin=mention.origin,
        model=mention.model,
        event_ids=[mention.event_id],
        conversation_ids=[mention.conversation_id],
    )


def has_expired(fact: Fact, now: datetime) -> bool:
    return fact.expires_at is not None and fact.expires_at <= now


def expire(state: Folded, now: datetime) -> None:
    for place, (_, fact) in [*state.holding.items()]:
        if has_expired(fact, now):
            state.end(place, fact.expires_at or now, EXPIRED)


def drop_beyond(state: Folded, limits: Limits, now: datetime) -> None:
    """Over the quota the least sure go first, of equally sure ones the oldest.

    They may still hold: it is only that nobody remembers them, so that `valid_to` stays open.
    """
    ranked = sorted(
        state.holding.items(), key=lambda item: (item[1][1].confidence, item[1][1].said_at)
    )
    for place, (_, fact) in ranked[: max(0, len(ranked) - limits.facts)]:
        del state.holding[place]
        fact.state, fact.superseded_at = EXPIRED, now
        state.ended.append(fact)
