"""Votes given, changed and withdrawn: each in one transaction that stores, counts and tells.

The conversation's row is locked first, so that of a double click the second sees the first; the
event log's head and the counts last, so that others wait for them the shortest time.
"""

import math
from datetime import datetime, timedelta
from uuid import UUID

from attune.activity.v1 import feedback_pb2 as pb

from services.activity.feedback.domain import Conversation, Known, Vote, completed_metadata
from services.activity.feedback.store import Fact, FeedbackStore
from services.common.clock import Clock
from services.common.db import Connection
from services.common.errors import NotFound, QuotaExceeded
from services.common.event_log import Hints
from services.common.idempotency import Claim, earlier_answer, keep_responses
from services.common.moments import timestamp_of

RPC = "SubmitFeedback"
FACT = pb.FeedbackReceived.DESCRIPTOR.full_name
WINDOW = timedelta(minutes=1)


class Ballots:
    """`most` is how many votes a person may give, change or withdraw in a minute; 0 is any number.

    It counts in the database, with the votes themselves: the gateway's limit counts what one
    credential asks for, this one what one person's votes make others do (webhooks, figures).
    """

    def __init__(self, store: FeedbackStore, hints: Hints, most: int, now: Clock) -> None:
        self._store = store
        self._hints = hints
        self._most = most
        self._now = now

    async def vote(
        self, organization_id: str, vote: Vote, claim: Claim | None, answer: bytes, limited: bool
    ) -> bytes:
        """`answer`, or the first one to a repeated key.

        Raises NotFound, QuotaExceeded, IdempotencyKeyReused.
        """
        about = vote.conversation
        async with self._store.pool.acquire() as conn, conn.transaction():
            earlier = await earlier_answer(conn, organization_id, RPC, claim, self._now)
            if earlier is not None:
                return earlier
            if claim:
                await keep_responses(conn, organization_id, RPC, [(claim, answer)])
            messages = await self._held(conn, organization_id, about)
            place = (organization_id, about.id, about.user_id, vote.message_id)
            known = await self._store.known(conn, *place)
            if known and known.content_hash == vote.content_hash:
                return answer
            await self._check_room(conn, organization_id, about.user_id, limited)
            await self._store_vote(conn, organization_id, vote, known, messages)
        self._hints.tell(organization_id)
        return answer

    async def withdraw(
        self,
        organization_id: str,
        about: Conversation,
        message_id: UUID | None,
        limited: bool,
    ) -> None:
        """Of no message: the vote given last. Raises NotFound, QuotaExceeded."""
        place = (organization_id, about.id, about.user_id)
        async with self._store.pool.acquire() as conn, conn.transaction():
            await self._held(conn, organization_id, about)
            if message_id is None:
                known = await self._store.newest(conn, *place)
            else:
                known = await self._store.known(conn, *place, message_id)
            if known is None:
                raise NotFound("there is no vote of yours to withdraw")
            await self._check_room(conn, organization_id, about.user_id, limited)
            now, number = self._now(), await self._store.next_number(conn, organization_id)
            fact = Fact(number, FACT, withdrawn(about, known, now).SerializeToString())
            await self._store.withdraw(conn, organization_id, known.id, now, fact)
        self._hints.tell(organization_id)

    async def _held(self, conn: Connection, organization_id: str, about: Conversation) -> int:
        messages = await self._store.lock(conn, organization_id, about.id)
        if messages is None:  # it went a moment ago
            raise NotFound("the conversation is no more")
        return messages

    async def _check_room(
        self, conn: Connection, organization_id: str, user_id: str, limited: bool
    ) -> None:
        since = self._now() - WINDOW
        await self._store.forget_older_votes(conn, organization_id, user_id, since)
        if not limited or not self._most:
            return
        args = (organization_id, user_id, since, self._most - 1)
        if oldest := await self._store.vote_before(conn, *args):
            wait = max(1, math.ceil((oldest - since).total_seconds()))
            problem = f"you may vote {self._most} times a minute; try again in {wait} s"
            raise QuotaExceeded(problem, wait)

    async def _store_vote(
        self,
        conn: Connection,
        organization_id: str,
        vote: Vote,
        known: Known | None,
        messages: int,
    ) -> None:
        now, seq = self._now(), await self._store.next_number(conn, organization_id)
        number, revision = (known.id, known.revision + 1) if known else (seq, 1)
        metadata = completed_metadata(vote.metadata, now, messages)
        told = received(vote, known, number, revision, now)
        told.metadata.utf8 = metadata.encode()
        fact = Fact(seq, FACT, told.SerializeToString())
        args = (organization_id, vote, number, revision, metadata, now, fact)
        await self._store.store(conn, *args)


def received(
    vote: Vote, known: Known | None, number: int, revision: int, now: datetime
) -> pb.FeedbackReceived:
    about = vote.conversation
    return pb.FeedbackReceived(
        feedback_id=number,
        conversation_id=str(about.id),
        external_id=about.external_id,
        user_id=about.user_id,
        score=vote.score,
        previous_score=known.user_feedback_score if known else None,
        message_id=text_of(vote.message_id),
        text=vote.text,
        latency_ms=vote.latency_ms,
        tokens_used=vote.tokens_used,
        submitted_at=timestamp_of(now),
        revision=revision,
        personal_data=vote.personal_data,
        created_at=timestamp_of(known.created_at if known else now),
        input_hash=vote.input_hash,
        output_hash=vote.output_hash,
    )


def withdrawn(about: Conversation, known: Known, now: datetime) -> pb.FeedbackReceived:
    return pb.FeedbackReceived(
        feedback_id=known.id,
        conversation_id=str(about.id),
        external_id=about.external_id,
        user_id=about.user_id,
        score=known.user_feedback_score,
        message_id=text_of(known.message_id),
        submitted_at=timestamp_of(now),
        withdrawn=True,
        revision=known.revision,
    )


def text_of(number: UUID | None) -> str | None:
    return None if number is None else str(number)
