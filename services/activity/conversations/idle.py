"""Jobs of conversations: some are left without a word, and senders' ids are known for a week."""

from datetime import datetime, timedelta

from services.activity.conversations import facts
from services.activity.conversations.recorder import KNOWN
from services.activity.conversations.store import ConversationStore
from services.common.clock import Clock
from services.common.event_log import tell
from services.common.jobs import Job

ABANDONED_AT_ONCE = 100
FORGOTTEN_AT_ONCE = 10_000


def abandoning(store: ConversationStore, idle: timedelta, now: Clock) -> Job:
    """The job that abandons conversations in which nothing has happened for so long.

    Who appends meanwhile holds the conversation, and it is passed over. Consumers learn of it when
    they next look at the log's heads, within seconds.
    """

    async def abandon(_: bytes) -> None:
        moment = now()
        for organization_id in await store.organizations_with_idle(moment - idle):
            while await abandoned_some(store, organization_id, moment - idle, moment):
                pass

    return Job("abandon_idle_conversations", abandon, cron="*/5 * * * *", at_once=1)


async def abandoned_some(
    store: ConversationStore, organization_id: str, before: datetime, now: datetime
) -> bool:
    """Abandon those idle longest, in one transaction; whether there may be more."""
    async with store.pool.acquire() as conn, conn.transaction():
        idle = await store.lock_idle(conn, organization_id, before, ABANDONED_AT_ONCE)
        left = [conversation.ended("abandoned", conversation.active_at) for conversation in idle]
        await store.save(conn, organization_id, left)
        await tell(conn, organization_id, list(map(facts.changed, left)), now)
    return len(idle) == ABANDONED_AT_ONCE


def forgetting_event_ids(store: ConversationStore, now: Clock) -> Job:
    """The job that forgets senders' ids after their week."""

    async def forget(_: bytes) -> None:
        before = now() - KNOWN
        while await store.forget_event_ids(store.pool, before, FORGOTTEN_AT_ONCE):
            pass

    return Job("forget_conversation_event_ids", forget, cron="50 * * * *", at_once=1)
