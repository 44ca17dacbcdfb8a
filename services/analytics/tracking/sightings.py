"""Whom the table of people is known to hold, so that most batches need not ask.

Of people who are about much happens in a minute, and the table notes when they were last seen to a
minute. What is known here is of transactions that are committed, and looked up anew now and then,
for the table may be restored or mended by hand.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

# About 16 MB.
MOST_PEOPLE = 50_000
KNOWN_FOR = timedelta(minutes=10)
# The query see_users leaves as much again, so that `last_seen` is at most a minute behind.
BEHIND = timedelta(seconds=30)

Span: TypeAlias = tuple[datetime, datetime]


class Doing(Protocol):
    """Something that a person did."""

    @property
    def timestamp(self) -> datetime: ...
    @property
    def user_id(self) -> str | None: ...


@dataclass
class People:
    """Of one organization: the times of each person that need no telling, and what was told."""

    known: dict[str, Span] = field(default_factory=dict)
    told: dict[str, Span] = field(default_factory=dict)

    def tell(self, events: Iterable[Doing]) -> dict[str, Span]:
        """When those were first and last seen of whom it is news; `events` in the order of time."""
        known, told = self.known, self.told
        for event in events:
            user, when = event.user_id, event.timestamp
            if user is None:
                continue
            span = known.get(user)
            if span is None or not span[0] <= when <= span[1]:
                before = told.get(user)
                told[user] = (before[0] if before else when, when)
        return told


class Sightings:
    def __init__(self) -> None:
        self._known: dict[str, dict[str, Span]] = {}
        self._people = 0
        self._since: datetime | None = None

    @contextmanager
    def of(self, organization_id: str, now: datetime) -> Iterator[People]:
        """What a transaction tells; known from then on where the block ends without an error."""
        if self._since is None or now - self._since > KNOWN_FOR or self._people > MOST_PEOPLE:
            self._known, self._people, self._since = {}, 0, now
        known = self._known.setdefault(organization_id, {})
        people = People(known)
        yield people
        before = len(known)
        for user, (first, last) in people.told.items():
            earliest, latest = known.get(user, (first, last))
            known[user] = (min(first, earliest), max(last + BEHIND, latest))
        self._people += len(known) - before
