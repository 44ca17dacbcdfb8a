"""What people and assistants say to each other, the tools that are called and how it ends."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from attune_client.calls import (
    Call,
    Listing,
    M,
    Resource,
    call,
    download,
    given,
    listing,
    once,
    path,
    query,
)

CONVERSATIONS = "/api/v1/conversations"
ONE = CONVERSATIONS + "/{}"


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something said; `role` is "user", "assistant", "system" or "tool"."""

    role: str
    content: str


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """Something that happened; `event_type` is "message", "tool_call", "error" or "completion".

    An event whose `client_event_id` the conversation has is not appended again. One is made where
    none is given.
    """

    event_type: str
    content: Any = None
    timestamp: datetime | None = None
    tool_name: str | None = None
    success: bool | None = None
    credits_consumed: int | None = None
    client_event_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A conversation. `status` is "active", "completed", "abandoned" or "blocked_by_credits";
    `user_satisfaction_signal` is from 0 to 10; `tools_used` counts calls by tool."""

    id: str
    user_id: str
    started_at: datetime
    status: str
    external_id: str | None = None
    last_message_at: datetime | None = None
    message_count: int = 0
    event_count: int = 0
    credits_used: int = 0
    first_intent: str | None = None
    tools_used: Any = None
    completion_status: str | None = None
    finished_at: datetime | None = None
    user_satisfaction_signal: int | None = None
    extracted_use_case: str | None = None
    blocker_reason: str | None = None
    insights_source: str | None = None
    insights_version: int | None = None
    metadata: Any = None
    title: str | None = None
    last_message: str | None = None
    parent_conversation_id: str | None = None
    parent_message_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened in a conversation."""

    id: str
    event_type: str
    timestamp: datetime
    content: Any = None
    tool_name: str | None = None
    success: bool | None = None
    credits_consumed: int | None = None
    client_event_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class AppendedEvent:
    """An event's id, and whether it was there already."""

    event_id: str
    duplicate: bool


@dataclass(frozen=True, kw_only=True)
class Appended:
    """What was appended, and the conversation afterwards."""

    conversation_id: str
    results: tuple[AppendedEvent, ...]
    appended: int
    conversation: Conversation


@dataclass(frozen=True, kw_only=True)
class ConversationWithEvents:
    """A conversation and a page of its events, oldest first or newest first as asked."""

    conversation_id: str
    conversation: Conversation
    events: tuple[Event, ...]
    next_page_token: str | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationDeleted:
    """It is gone."""


@dataclass(frozen=True, kw_only=True)
class ConversationPage:
    """A part of a list of conversations."""

    conversations: tuple[Conversation, ...]
    next_page_token: str | None = None


class ConversationsApi(Resource[M]):
    """Keeps conversations. Each is named by its id, or by the one its maker brought."""

    @call
    def start(
        self,
        conversation_id: str | None = None,
        *,
        messages: Iterable[Message] = (),
        metadata: Mapping[str, Any] | None = None,
        user_id: str | None = None,
        started_at: datetime | None = None,
        idempotency_key: str | None = None,
        timeout: float | None = None,
    ) -> Call[Conversation]:
        """Start a conversation, under an id of one's own if `conversation_id` is given. Raises
        AlreadyExists where that is taken."""
        body = given(
            conversation_id=conversation_id,
            messages=[vars(message) for message in messages] or None,
            metadata=metadata,
            user_id=user_id,
            started_at=started_at,
        )
        return once(CONVERSATIONS, body, Conversation, idempotency_key, timeout)

    @call
    def append(
        self, conversation_id: str, events: Iterable[NewEvent], *, timeout: float | None = None
    ) -> Call[Appended]:
        """Append 1 to 500 events, all or none. Raises FailedPrecondition where it has ended."""
        body = {"events": [identified(event) for event in events]}
        return Call(
            method="POST",
            path=path(ONE + "/events", conversation_id),
            body=body,
            answer=Appended,
            repeatable=True,
            timeout=timeout,
        )

    @call
    def get(
        self,
        conversation_id: str,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        newest_first: bool | None = None,
        up_to: str | None = None,
        timeout: float | None = None,
    ) -> Call[ConversationWithEvents]:
        """A conversation with a page of its events, none after the event `up_to`; `events` gives
        all of them."""
        asked = query(
            page_size=page_size, page_token=page_token, newest_first=newest_first, up_to=up_to
        )
        return read(conversation_id, asked, timeout)

    @listing
    def events(
        self,
        conversation_id: str,
        *,
        page_size: int | None = None,
        newest_first: bool | None = None,
        up_to: str | None = None,
        timeout: float | None = None,
    ) -> Listing[Event]:
        """All events of a conversation, or those up to one, oldest first or newest first."""
        asked = query(page_size=page_size, newest_first=newest_first, up_to=up_to)
        first = read(conversation_id, asked, timeout)
        return Listing(first, lambda page: page.events)

    @listing
    def list(
        self,
        *,
        user_id: str | None = None,
        status: str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        q: str | None = None,
        parent_conversation_id: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
    ) -> Listing[Conversation]:
        """Conversations, newest first: one's own, and everybody's for who may read them; those in
        which the words `q` were said, or the threads of one."""
        asked = query(
            q=q,
            parent_conversation_id=parent_conversation_id,
            user_id=user_id,
            status=status,
            start_time=start_time,
            end_time=end_time,
            page_size=page_size,
        )
        first = Call(
            method="GET",
            path=CONVERSATIONS,
            query=asked,
            answer=ConversationPage,
            repeatable=True,
            timeout=timeout,
        )
        return Listing(first, lambda page: page.conversations)

    @call
    def rename(
        self, conversation_id: str, title: str, *, timeout: float | None = None
    ) -> Call[Conversation]:
        """Name a conversation; "" gives it back the title that it has by itself."""
        return Call(
            method="PATCH",
            path=path(ONE, conversation_id),
            body={"title": title},
            answer=Conversation,
            repeatable=True,
            timeout=timeout,
        )

    @call
    def branch(
        self,
        conversation_id: str,
        message_id: str,
        *,
        title: str | None = None,
        idempotency_key: str | None = None,
        timeout: float | None = None,
    ) -> Call[Conversation]:
        """Start a thread that goes on from a message. Raises NotFound where there is none."""
        body = given(message_id=message_id, title=title)
        branch = path(ONE + ":branch", conversation_id)
        return once(branch, body, Conversation, idempotency_key, timeout)

    @call
    def delete(
        self, conversation_id: str, *, timeout: float | None = None
    ) -> Call[ConversationDeleted]:
        """Delete a conversation with all that is made of it; again changes nothing."""
        return Call(
            method="DELETE",
            path=path(ONE, conversation_id),
            answer=ConversationDeleted,
            repeatable=True,
            timeout=timeout,
        )

    @call
    def finish(
        self, conversation_id: str, status: str = "completed", *, timeout: float | None = None
    ) -> Call[Conversation]:
        """End a conversation: "completed", "abandoned" or "blocked_by_credits"."""
        return Call(
            method="POST",
            path=path(ONE + ":finish", conversation_id),
            body={"status": status},
            answer=Conversation,
            repeatable=True,
            timeout=timeout,
        )

    @download
    def export(
        self, conversation_id: str, *, format: str | None = None, timeout: float | None = None
    ) -> Call[bytes]:
        """A conversation with all its events as a file, in `format` "json" or "markdown"."""
        return Call(
            method="GET",
            path=path(ONE + ":export", conversation_id),
            query=query(format=format),
            answer=bytes,
            repeatable=True,
            timeout=timeout,
        )


def read(
    conversation_id: str, asked: Mapping[str, str], timeout: float | None
) -> Call[ConversationWithEvents]:
    return Call(
        method="GET",
        path=path(ONE, conversation_id),
        query=asked,
        answer=ConversationWithEvents,
        repeatable=True,
        timeout=timeout,
    )


def identified(event: NewEvent) -> dict[str, Any]:
    """The event with an id, so that it may be sent twice."""
    return {"client_event_id": str(uuid4()), **given(**vars(event))}
