"""Conversations between protobuf and the domain."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from attune.activity.v1 import conversations_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.activity.conversations.domain import (
    Conversation,
    Event,
    StoredEvent,
    wrong_content,
    wrong_metadata,
    wrong_time,
)
from services.common.errors import InvalidFields, Violation
from services.common.moments import moment


def event_from_pb(event: pb.ConversationEvent, now: datetime, *, imported: bool = False) -> Event:
    """The event that is to be appended. Raises InvalidFields."""
    timestamp = moment(event, "timestamp") or now
    violations = [*wrong_time("timestamp", timestamp, now, imported=imported)]
    given = event.HasField("content")
    if given:
        violations += wrong_content(event.content.utf8)
    if violations:
        raise InvalidFields(*violations)
    return Event(
        event_type=event.event_type,
        content=event.content.utf8.decode() if given else None,
        timestamp=timestamp,
        tool_name=optional(event, "tool_name"),
        success=optional(event, "success"),
        credits_consumed=optional(event, "credits_consumed"),
        client_event_id=optional(event, "client_event_id"),
    ).completed()


def events_from_pb(
    events: Sequence[pb.ConversationEvent], now: datetime, *, imported: bool = False
) -> list[Event]:
    """All of them. Raises InvalidFields with what is wrong with each, by its place."""
    found: list[Event] = []
    violations: list[Violation] = []
    for index, event in enumerate(events):
        try:
            found.append(event_from_pb(event, now, imported=imported))
        except InvalidFields as err:
            violations += placed(err, f"events[{index}].")
    if violations:
        raise InvalidFields(*violations)
    return found


def placed(error: InvalidFields, prefix: str) -> Iterator[Violation]:
    for violation in error.violations:
        yield Violation(prefix + violation.field, violation.message)


def message_to_event(message: pb.Message, timestamp: datetime) -> Event:
    content = {"role": message.role, "message": message.content}
    text = msgspec.json.encode(content).decode()
    return Event(event_type="message", content=text, timestamp=timestamp)


def metadata_from_pb(json: Json) -> str | None:
    """Raises InvalidFields."""
    if not json.utf8:
        return None
    if violations := [*wrong_metadata(json.utf8)]:
        raise InvalidFields(*violations)
    return json.utf8.decode()


def conversation_to_pb(conversation: Conversation) -> pb.Conversation:
    c = conversation
    return pb.Conversation(
        id=str(c.id),
        external_id=c.external_id,
        user_id=c.user_id,
        started_at=c.started_at,
        last_message_at=c.last_message_at,
        message_count=c.message_count,
        event_count=c.event_count,
        credits_used=c.credits_used,
        first_intent=c.first_intent,
        tools_used=Json(utf8=msgspec.json.encode(c.tools_used)),
        status=c.status,
        completion_status=c.completion_status,
        finished_at=c.finished_at,
        user_satisfaction_signal=c.user_satisfaction_signal,
        extracted_use_case=c.extracted_use_case,
        blocker_reason=c.blocker_reason,
        insights_source=c.insights_source,
        insights_version=c.insights_version,
        metadata=json_of(c.metadata),
        title=c.called,
        last_message=c.last_message,
        parent_conversation_id=text_of(c.parent_conversation_id),
        parent_message_id=text_of(c.parent_message_id),
    )


def text_of(number: UUID | None) -> str | None:
    return str(number) if number else None


def event_to_pb(event: StoredEvent) -> pb.ConversationEvent:
    return pb.ConversationEvent(
        id=str(event.id),
        event_type=event.event_type,
        content=json_of(event.content),
        timestamp=event.timestamp,
        tool_name=event.tool_name,
        success=event.success,
        credits_consumed=event.credits_consumed,
        client_event_id=event.client_event_id,
    )


def json_of(text: str | None) -> Json | None:
    return None if text is None else Json(utf8=text.encode())


def optional(event: pb.ConversationEvent, field: str) -> Any:
    return getattr(event, field) if event.HasField(field) else None
