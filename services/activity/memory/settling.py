"""Facts as the person settles them, and facts anew beside those on record. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from services.activity.memory.domain import (
    CORRECTED,
    CURRENT,
    FORGOTTEN,
    SETTLED,
    SUPERSEDED,
    USER,
    Fact,
    Key,
    Mention,
    Triple,
    free_of,
)
from services.activity.memory.folding import Limits, alike, folded
from services.common.ids import uuid7


def by_hand(triple: Triple, now: datetime, corrects: Fact | None = None) -> Fact:
    """A fact that the person tells: of which nobody is surer."""
    return Fact(
        id=uuid7(now),
        triple=triple,
        confidence=1.0,
        valid_from=now,
        said_at=now,
        recorded_at=now,
        origin=USER,
        corrects=corrects.id if corrects else None,
    )


def same_place(one: Key, other: Key) -> bool:
    return one.family == other.family and alike(one.topic, other.topic)


def belonging(fact: Fact, mentions: Iterable[Mention]) -> list[Mention]:
    """What has to go with a fact: its mentions and, of one that holds, those that it closed.

    Otherwise what was true before would seem to hold again.
    """
    assert fact.triple
    key = fact.triple.key
    near = [m for m in mentions if same_place(key, m.triple.key)]
    if fact.state == CURRENT:
        return near
    return [m for m in near if alike(key.held, m.triple.key.held)]


def settled(fact: Fact, mentions: Sequence[Mention], state: str, now: datetime) -> Fact:
    """The fact as corrected or forgotten, with all that it takes to know it again."""
    assert fact.triple
    theirs = belonging(fact, mentions)
    sources = dict(zip(fact.event_ids, fact.conversation_ids, strict=True))
    sources |= {m.event_id: m.conversation_id for m in theirs}
    keys = {fact.triple.key, *(m.triple.key for m in theirs)}
    return replace(
        fact,
        state=state,
        valid_to=fact.valid_to or (now if state == CORRECTED else None),
        superseded_at=fact.superseded_at or now,
        expires_at=None,
        event_ids=[*sources],
        conversation_ids=[*sources.values()],
        digests=sorted({*fact.digests, *(key.digest(fact.id) for key in keys)}),
        triple=None if state == FORGOTTEN else fact.triple,
        model=None if state == FORGOTTEN else fact.model,
    )


def of_the_same(fact: Fact, facts: Iterable[Fact]) -> Iterator[Fact]:
    """The fact and others that say the same, of other times or corrected."""
    assert fact.triple
    key = fact.triple.key
    for other in facts:
        its = other.triple and other.triple.key
        if its and same_place(key, its) and alike(key.held, its.held):
            yield other


def renewed(
    known: Sequence[Fact], mentions: Sequence[Mention], limits: Limits, now: datetime
) -> list[Fact]:
    """The facts to write, so that those on record follow from the mentions."""
    closed = [fact for fact in known if fact.state in SETTLED]
    rest = {fact.id: fact for fact in known if fact.state not in SETTLED}
    told = [f for f in rest.values() if f.origin == USER]
    untold = [replace(f, event_ids=[], conversation_ids=[], said_at=f.valid_from) for f in told]
    changed = []
    for fact in folded(free_of(mentions, closed), untold, limits, now):
        before = matching(fact, rest.values())
        if before:
            del rest[before.id]
        fact = as_recorded(fact, before, now)
        if fact != before:
            changed.append(fact)
    return changed + [ended(fact, now) for fact in rest.values() if fact.state == CURRENT]


def matching(fact: Fact, known: Iterable[Fact]) -> Fact | None:
    """The fact on record that this one is, as its sources tell."""
    assert fact.triple
    near = []
    for other in known:
        if other.id == fact.id:
            return other
        if other.triple and USER not in (fact.origin, other.origin):
            same = other.triple.key == fact.triple.key
            shared = len({*fact.event_ids} & {*other.event_ids})
            if shared and other.triple.key.family == fact.triple.key.family:
                near.append((same, shared, str(other.id), other))
    return max(near, key=lambda each: each[:3])[-1] if near else None


def as_recorded(fact: Fact, before: Fact | None, now: datetime) -> Fact:
    """With the id and the times of the one on record."""
    recorded = {"id": before.id, "recorded_at": before.recorded_at} if before else {}
    if not before and fact.origin != USER:
        recorded = {"id": fact.id, "recorded_at": now}
    ended_at = (before.superseded_at if before else None) or now
    over = None if fact.state == CURRENT else ended_at
    return replace(fact, superseded_at=over, **recorded)  # type: ignore[arg-type]


def ended(fact: Fact, now: datetime) -> Fact:
    """What does not follow any more, as where an earlier message came late."""
    return replace(fact, state=SUPERSEDED, superseded_at=now, expires_at=None)
