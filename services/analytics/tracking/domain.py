"""What an event is, which ones are accepted, and when they happened. No I/O, no protobuf."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias
from uuid import UUID

from services.common.errors import Violation

EVENT_BYTES = 32 * 1024
OLDEST = timedelta(days=2 * 365)
NEWEST = timedelta(days=1)
OLDEST_IMPORTED = datetime(1970, 1, 1, tzinfo=UTC)
# Less is the way that a request took, or the time that it waited, rather than a wrong clock.
SKEW_IGNORED = timedelta(seconds=5)

ACCEPTED, DUPLICATE, REFUSED = "accepted", "duplicate", "refused"
# Of the events that Attune records itself, which nobody else may tell of.
OWN_NAMES = "attune."
INVALID, TOO_LARGE, WRONG_TIME = "invalid", "too_large", "wrong_time"
NATIVE, SEGMENT = "attune", "segment:"
REASONS = (INVALID, TOO_LARGE, WRONG_TIME)


class Event(NamedTuple):
    """A row of the table `events`, its fields in the order of the columns. JSON columns are text.

    `id` is a UUIDv7 of `received_at`.
    """

    organization_id: str
    timestamp: datetime
    id: UUID
    type: str
    event: str
    user_id: str | None
    anonymous_id: str | None
    properties: str
    context: str | None
    extra: str | None
    message_id: str | None
    source: str
    received_at: datetime


class Refused(Exception):
    """An event that is not stored: a reason of REASONS, and what to change."""

    def __init__(self, reason: str, *violations: Violation) -> None:
        super().__init__("; ".join(f"{v.field}: {v.message}" for v in violations))
        self.reason = reason
        self.violations = violations


@dataclass(frozen=True, kw_only=True)
class RefusedEvent:
    """What is kept of an event that was refused.

    `message_id` is the one that it gets where it has none: of its request's idempotency key.
    """

    id: UUID
    body: bytes
    reason: str
    violations: Sequence[Violation]
    message_id: str | None = None


Entry: TypeAlias = Event | RefusedEvent
Firsts: TypeAlias = Mapping[UUID, UUID]
"""By the id of an event that is a duplicate, the id of the event that came first."""


class Outcome(NamedTuple):
    """What became of one event: ACCEPTED, DUPLICATE or REFUSED.

    `id` is the event's, the first one's where it is a duplicate, or that of what is kept of it.
    """

    status: str
    id: UUID
    violations: Sequence[Violation] = ()


def outcome_of(entry: Entry, firsts: Firsts) -> Outcome:
    """What became of an entry when all were stored but the duplicates."""
    if isinstance(entry, RefusedEvent):
        return Outcome(REFUSED, entry.id, entry.violations)
    first = firsts.get(entry.id)
    return Outcome(ACCEPTED, entry.id) if first is None else Outcome(DUPLICATE, first)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What all events of a request have in common."""

    organization_id: str
    source: str
    received_at: datetime
    # How its texts are to be read: NATIVE, or SEGMENT and a call.
    form: str
    imported: bool = False
    # The sender's clock when it was sent, where no event says it by itself.
    sent_at: datetime | None = None
    # Makes the ids of messages that have none.
    key: str = ""


def named(event: str | None) -> str:
    """The name of an event. Raises Refused where there is none that a sender may give."""
    if event is None:
        raise Refused(INVALID, Violation("event", "is required"))
    if event.startswith(OWN_NAMES):
        problem = f"begins with {OWN_NAMES!r}, as only what Attune records itself does"
        raise Refused(INVALID, Violation("event", problem))
    return event


def happened(when: datetime | None, sent_at: datetime | None, arrival: Arrival) -> datetime:
    """The time of an event by our clock, in UTC. Raises Refused where it is out of bounds.

    A device whose clock is wrong is wrong about `when` and `sent_at` alike, however much that is:
    what passed between the two is right, and so is the time that lies so long before the arrival.
    Imports are sent long after, so that their `sent_at` says nothing of a clock.
    """
    received_at, sent_at = arrival.received_at, sent_at or arrival.sent_at
    if when is None:
        return received_at
    try:
        if sent_at is not None and not arrival.imported:
            skew = received_at - sent_at
            if abs(skew) > SKEW_IGNORED:
                when += skew
        when = when.astimezone(UTC)
    except OverflowError:
        raise Refused(WRONG_TIME, Violation("timestamp", "must be a time since 1970")) from None
    check_bounds(when, arrival)
    return when


def check_bounds(when: datetime, arrival: Arrival) -> None:
    """Raises Refused for a time that no event of this kind may have."""
    oldest = OLDEST_IMPORTED if arrival.imported else arrival.received_at - OLDEST
    if oldest <= when <= arrival.received_at + NEWEST:
        return
    problem = "must lie between two years ago and one day ahead"
    if arrival.imported:
        problem = "must lie between 1970 and one day ahead"
    raise Refused(WRONG_TIME, Violation("timestamp", f"{problem}; it is {when:%Y-%m-%dT%H:%M:%SZ}"))
