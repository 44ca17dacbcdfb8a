"""What a prompt should know of a person, within bounds. No I/O, no protobuf."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from services.activity.profiles.domain import Person, Profile
from services.activity.profiles.summary import shortened

INTENTS = 10
INTENT_LENGTH = 300
TRAITS = ("job_role", "goals", "locale", "time_zone")


@dataclass(frozen=True, kw_only=True)
class Content:
    """A context but for its version. Times are RFC 3339 where its size is measured."""

    user_id: str
    context_summary: str
    preferences: Mapping[str, str]
    recent_intents: Sequence[str]
    frequent_prompts: Sequence[str]
    traits: Mapping[str, Any]
    last_active_at: datetime | None
    satisfaction_signal: float | None
    recent_rating: float | None
    memory: Sequence[str] = ()


def content_of(person: Person, profile: Profile, max_bytes: int) -> Content:
    """The context, cut where it is larger as JSON: the oldest and rarest goes first."""
    signals = [r.satisfaction for r in person.recents if r.satisfaction is not None]
    intents = [shortened(r.intent, INTENT_LENGTH) for r in person.recents if r.intent]
    content = Content(
        user_id=person.user_id,
        context_summary=profile.context_summary or "",
        preferences=profile.preferences,
        recent_intents=[*dict.fromkeys(intents)][:INTENTS],
        frequent_prompts=profile.frequently_used_prompts,
        traits={name: person.trait(name) for name in TRAITS if name in person.traits},
        last_active_at=profile.last_active_at,
        satisfaction_signal=mean(signals),
        recent_rating=mean(person.ratings),
        memory=person.memory,
    )
    while size_of(content) > max_bytes and (smaller := cut(content)) != content:
        content = smaller
    return content


def mean(values: Sequence[int]) -> float | None:
    """To two places, which is more than they are good for; None of nothing."""
    return round(sum(values) / len(values), 2) if values else None


def size_of(content: Content) -> int:
    """Bytes of the JSON."""
    return len(msgspec.json.encode(content))


def cut(content: Content) -> Content:
    """A little less of it; the same where nothing is left to cut."""
    longest = max(("recent_intents", "frequent_prompts"), key=lambda n: len(getattr(content, n)))
    if items := getattr(content, longest):
        return replace(content, **{longest: items[:-1]})
    if content.traits.get("goals"):
        return replace(content, traits={**content.traits, "goals": content.traits["goals"][:-1]})
    if content.memory:
        return replace(content, memory=content.memory[:-1])
    if content.preferences:
        return replace(content, preferences=dict([*content.preferences.items()][:-1]))
    return replace(content, context_summary=content.context_summary[:-50], traits=content.traits)
