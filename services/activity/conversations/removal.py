"""A conversation deleted, and all that is said of it with it.

What other parts made of it (profiles, memory, the words by which it is found, projections) goes
when they learn of the fact. Last the facts that told of it lose their payloads: the log keeps its
numbers, and tells nobody who begins to read it later what was said.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from attune.activity.v1 import conversations_pb2, feedback_pb2

from services.activity.conversations import facts
from services.activity.conversations.appending import Name
from services.activity.conversations.domain import Conversation
from services.activity.conversations.store import ConversationStore, name_args
from services.activity.feedback.store import FeedbackStore
from services.common.clock import Clock
from services.common.db import Connection, Pool, load_queries
from services.common.event_log import tell
from services.common.jobs import Job

SQL = load_queries(__package__, "removal.sql")
# In the order of the log: so many conversations, and so many events of it at once.
ERASED_AT_ONCE = 1000
LOOKED_AT_ONCE = 50_000
TOLD_BY = [
    fact.DESCRIPTOR.full_name
    for fact in (
        conversations_pb2.ConversationStarted,
        conversations_pb2.ConversationEventAppended,
        conversations_pb2.ConversationChanged,
    )
]
RATED_BY = feedback_pb2.FeedbackReceived.DESCRIPTOR.full_name


class Remover:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._feedback = FeedbackStore(pool)

    async def was_deleted(self, conn: Connection, organization_id: str, name: Name) -> bool:
        found: bool = await conn.fetchval(SQL["is_deleted"], organization_id, *name_args(name))
        return found

    async def delete(
        self, conn: Connection, organization_id: str, gone: Conversation, by: str, now: datetime
    ) -> None:
        """Delete one that is held, in its transaction.

        Locks ratings, then the log's head, then the counts of ratings, as who rates does.
        """
        name = (organization_id, gone.id)
        await conn.execute(SQL["delete_event_ids"], *name)
        if gone.first_event_id:
            bounds = (gone.first_event_id, gone.last_event_id)
            await conn.execute(SQL["delete_events"], *name, *bounds)
        await conn.execute(SQL["release_threads"], *name)
        votes = await self._feedback.lock_votes_in(conn, organization_id, gone.id)
        forgotten = [feedback_pb2.FeedbackForgotten(feedback_ids=votes)] if votes else []
        await tell(conn, organization_id, [*forgotten, facts.deleted(gone, by, now)], now)
        await self._feedback.drop_votes(conn, organization_id, votes)
        await self._feedback.drop_history_of(conn, organization_id, gone.id)
        await conn.execute(SQL["delete_conversation"], *name)
        about = (gone.external_id, gone.user_id, by, now)
        await conn.execute(SQL["note_deleted"], *name, *about)


def erasing_deleted(store: ConversationStore, now: Clock) -> Job:
    """The job that takes the payloads from the facts that told of what is deleted.

    Killed at any point, the next run does it again.
    """

    async def erase(_: bytes) -> None:
        rows = await store.pool.fetch(SQL["organizations_with_deleted"])
        for row in rows:
            while await erased_some(store.pool, row["organization_id"], now()):
                pass

    return Job("erase_deleted_conversations", erase, cron="*/10 * * * *", at_once=1)


async def erased_some(pool: Pool, organization_id: str, now: datetime) -> bool:
    """Erase of those deleted longest ago; whether there may be more."""
    rows = await pool.fetch(SQL["list_unerased"], organization_id, ERASED_AT_ONCE)
    if not rows:
        return False
    gone: Sequence[UUID] = [row["id"] for row in rows]
    ids, last = [str(number).encode() for number in gone], rows[-1]["told_to"]
    oldest: int = await pool.fetchval(SQL["oldest_event"], organization_id) or last
    for before in range(oldest - 1, last, LOOKED_AT_ONCE):
        part = (organization_id, before, min(before + LOOKED_AT_ONCE, last))
        await pool.execute(SQL["erase_facts"], *part, TOLD_BY, ids)
        await pool.execute(SQL["erase_ratings"], *part, RATED_BY, ids)
    await pool.execute(SQL["note_erased"], organization_id, gone, now)
    return len(rows) == ERASED_AT_ONCE
