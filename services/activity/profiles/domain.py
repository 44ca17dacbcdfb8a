"""What a profile says and when, by definition. No I/O, no protobuf; the time is passed in.

All of it follows from tables that follow from conversations, activities and traits, whatever the
order in which they became known: so keeping it up and making it anew come to the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from services.activity.profiles.summary import shortened, summary_of

# A session ends where nothing happened for longer: the usual one of web analytics (the default of
# Google Analytics; Catledge and Pitkow, 1995, measured 25.5 minutes).
SILENCE = timedelta(minutes=30)
# The cohorts name a day and two weeks: whoever was there for no more than a day after the first
# time is of day_1, within the first week of week_1, later of week_2; and whoever was away for
# longer than the two weeks has left them all.
FIRST_DAY = timedelta(days=1)
FIRST_WEEK = timedelta(weeks=1)
CHURNED_AFTER = timedelta(weeks=2)
# Four weeks hold each weekday as often, which a month does not: the usual window of monthly
# activity (L28). Who made something in it on as many days as it has weeks does so weekly.
WINDOW = timedelta(days=28)
POWER_DAYS = 4
# Who was not there within the window is not of the monthly active.
DORMANT_AFTER = WINDOW
TOOLS_SHOWN = 10
# Said once is no habit.
HABIT = 2
PROMPTS_SHOWN = 10
PROMPT_LENGTH = 200
PROMPT = "prompt"
# Newest signals that count, so that habits may change: of words, and of each choice.
PROMPTS_KEPT = 200
CHOICES_KEPT = 50
CHOICES = ("style", "tone", "format", "length", "language", "aspect_ratio", "quality")


class Span(NamedTuple):
    """A session: from the first to the last thing that happened in it."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class Day:
    """What the conversations that began on a day (UTC) come to."""

    day: date
    conversations: int
    messages: int
    credits: int
    completed: int
    ended: int
    blocked: int
    tools: Mapping[str, int]
    use_cases: Mapping[str, int]


@dataclass(frozen=True)
class Presence:
    """All sessions: how many, how long together, the first and the last moment."""

    sessions: int = 0
    length: timedelta = timedelta()
    first: datetime | None = None
    last: datetime | None = None


class Signal(NamedTuple):
    """Something said or chosen."""

    kind: str
    value: str
    seen_at: datetime
    source: str


class Recent(NamedTuple):
    """One of the newest conversations."""

    intent: str | None
    satisfaction: int | None


@dataclass(frozen=True, kw_only=True)
class Person:
    """All that a profile and a context are made of. Traits are JSON texts."""

    user_id: str
    days: Sequence[Day] = ()
    presence: Presence = Presence()
    # Kind of signal → values, newest first.
    said: Mapping[str, Sequence[str]] = field(default_factory=dict)
    recents: Sequence[Recent] = ()
    # Scores of the newest votes that count, newest first.
    ratings: Sequence[int] = ()
    traits: Mapping[str, str]
    # What is remembered of the person, as sentences, and a summary that a model wrote.
    memory: Sequence[str] = ()
    summary: str | None = None
    traits_since: datetime | None = None

    @property
    def created_at(self) -> datetime | None:
        """When the person was seen or told of first; None for somebody nobody knows."""
        known = [when for when in (self.presence.first, self.traits_since) if when]
        return min(known, default=None)

    def trait(self, name: str) -> Any:
        return msgspec.json.decode(self.traits[name]) if name in self.traits else None

    def of_kind(self, kind: str) -> Sequence[str]:
        """What was said or chosen of a kind, newest first."""
        return self.said.get(kind, ())


@dataclass(frozen=True)
class Rules:
    """What an operator decides: which tools create, and which share of a quota exhausts it."""

    creation_tools: frozenset[str]
    exhaustion_share: float


class Standing(NamedTuple):
    """Where a person stands, and when silence alone changes that; None where it never does."""

    retention_cohort: str
    activation_status: str
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A row of user_profiles."""

    user_id: str
    email: str | None
    created_at: datetime
    total_conversations: int
    total_messages: int
    total_credits_used: int
    last_active_at: datetime | None
    primary_use_case: str | None
    preferred_tools: Mapping[str, int]
    average_session_length: int
    completion_rate: float | None
    retention_cohort: str
    activation_status: str
    credit_exhaustion_count: int
    preferences: Mapping[str, str]
    context_summary: str | None
    frequently_used_prompts: Sequence[str]
    active_status: str
    due_at: datetime | None


def joined(spans: Iterable[Span], moments: Iterable[datetime]) -> list[Span]:
    """The spans that these spans and moments make: none nearer to another than a silence."""
    found: list[Span] = []
    for start, end in sorted([*spans, *(Span(m, m) for m in moments)]):
        if found and start - found[-1].end <= SILENCE:
            found[-1] = Span(found[-1].start, max(found[-1].end, end))
        else:
            found.append(Span(start, end))
    return found


def profile_of(person: Person, rules: Rules, now: datetime) -> Profile | None:
    """The profile; None for somebody of whom nothing is known."""
    created_at = person.created_at
    if created_at is None:
        return None
    tools, use_cases = total(d.tools for d in person.days), total(d.use_cases for d in person.days)
    active = active_status(person, rules)
    standing = standing_of(created_at, person.presence.last, active, now)
    ended = sum(day.ended for day in person.days)
    return Profile(
        user_id=person.user_id,
        email=person.trait("email"),
        created_at=created_at,
        total_conversations=sum(day.conversations for day in person.days),
        total_messages=sum(day.messages for day in person.days),
        total_credits_used=sum(day.credits for day in person.days),
        last_active_at=person.presence.last,
        primary_use_case=next(iter(most(use_cases, 1)), None),
        preferred_tools=most(tools, TOOLS_SHOWN),
        average_session_length=minutes_of(person.presence),
        completion_rate=sum(day.completed for day in person.days) / ended if ended else None,
        retention_cohort=standing.retention_cohort,
        activation_status=standing.activation_status,
        credit_exhaustion_count=exhausted_months(person, rules.exhaustion_share),
        preferences=preferences_of(person),
        context_summary=person.summary or summary_of(person, use_cases, tools) or None,
        frequently_used_prompts=frequent_prompts(person.of_kind(PROMPT)),
        active_status=active,
        due_at=standing.due_at,
    )


def total(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    """The counts of all together."""
    found: Counter[str] = Counter()
    for each in counts:
        found.update(each)
    return found


def most(counts: Mapping[str, int], limit: int) -> dict[str, int]:
    """The largest, of equal ones the first by name."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return dict(ordered[:limit])


def minutes_of(presence: Presence) -> int:
    """The average length of a session in minutes; 0 where there is none."""
    if not presence.sessions:
        return 0
    return round(presence.length / presence.sessions / timedelta(minutes=1))


def active_status(person: Person, rules: Rules) -> str:
    """The activation while the person is active, by the days on which something was created."""
    created = {day.day for day in person.days if any(rules.creation_tools & day.tools.keys())}
    if not created:
        return "signed_up"
    newest = max(created)
    within = [day for day in created if newest - day < WINDOW]
    return "power_user" if len(within) >= POWER_DAYS else "first_creation"


def standing_of(
    created_at: datetime, last_active_at: datetime | None, active: str, now: datetime
) -> Standing:
    """Cohort and status at a moment: all of a profile that changes without an event."""
    last = max(created_at, last_active_at or created_at)
    churns, sleeps = last + CHURNED_AFTER, last + DORMANT_AFTER
    stayed = last - created_at
    cohort = "week_2"
    if now >= churns:
        cohort = "churned"
    elif stayed < FIRST_DAY:
        cohort = "day_1"
    elif stayed < FIRST_WEEK:
        cohort = "week_1"
    due = min((when for when in (churns, sleeps) if when > now), default=None)
    return Standing(cohort, "dormant" if now >= sleeps else active, due)


def exhausted_months(person: Person, share: float) -> int:
    """Months (UTC) whose conversations used up this share of the quota as it is now, or in which
    one ended for want of credits."""
    quota = person.trait("credit_quota")
    used: Counter[tuple[int, int]] = Counter()
    blocked = set()
    for day in person.days:
        month = (day.day.year, day.day.month)
        used[month] += day.credits
        if day.blocked:
            blocked.add(month)
    full = {m for m, credits in used.items() if quota and credits >= share * quota}
    return len(full | blocked)


def preferences_of(person: Person) -> dict[str, str]:
    """What was chosen most often of late, at least twice; what is told as a trait wins."""
    found = {}
    for kind in CHOICES:
        told = person.trait(kind)
        if isinstance(told, str) and told.strip():
            found[kind] = told.strip()[:100]
        elif chosen := favourite(person.of_kind(kind)):
            found[kind] = chosen
    return found


def favourite(newest_first: Sequence[str]) -> str | None:
    """The value that comes most often, of equal ones the newest."""
    counts = Counter(newest_first)
    value, count = max(counts.items(), key=lambda item: item[1], default=(None, 0))
    return value if count >= HABIT else None


def frequent_prompts(newest_first: Sequence[str]) -> list[str]:
    """What was said at least twice, most often first, in its newest words."""
    words: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for text in newest_first:
        key = normal(text)
        words.setdefault(key, text)
        counts[key] += 1
    order = {key: place for place, key in enumerate(words)}
    habits = [key for key, count in counts.items() if key and count >= HABIT]
    habits.sort(key=lambda key: (-counts[key], order[key]))
    return [shortened(words[key], PROMPT_LENGTH) for key in habits[:PROMPTS_SHOWN]]


def normal(text: str) -> str:
    """The same for texts that differ in case, white space and what stands at their end."""
    return " ".join(text.casefold().split()).strip(" .!?,;:")
