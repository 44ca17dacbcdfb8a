"""Conversations from elsewhere: what an entry of a batch asks for."""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from attune.activity.v1 import conversations_pb2 as pb

from services.activity.conversations.domain import Conversation, Event, wrong_time
from services.activity.conversations.translating import events_from_pb, metadata_from_pb
from services.common.entries import named_in
from services.common.errors import DomainError, InvalidFields, Violation
from services.common.ids import uuid7
from services.common.interceptors import violations_of
from services.common.moments import moment

MOST_EVENTS = 5_000
"""Of all entries of a request: about a second of work."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A conversation as it was elsewhere. Each event has a sender's id."""

    external_id: str
    user_id: str
    started_at: datetime
    ended_at: datetime
    events: list[Event]
    completion_status: str | None
    metadata: str | None

    def new(self) -> Conversation:
        """As it is here before its events are."""
        return Conversation(
            id=uuid7(self.started_at),
            external_id=self.external_id,
            user_id=self.user_id,
            started_at=self.started_at,
            active_at=self.ended_at,
            metadata=self.metadata,
        )


def imported_from_pb(entry: pb.BatchImportConversationsRequest.Entry, now: datetime) -> Imported:
    """Raises InvalidFields with what is wrong with the entry."""
    if violations := violations_of(entry):
        raise InvalidFields(*violations)
    started_at = moment(entry, "started_at")
    if started_at is None and not entry.events:
        raise InvalidFields(Violation("started_at", "is required where there are no events"))
    events = [
        event if event.client_event_id else replace(event, client_event_id=f"import/{place}")
        for place, event in enumerate(timed(entry, now))
    ]
    times = [event.timestamp for event in events]
    started_at = started_at or times[0]
    if violations := [*wrong_time("started_at", started_at, now, imported=True)]:
        raise InvalidFields(*violations)
    return Imported(
        external_id=entry.conversation_id,
        user_id=entry.user_id,
        started_at=started_at,
        ended_at=max(times, default=started_at),
        events=events,
        completion_status=entry.completion_status or None,
        metadata=metadata_from_pb(entry.metadata),
    )


def timed(entry: pb.BatchImportConversationsRequest.Entry, now: datetime) -> list[Event]:
    """The events, each with a time: without one of its own it happened when the one before did.

    Raises InvalidFields.
    """
    before = moment(entry, "started_at")
    for index, event in enumerate(entry.events):
        own = moment(event, "timestamp")
        if own is None and before is None:
            problem = "is required for the first event where the conversation has no started_at"
            raise InvalidFields(Violation(f"events[{index}].timestamp", problem))
        before = own or before
        if own is None and before is not None:
            event.timestamp.FromDatetime(before)
    return events_from_pb(entry.events, now, imported=True)


def check_size(request: pb.BatchImportConversationsRequest) -> None:
    """Raises InvalidFields where the entries have too many events together."""
    if sum(len(entry.events) for entry in request.conversations) > MOST_EVENTS:
        problem = f"must have at most {MOST_EVENTS} events together: send fewer at a time"
        raise InvalidFields(Violation("conversations", problem))


def refused(index: int, error: DomainError) -> pb.BatchImportConversationsResponse.Result:
    errors = [
        pb.BatchImportConversationsResponse.Violation(
            field=v.field, message=v.message, reason=error.reason
        )
        for v in islice(named_in(error), 10)
    ]
    return pb.BatchImportConversationsResponse.Result(index=index, errors=errors)
