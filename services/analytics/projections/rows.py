"""What activity's facts come to as rows. No I/O.

A fact whose payload was blanked has no person, and comes to nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from attune.activity.v1 import activity_pb2, conversations_pb2, feedback_pb2, profiles_pb2

from services.common.ids import millis_of
from services.common.moments import datetime_of

INTENT_LENGTH = 500
SOURCE = "attune.activity"
EVENT_PREFIX = "attune."
CONSENT = "consent."
ACTIVITY_EVENTS = {
    "query": "attune.query",
    "chat": "attune.chat",
    "suggestion_click": "attune.suggestion_clicked",
    "feedback": "attune.rating",
}


class FactEvent(NamedTuple):
    """A row of events. The id follows from the fact, so that a fact told again is known."""

    timestamp: datetime
    id: UUID
    event: str
    user_id: str
    properties: str


class Started(NamedTuple):
    """A conversation; where all that is known of it is an event, it began with that."""

    id: UUID
    external_id: str | None
    user_id: str
    started_at: datetime


class Said(NamedTuple):
    """A row of conversation_events; `intent` is what it asks for, where a person spoke."""

    id: UUID
    conversation_id: UUID
    user_id: str
    timestamp: datetime
    event_type: str
    content: str
    tool_name: str | None
    success: bool | None
    credits_consumed: int
    intent: str | None


class Standing(NamedTuple):
    """How a conversation stands."""

    id: UUID
    completion_status: str | None
    finished_at: datetime | None
    user_satisfaction_signal: int | None
    extracted_use_case: str | None
    blocker_reason: str | None


class Activity(NamedTuple):
    """A row of user_activity."""

    id: int
    user_id: str
    activity_type: str
    query_text: str | None
    response_data: str
    suggestion_clicked: str | None
    feedback_rating: int | None
    metadata: str
    created_at: datetime


class Vote(NamedTuple):
    """A row of interaction_logs."""

    id: int
    conversation_id: UUID
    user_id: str
    message_id: UUID | None
    input_hash: str | None
    output_hash: str | None
    user_feedback_score: int
    user_feedback_text: str | None
    latency_ms: float | None
    tokens_used: int | None
    created_at: datetime
    updated_at: datetime
    metadata: str
    revision: int


class Profile(NamedTuple):
    """A row of user_profiles."""

    user_id: str
    email: str | None
    created_at: datetime
    total_conversations: int
    total_messages: int
    total_credits_used: int
    last_active_at: datetime | None
    primary_use_case: str | None
    preferred_tools: str
    average_session_length: int
    completion_rate: float | None
    retention_cohort: str
    activation_status: str
    credit_exhaustion_count: int
    preferences: str
    context_summary: str | None
    frequently_used_prompts: list[str]


class Traits(NamedTuple):
    """What changed of a person's traits: those that are, as a JSON object, and those cleared."""

    user_id: str
    current: str
    cleared: list[str]
    changed_at: datetime


@dataclass
class Rows:
    """What a batch of facts comes to. Of what is told of one thing, the last counts."""

    started: dict[UUID, Started] = field(default_factory=dict)
    begun_by_event: dict[UUID, Started] = field(default_factory=dict)
    said: dict[UUID, Said] = field(default_factory=dict)
    standings: dict[UUID, Standing] = field(default_factory=dict)
    activities: dict[int, Activity] = field(default_factory=dict)
    votes: dict[int, Vote | None] = field(default_factory=dict)
    # The events of conversations that somebody votes on, or takes the vote back.
    rated: set[UUID] = field(default_factory=set)
    profiles: dict[str, Profile | None] = field(default_factory=dict)
    traits: list[Traits] = field(default_factory=list)
    events: dict[UUID, FactEvent] = field(default_factory=dict)
    # Conversations: nothing is told of one afterwards.
    deleted: set[UUID] = field(default_factory=set)

    def note(self, seq: int, fact: object) -> None:
        if isinstance(fact, feedback_pb2.FeedbackForgotten):
            self.votes.update(dict.fromkeys(fact.feedback_ids))
        elif isinstance(fact, activity_pb2.ActivityLogged):
            self._note_activity(fact.activity_id or seq, fact)
        elif getattr(fact, "user_id", ""):
            self._note_of_person(fact)

    def _note_of_person(self, fact: object) -> None:
        match fact:
            case conversations_pb2.ConversationStarted():
                self._note_started(fact)
            case conversations_pb2.ConversationEventAppended():
                self._note_said(fact)
            case conversations_pb2.ConversationChanged():
                self._note_standing(fact)
            case conversations_pb2.ConversationDeleted():
                self.deleted.add(UUID(fact.conversation_id))
            case feedback_pb2.FeedbackReceived():
                self._note_vote(fact)
            case profiles_pb2.TraitsChanged():
                self._note_traits(fact)
            case profiles_pb2.ProfileChanged():
                known = fact.HasField("profile")
                self.profiles[fact.user_id] = profile_of(fact.profile) if known else None

    def _note_started(self, fact: conversations_pb2.ConversationStarted) -> None:
        at, number = datetime_of(fact.started_at), UUID(fact.conversation_id)
        external = optional(fact, "external_id")
        self.started[number] = Started(number, external, fact.user_id, at)
        told = {"conversation_id": fact.conversation_id}
        self._tell(at, number, "attune.conversation_started", fact.user_id, told)

    def _note_said(self, fact: conversations_pb2.ConversationEventAppended) -> None:
        row = said_of(fact)
        begun = Started(row.conversation_id, None, row.user_id, row.timestamp)
        self.begun_by_event.setdefault(row.conversation_id, begun)
        self.said[row.id] = row
        told = {
            "conversation_id": fact.conversation_id,
            "role": fact.role or None,
            "tool_name": row.tool_name,
            "success": row.success,
            "credits_consumed": row.credits_consumed,
        }
        self._tell(row.timestamp, row.id, f"attune.{row.event_type}", row.user_id, told)

    def _note_standing(self, fact: conversations_pb2.ConversationChanged) -> None:
        row, at = standing_of(fact), datetime_of(fact.started_at)
        self.begun_by_event.setdefault(row.id, Started(row.id, None, fact.user_id, at))
        self.standings[row.id] = row
        if row.finished_at:
            told = {"conversation_id": fact.conversation_id, "status": row.completion_status}
            number = derived_id(row.finished_at, f"ended:{fact.conversation_id}")
            name = "attune.conversation_ended"
            self._tell(row.finished_at, number, name, fact.user_id, told)

    def _note_activity(self, number: int, fact: activity_pb2.ActivityLogged) -> None:
        if not fact.user_id:
            return
        row = activity_of(number, fact)
        self.activities[number] = row
        millis = fact.response_micros / 1000 if fact.HasField("response_micros") else None
        told = {
            "connection_id": optional(fact, "connection_id"),
            "session_id": optional(fact, "session_id"),
            "job_role": fact.job_role or None,
            "succeeded": fact.succeeded,
            "response_ms": millis,
            "rating": row.feedback_rating,
        }
        event = derived_id(row.created_at, f"activity:{number}")
        name = ACTIVITY_EVENTS.get(row.activity_type, f"attune.{row.activity_type}")
        self._tell(row.created_at, event, name, row.user_id, told)

    def _note_vote(self, fact: feedback_pb2.FeedbackReceived) -> None:
        at, withdrawn = datetime_of(fact.submitted_at), fact.withdrawn
        if fact.message_id:
            self.rated.add(UUID(fact.message_id))
        self.votes[fact.feedback_id] = None if withdrawn else vote_of(fact)
        told = {
            "conversation_id": fact.conversation_id,
            "score": fact.score,
            "previous_score": optional(fact, "previous_score"),
            "latency_ms": optional(fact, "latency_ms"),
            "tokens_used": optional(fact, "tokens_used"),
            "revision": fact.revision,
        }
        kind = "feedback_withdrawn" if withdrawn else "feedback"
        number = derived_id(at, f"{kind}:{fact.feedback_id}:{fact.revision}")
        self._tell(at, number, f"attune.{kind}", fact.user_id, told)

    def _note_traits(self, fact: profiles_pb2.TraitsChanged) -> None:
        """Facts from before `current` do not tell what the traits are."""
        if fact.HasField("current"):
            self.traits.append(traits_of(fact))

    def _tell(
        self, at: datetime, number: UUID, name: str, user_id: str, told: Mapping[str, object]
    ) -> None:
        known = {key: value for key, value in told.items() if value is not None}
        self.events[number] = FactEvent(at, number, name, user_id, json_text(known))


def derived_id(at: datetime, what: str) -> UUID:
    """The same UUIDv7 for the same thing at the same time, whenever it is asked for."""
    bits = int.from_bytes(blake2b(what.encode(), digest_size=10).digest())
    millis = max(millis_of(at), 0)
    return UUID(
        int=millis << 80
        | 0x7 << 76
        | (bits >> 62 & 0xFFF) << 64
        | 0b10 << 62
        | bits & (1 << 62) - 1
    )


def said_of(fact: conversations_pb2.ConversationEventAppended) -> Said:
    """The content has the documented members, as far as the fact tells them."""
    content = {
        "role": fact.role or None,
        "message": optional(fact, "text"),
        "tool": optional(fact, "tool_name"),
        "error": optional(fact, "error"),
    }
    spoke = fact.event_type == "message" and fact.role in ("", "user") and fact.HasField("text")
    return Said(
        id=UUID(fact.event_id),
        conversation_id=UUID(fact.conversation_id),
        user_id=fact.user_id,
        timestamp=datetime_of(fact.timestamp),
        event_type=fact.event_type,
        content=json_text({name: told for name, told in content.items() if told is not None}),
        tool_name=optional(fact, "tool_name"),
        success=optional(fact, "success"),
        credits_consumed=fact.credits_consumed,
        intent=fact.text.strip()[:INTENT_LENGTH] if spoke else None,
    )


def standing_of(fact: conversations_pb2.ConversationChanged) -> Standing:
    return Standing(
        id=UUID(fact.conversation_id),
        completion_status=None if fact.status == "active" else fact.status,
        finished_at=moment_of(fact, "finished_at"),
        user_satisfaction_signal=optional(fact, "user_satisfaction_signal"),
        extracted_use_case=optional(fact, "extracted_use_case"),
        blocker_reason=optional(fact, "blocker_reason"),
    )


def activity_of(number: int, fact: activity_pb2.ActivityLogged) -> Activity:
    """The JSON columns have the documented members that the fact tells of; no answer leaves."""
    response: dict[str, object] = {"success": fact.succeeded}
    if fact.HasField("response_micros"):
        response["metadata"] = {"execution_time_ms": fact.response_micros / 1000}
    context = {
        "connection_id": optional(fact, "connection_id"),
        "session_id": optional(fact, "session_id"),
        "job_role": fact.job_role or None,
    }
    return Activity(
        id=number,
        user_id=fact.user_id,
        activity_type=fact.activity_type,
        query_text=optional(fact, "query_text"),
        response_data=json_text(response),
        suggestion_clicked=optional(fact, "suggestion_clicked"),
        feedback_rating=optional(fact, "feedback_rating"),
        metadata=json_text({name: told for name, told in context.items() if told is not None}),
        created_at=datetime_of(fact.created_at),
    )


def vote_of(fact: feedback_pb2.FeedbackReceived) -> Vote:
    """Facts from before `created_at` tell the time of their own alone."""
    at = datetime_of(fact.submitted_at)
    message_id = optional(fact, "message_id")
    return Vote(
        id=fact.feedback_id,
        conversation_id=UUID(fact.conversation_id),
        user_id=fact.user_id,
        message_id=UUID(message_id) if message_id else None,
        input_hash=optional(fact, "input_hash"),
        output_hash=optional(fact, "output_hash"),
        user_feedback_score=fact.score,
        user_feedback_text=optional(fact, "text"),
        latency_ms=optional(fact, "latency_ms"),
        tokens_used=optional(fact, "tokens_used"),
        created_at=moment_of(fact, "created_at") or at,
        updated_at=at,
        metadata=fact.metadata.utf8.decode() or "{}",
        revision=fact.revision,
    )


def profile_of(told: profiles_pb2.UserProfile) -> Profile:
    return Profile(
        user_id=told.user_id,
        email=optional(told, "email"),
        created_at=datetime_of(told.created_at),
        total_conversations=told.total_conversations,
        total_messages=told.total_messages,
        total_credits_used=told.total_credits_used,
        last_active_at=moment_of(told, "last_active_at"),
        primary_use_case=optional(told, "primary_use_case"),
        preferred_tools=told.preferred_tools.utf8.decode() or "{}",
        average_session_length=told.average_session_length,
        completion_rate=optional(told, "completion_rate"),
        retention_cohort=told.retention_cohort,
        activation_status=told.activation_status,
        credit_exhaustion_count=told.credit_exhaustion_count,
        preferences=told.preferences.utf8.decode() or "{}",
        context_summary=optional(told, "context_summary"),
        frequently_used_prompts=[*told.frequently_used_prompts],
    )


def traits_of(fact: profiles_pb2.TraitsChanged) -> Traits:
    """Those that changed and are no more were cleared; a consent is one member of `consent`."""
    current = fact.current.utf8
    known = msgspec.json.decode(current, type=dict[str, msgspec.Raw])
    cleared = {name.partition(".")[0] if name.startswith(CONSENT) else name for name in fact.traits}
    at = datetime_of(fact.changed_at)
    return Traits(fact.user_id, current.decode(), sorted(cleared - known.keys()), at)


def optional(fact: Any, name: str) -> Any:
    """A field that may be left out; None where it is."""
    return getattr(fact, name) if fact.HasField(name) else None


def moment_of(fact: Any, name: str) -> datetime | None:
    return datetime_of(getattr(fact, name)) if fact.HasField(name) else None


def json_text(value: object) -> str:
    return msgspec.json.encode(value).decode()
