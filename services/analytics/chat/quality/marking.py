"""Answers marked by what people do with them, and the fact that tells of it.

It goes by the votes that count and by the saving: marking again, or in another order, comes to the
same.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from attune.analytics.v1 import chat_quality_pb2 as pb

from services.analytics.chat.quality.domain import Marked
from services.analytics.chat.quality.store import AnswerStore
from services.analytics.chat.quality.telemetry import count_mark
from services.common.clock import Clock
from services.common.db import Connection
from services.common.errors import InvalidFields, Violation
from services.common.event_log import tell
from services.common.ids import uuid_of
from services.common.moments import timestamp_of


class Marking:
    """Call it last in a transaction: the event log's head, which it locks, others wait for."""

    def __init__(self, store: AnswerStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def mark(self, conn: Connection, organization_id: str, events: Sequence[UUID]) -> bool:
        """As the votes on these events of conversations are; whether the log tells of it."""
        if not events:
            return False
        marked = await self._store.mark(conn, organization_id, sorted(events), self._now())
        return await self._tell(conn, organization_id, marked)

    async def catch_up(self, conn: Connection, organization_id: str) -> None:
        """Mark what was voted on while nobody heard."""
        missed = await self._store.unmarked(conn, organization_id)
        await self.mark(conn, organization_id, missed)

    async def save(
        self, conn: Connection, organization_id: str, user_id: str, message_id: str
    ) -> None:
        """The person saves what an answer has. Raises InvalidFields where it is not theirs."""
        known = uuid_of(message_id)
        place = (organization_id, user_id)
        marked = known and await self._store.mark_saved(conn, *place, known, self._now())
        if not marked:
            problem = "names no answer of yours that is on record: leave it out to save as it is"
            raise InvalidFields(Violation("message_id", problem))
        await self._tell(conn, organization_id, [marked])

    async def _tell(self, conn: Connection, organization_id: str, marked: Iterable[Marked]) -> bool:
        now, facts = self._now(), []
        for one in marked:
            count_mark(one)
            if one.turned and one.teaches:
                facts.append(accepted(one))
        for fact in facts:
            fact.at.CopyFrom(timestamp_of(now))
        await tell(conn, organization_id, facts, now)
        return bool(facts)


def accepted(marked: Marked) -> pb.AnswerAccepted:
    return pb.AnswerAccepted(
        message_id=str(marked.message_id),
        user_id=marked.user_id,
        job_role=marked.job_role,
        question=marked.question,
        connection_id=marked.connection_id,
        accepted=marked.accepted_at is not None,
    )
