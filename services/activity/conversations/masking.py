"""What a reader sees of a conversation: analysts see others' without personal data."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from services.activity.conversations.domain import (
    INTENT_LENGTH,
    LAST_MESSAGE_LENGTH,
    Conversation,
    StoredEvent,
)
from services.common.caller import Caller
from services.common.pii import masked, masked_json

# An address that the cut of such a text went through is not known for one, and so the end of a
# cut text is not shown: as long as what is looked for seldom is.
HIDDEN_END = 60


def reads_all(who: Caller) -> bool:
    """Whether the caller reads conversations of others, masked or not."""
    return who.may_read_others or who.role == "analyst"


def is_masked(who: Caller, conversation: Conversation) -> bool:
    return not who.may_read_others and conversation.user_id != who.subject


async def shown(who: Caller, conversation: Conversation) -> Conversation:
    """The conversation as this caller sees it."""
    [seen] = await shown_all(who, [conversation])
    return seen


async def shown_all(who: Caller, found: Sequence[Conversation]) -> Sequence[Conversation]:
    """The conversations as this caller sees them.

    Looking for personal data takes a second for a megabyte of nothing but digits: in a thread, so
    that others are answered meanwhile.
    """
    if not any(is_masked(who, conversation) for conversation in found):
        return found
    return await asyncio.to_thread(lambda: [masked_for(who, one) for one in found])


async def shown_events(
    who: Caller, conversation: Conversation, events: Sequence[StoredEvent]
) -> Sequence[StoredEvent]:
    """Its events as this caller sees them."""
    if not is_masked(who, conversation):
        return events
    return await asyncio.to_thread(lambda: list(map(masked_event, events)))


def masked_for(who: Caller, conversation: Conversation) -> Conversation:
    c = conversation
    if not is_masked(who, c):
        return c
    return replace(
        c,
        first_intent=masked_beginning(c.first_intent, INTENT_LENGTH),
        title=c.title and masked(c.title),
        last_message=masked_beginning(c.last_message, LAST_MESSAGE_LENGTH),
        extracted_use_case=c.extracted_use_case and masked(c.extracted_use_case),
        blocker_reason=c.blocker_reason and masked(c.blocker_reason),
        metadata=masked_text(c.metadata),
    )


def masked_event(event: StoredEvent) -> StoredEvent:
    return replace(event, content=masked_text(event.content))


def masked_beginning(text: str | None, cut: int) -> str | None:
    """What was cut after so many characters, masked."""
    if text is None or len(text) < cut:
        return text and masked(text)
    return f"{masked(text)[:-HIDDEN_END]}…"


def masked_text(json: str | None) -> str | None:
    """JSON text with its values masked."""
    return None if json is None else masked_json(json.encode()).decode()
