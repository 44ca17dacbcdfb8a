"""Projecting activity's event log: a batch of facts becomes rows, in the cursor's transaction.

All writes take a fact twice as once, so that it does no harm where a snapshot holds it already.
"""

from collections.abc import Sequence

from attune.activity.v1 import activity_pb2, conversations_pb2, feedback_pb2, profiles_pb2
from google.protobuf.message import Message

from services.analytics.chat.quality.marking import Marking
from services.analytics.projections.rows import EVENT_PREFIX, Rows
from services.analytics.projections.store import ProjectionStore
from services.analytics.registry.store import forget_counts
from services.common.clock import Clock
from services.common.consumer import Fact
from services.common.db import Connection

CONSUMER = "analytics.projections"
# Answers from events are told as of a minute: many small batches would only take from the others.
LINGER_SECONDS = 0.8
FACTS: Sequence[type[Message]] = (
    conversations_pb2.ConversationStarted,
    conversations_pb2.ConversationEventAppended,
    conversations_pb2.ConversationChanged,
    conversations_pb2.ConversationDeleted,
    activity_pb2.ActivityLogged,
    feedback_pb2.FeedbackReceived,
    feedback_pb2.FeedbackForgotten,
    profiles_pb2.ProfileChanged,
    profiles_pb2.TraitsChanged,
)
HANDLES = {fact.DESCRIPTOR.full_name: fact for fact in FACTS}


class Projector:
    """Applies facts to one organization's tables. One at a time: the cursor is the lease."""

    def __init__(self, store: ProjectionStore, marking: Marking, now: Clock) -> None:
        self._store = store
        self._marking = marking
        self._now = now
        # Organizations of which analytics' own log tells something since.
        self._told: set[str] = set()

    async def apply(self, conn: Connection, organization_id: str, facts: Sequence[Fact]) -> None:
        rows = await self.project(conn, organization_id, facts)
        if await self._marking.mark(conn, organization_id, sorted(rows.rated)):
            self._told.add(organization_id)

    async def project(self, conn: Connection, organization_id: str, facts: Sequence[Fact]) -> Rows:
        """All but what others wait for until the transaction ends."""
        rows, store, to = Rows(), self._store, (conn, organization_id)
        for seq, fact in facts:
            rows.note(seq, fact)
        await store.add_conversations(*to, rows.started.values())
        await store.add_unknown_conversations(*to, rows.begun_by_event.values())
        await store.add_said(*to, rows.said.values())
        await store.set_standings(*to, rows.standings.values())
        await store.drop_conversations(*to, rows.deleted)
        await store.add_activities(*to, rows.activities.values())
        await store.put_votes(*to, [vote for vote in rows.votes.values() if vote])
        gone = sorted(number for number, vote in rows.votes.items() if vote is None)
        await store.drop_votes(*to, gone)
        await store.put_profiles(*to, [p for _, p in sorted(rows.profiles.items()) if p])
        unknown = sorted(user for user, profile in rows.profiles.items() if profile is None)
        await store.drop_profiles(*to, unknown)
        await store.put_traits(*to, rows.traits)
        await store.add_events(*to, rows.events.values(), self._now())
        return rows

    def take_told(self, organization_id: str) -> bool:
        """Whether the organization's log has facts that nobody was hinted at yet."""
        is_told = organization_id in self._told
        self._told.discard(organization_id)
        return is_told

    async def clear(self, conn: Connection, organization_id: str) -> None:
        """Drop all that was projected of an organization."""
        await self._store.clear(conn, organization_id)

    async def cleared(self, conn: Connection, organization_id: str) -> None:
        """What `clear` and `project` leave to the end of the transaction: others wait for it."""
        await forget_counts(conn, organization_id, f"{EVENT_PREFIX}%")
        await self._marking.catch_up(conn, organization_id)
