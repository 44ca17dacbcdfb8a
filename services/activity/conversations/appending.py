"""What appends do to conversations, one after the other. No I/O, no protobuf."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.activity.conversations.domain import (
    Conversation,
    Event,
    StoredEvent,
    too_many_tools,
)
from services.common.errors import DomainError, InvalidFields, PermissionDenied
from services.common.ids import Ids, uuid_of

# What an event takes besides its content.
EVENT_BYTES = 500

Known = dict[UUID, dict[str, UUID]]
"""Conversation → sender's id of an event → the event."""


class Name(NamedTuple):
    """What a caller calls a conversation, and whose alone it may be; None is anybody's."""

    text: str
    user_id: str | None = None


@dataclass(frozen=True)
class Append:
    """Events that are to be appended all or none; `writer` None may write to anybody's."""

    name: Name
    writer: str | None
    events: Sequence[Event]

    @property
    def size(self) -> int:
        """Bytes, about."""
        return sum(EVENT_BYTES + len(event.content or "") for event in self.events)


@dataclass(frozen=True)
class Result:
    """One event's outcome: its id, or that of the one that was there."""

    event_id: UUID
    duplicate: bool


@dataclass(frozen=True)
class Change:
    """A conversation before and after, and the events that are new in it."""

    before: Conversation
    after: Conversation
    stored: Sequence[StoredEvent] = ()
    results: Sequence[Result] = ()

    @property
    def appended(self) -> int:
        return sum(not result.duplicate for result in self.results)


class Held:
    """Conversations that are held, and grow by one append after the other."""

    def __init__(self, conversations: Iterable[Conversation]) -> None:
        self._now = {conversation.id: conversation for conversation in conversations}
        self._named = {c.external_id: c.id for c in self._now.values() if c.external_id}

    def named(self, name: Name) -> Conversation | None:
        """As it is by now; None where it is not held, or is not for this caller."""
        number = uuid_of(name.text)
        found = self._now.get(number) if number else None
        if found is None and name.text in self._named:
            found = self._now[self._named[name.text]]
        return found if found and name.user_id in (None, found.user_id) else None

    def wanted(self, appends: Iterable[Append]) -> Iterator[tuple[UUID, str]]:
        """The senders' ids that may be known."""
        for append in appends:
            if conversation := self.named(append.name):
                for event in append.events:
                    if event.client_event_id:
                        yield conversation.id, event.client_event_id

    def grow(self, append: Append, known: Known, now: datetime) -> Change | DomainError | None:
        """What an append changes, why it may not, or None where its conversation is not held."""
        before = self.named(append.name)
        if before is None:
            return None
        try:
            change = grown(before, append, known, now)
        except DomainError as err:
            return err
        self._now[before.id] = change.after
        return change


def grown(before: Conversation, append: Append, known: Known, now: datetime) -> Change:
    """What is not there yet, appended; `known` knows it then.

    Raises PermissionDenied, FailedPrecondition, InvalidFields.
    """
    if append.writer not in (None, before.user_id):
        raise PermissionDenied("only the person whose conversation it is writes to it")
    there = known.setdefault(before.id, {})
    stored, after = numbered(before, first_of_each(append.events, there)), before
    if stored:
        after = before.open_to_events(now).grown(stored)
    if violations := [*too_many_tools(after)]:
        raise InvalidFields(*violations)
    results = results_of(append.events, stored, there)
    there.update({event.client_event_id: event.id for event in stored if event.client_event_id})
    return Change(before, after, stored, results)


def numbered(conversation: Conversation, events: Sequence[Event]) -> list[StoredEvent]:
    """The events with ids that keep their order, after those that are there."""
    ids = Ids(conversation.last_event_id)
    return [event.stored(ids.next(event.timestamp)) for event in events]


def first_of_each(events: Sequence[Event], known: dict[str, UUID]) -> list[Event]:
    """The events that are new, of those with the same sender's id the first."""
    seen = set(known)
    fresh = []
    for event in events:
        name = event.client_event_id
        if name is None:
            fresh.append(event)
        elif name not in seen:
            fresh.append(event)
            seen.add(name)
    return fresh


def results_of(
    events: Sequence[Event], stored: Sequence[StoredEvent], known: dict[str, UUID]
) -> list[Result]:
    """Each event's outcome, in the order of the request."""
    there, results, rest = dict(known), [], iter(stored)
    for event in events:
        name = event.client_event_id
        if name is not None and name in there:
            results.append(Result(there[name], duplicate=True))
            continue
        event_id = next(rest).id
        if name is not None:
            there[name] = event_id
        results.append(Result(event_id, duplicate=False))
    return results
