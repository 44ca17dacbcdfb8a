"""What follows what: the questions of a person in their order, by session. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.suggestions.patterns.domain import (
    FOLLOWERS_KEPT,
    Observation,
    Pattern,
    PatternKey,
    count,
    keys_of,
    learn,
)

# Without a session's name, a question follows one of this person's that is no older.
IDLE = timedelta(minutes=30)
# A session's name says that questions belong together, but nobody sits longer than this.
SITTING = timedelta(hours=12)
SESSIONS_KEPT = 8
ANY_SESSION = ""
# What makes a following worth a cache entry of its own: the person's own, seen twice; of others a
# fair share of what came next.
OWN_TIMES = 2
OTHERS_TIMES, OTHERS_SHARE = 5, 0.25


@dataclass(frozen=True)
class Head:
    """The newest question of a session; `leads`: whether something is known to follow it."""

    template_key: bytes
    asked_at: int  # seconds since 1970
    leads: bool


@dataclass
class Heads:
    """A person's newest questions, by session and of all."""

    by_session: dict[str, Head] = field(default_factory=dict)

    def before(self, session_id: str, at: datetime) -> Head | None:
        """The question that one asked then would follow."""
        head = self.by_session.get(session_id)
        lasts = SITTING if session_id else IDLE
        if head is None or not 0 <= at.timestamp() - head.asked_at <= lasts.total_seconds():
            return None
        return head

    def renamed(self, merges: Mapping[bytes, bytes]) -> "Heads":
        """With what their templates became.

        Whether something leads on stays as it was until the next question.
        """
        return Heads(
            {
                name: replace(head, template_key=merges.get(head.template_key, head.template_key))
                for name, head in self.by_session.items()
            }
        )

    def ask(self, session_id: str, head: Head) -> None:
        """The session's newest question from now on, unless a newer one is known."""
        for name in {ANY_SESSION, session_id}:
            known = self.by_session.get(name)
            if known is None or known.asked_at <= head.asked_at:
                self.by_session[name] = head
        named = [name for name in self.by_session if name != ANY_SESSION]
        if len(named) > SESSIONS_KEPT:
            del self.by_session[min(named, key=lambda n: (self.by_session[n].asked_at, n))]


PeoplesHeads = Mapping[str, Heads]


def preceding(observations: Sequence[Observation], heads: PeoplesHeads) -> list[bytes | None]:
    """The template that each question follows; moves copies of the heads along."""
    moving = {user: Heads(dict(known.by_session)) for user, known in heads.items()}
    found = []
    for observation in observations:
        question, mine = observation.question, moving[observation.question.user_id]
        before = mine.before(question.session_id, question.asked_at)
        found.append(before.template_key if before else None)
        mine.ask(question.session_id, head_of(observation, leads=False))
    return found


def needed(observations: Iterable[Observation], before: Iterable[bytes | None]) -> set[PatternKey]:
    """The patterns that counting these questions reads or changes."""
    keys: set[PatternKey] = set()
    for observation, previous in zip(observations, before, strict=True):
        keys.update(observation.keys)
        if previous:
            keys.update(keys_of(observation.question, previous))
    return keys


def tally(
    patterns: dict[PatternKey, Pattern],
    heads: PeoplesHeads,
    observations: Sequence[Observation],
    before: Sequence[bytes | None],
) -> set[PatternKey]:
    """Count questions in order into their patterns and heads; returns the patterns that changed."""
    changed: set[PatternKey] = set()
    for observation, previous in zip(observations, before, strict=True):
        keys = observation.keys
        for key in keys:
            patterns[key] = learn(patterns.get(key), key, observation)
        changed.update(keys)
        if previous:
            changed.update(follow(patterns, observation, previous))
        leads = any(leads_on(patterns[key], key) for key in keys)
        head = head_of(observation, leads)
        heads[observation.question.user_id].ask(observation.question.session_id, head)
    return changed


def follow(
    patterns: Mapping[PatternKey, Pattern], observation: Observation, previous: bytes
) -> Iterable[PatternKey]:
    """Count what was asked after the previous question, for all whose pattern that is."""
    follower = observation.template_key.hex()
    for before in keys_of(observation.question, previous):
        if before in patterns:
            count(patterns[before].followers, follower, FOLLOWERS_KEPT)
            yield before


def leads_on(pattern: Pattern, key: PatternKey) -> bool:
    """Whether what follows it is known well enough to change what is suggested."""
    most = max(pattern.followers.values(), default=0)
    if key.pattern_type == "user_specific":
        return most >= OWN_TIMES
    return most >= OTHERS_TIMES and most >= OTHERS_SHARE * sum(pattern.followers.values())


def head_of(observation: Observation, leads: bool) -> Head:
    asked_at = int(observation.question.asked_at.timestamp())
    return Head(observation.template_key, asked_at, leads)
