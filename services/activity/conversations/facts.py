"""What the event log tells of conversations."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from attune.activity.v1 import conversations_pb2 as pb
from google.protobuf.message import Message

from services.activity.conversations.appending import Change
from services.activity.conversations.domain import Conversation, StoredEvent
from services.common.moments import timestamp_of

TEXT_LENGTH = 4_000
ERROR_LENGTH = 1_000


def started(conversation: Conversation) -> pb.ConversationStarted:
    return pb.ConversationStarted(
        conversation_id=str(conversation.id),
        external_id=conversation.external_id,
        user_id=conversation.user_id,
        started_at=timestamp_of(conversation.started_at),
    )


def appended(
    conversation_id: UUID, user_id: str, event: StoredEvent
) -> pb.ConversationEventAppended:
    return pb.ConversationEventAppended(
        conversation_id=str(conversation_id),
        event_id=str(event.id),
        user_id=user_id,
        event_type=event.event_type,
        timestamp=timestamp_of(event.timestamp),
        role=event.role,
        text=event.text and event.text[:TEXT_LENGTH],
        tool_name=event.tool_name,
        success=event.success,
        credits_consumed=event.credits_consumed or 0,
        error=event.error and event.error[:ERROR_LENGTH],
    )


def changed(conversation: Conversation) -> pb.ConversationChanged:
    c = conversation
    return pb.ConversationChanged(
        conversation_id=str(c.id),
        user_id=c.user_id,
        status=c.status,
        finished_at=c.finished_at and timestamp_of(c.finished_at),
        user_satisfaction_signal=c.user_satisfaction_signal,
        extracted_use_case=c.extracted_use_case,
        blocker_reason=c.blocker_reason,
        started_at=timestamp_of(c.started_at),
        last_message_at=c.last_message_at and timestamp_of(c.last_message_at),
        title=c.title,
    )


def deleted(conversation: Conversation, by: str, now: datetime) -> pb.ConversationDeleted:
    return pb.ConversationDeleted(
        conversation_id=str(conversation.id),
        user_id=conversation.user_id,
        started_at=timestamp_of(conversation.started_at),
        deleted_by=by,
        deleted_at=timestamp_of(now),
    )


def of_change(change: Change) -> Iterator[Message]:
    """Its events, and how the conversation stands where there is more to tell of it."""
    before, after = change.before, change.after
    for event in change.stored:
        yield appended(after.id, after.user_id, event)
    if standing(before) != standing(after):
        yield changed(after)


def standing(conversation: Conversation) -> tuple[object, ...]:
    return conversation.status, conversation.insights, conversation.title
