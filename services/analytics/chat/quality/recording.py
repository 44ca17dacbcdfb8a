"""Each question on record, from when it is asked until it is answered."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import perf_counter
from uuid import UUID

import structlog
from attune.analytics.v1 import chat_pb2 as pb

from services.analytics.chat.domain import ABSTAIN, Question
from services.analytics.chat.quality import telemetry
from services.analytics.chat.quality.domain import (
    ABSTAINED,
    ANSWERED,
    ASKED_BACK,
    CANCELLED,
    FAILED,
    Ended,
    rephrases,
)
from services.analytics.chat.quality.marking import Marking
from services.analytics.chat.quality.store import AnswerStore, Place
from services.analytics.chat.runs.runs import Tell
from services.common.clock import Clock
from services.common.ids import uuid_of
from services.common.jobs import Job

log = structlog.get_logger(__name__)

# What is kept beside an answer waits no longer than that for the database.
PATIENCE_SECONDS = 2.0
NANO_USD = 1e9


async def unheard(part: pb.ChatPart) -> None:
    """For who wants the rows alone."""


@dataclass
class Told:
    """What is told of an answer until it ends; `event_id` is what it is in its conversation."""

    tell: Tell = unheard
    messages: list[pb.ChatMessage] = field(default_factory=list)
    receipt: pb.ChatReceipt = field(default_factory=pb.ChatReceipt)
    event_id: UUID | None = None
    outcome: str = ""

    async def hear(self, part: pb.ChatPart) -> None:
        """Pass it on, but for the receipt: that is the last of all."""
        if part.HasField("message"):
            self.messages.append(part.message)
        if part.HasField("receipt"):
            self.receipt = part.receipt
        else:
            await self.tell(part)


class Recorder:
    """Puts questions on record. What goes wrong with that is logged, and never costs the answer."""

    def __init__(self, store: AnswerStore, marking: Marking, now: Clock) -> None:
        self._store = store
        self._marking = marking
        self._now = now

    @asynccontextmanager
    async def recording(
        self, question: Question, place: Place, tell: Tell = unheard
    ) -> AsyncIterator[Told]:
        """What the block tells of the answer is on record after it, however it ends."""
        told, began = Told(tell), perf_counter()
        await attempted(self._store.begin(question, place, self._now()))
        try:
            yield told
        except asyncio.CancelledError:
            told.outcome = CANCELLED
            raise
        except Exception:
            told.outcome = ABSTAINED if told.receipt.way == ABSTAIN else FAILED
            raise
        finally:
            ended = replace(ended_of(told), milliseconds=round((perf_counter() - began) * 1000))
            telemetry.count_end(ended)
            await asyncio.shield(attempted(self._end(question, place, ended, told.event_id)))

    async def _end(
        self, question: Question, place: Place, ended: Ended, event_id: UUID | None
    ) -> None:
        now, organization_id = self._now(), question.who.organization_id
        before = await self._store.before(question, place, now) if place.run_id else None
        again = before and rephrases(before, question.text, question.connection_id, ended)
        rephrased_of = before.message_id if before and again else None
        async with self._store.pool.acquire() as conn, conn.transaction():
            args = (organization_id, place.message_id, ended, event_id, rephrased_of)
            await self._store.end(conn, *args)
            if event_id is not None:  # a vote may be here already
                await self._marking.mark(conn, organization_id, [event_id])
        if before and again:
            telemetry.REPHRASED.labels(*telemetry.labels_of(before.way, before.model)).inc()


async def attempted(writing: Awaitable[None]) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await writing
    except Exception as error:
        telemetry.UNRECORDED.inc()
        log.error("an answer is not on record", exc_info=error)


def ended_of(told: Told) -> Ended:
    receipt = told.receipt
    cost = round(receipt.cost_usd * NANO_USD) if receipt.HasField("cost_usd") else None
    return Ended(
        outcome=told.outcome or outcome_of(told.messages, receipt),
        way=receipt.way,
        model=receipt.model,
        understood=receipt.understood,
        sql=receipt.sql,
        query_id=uuid_of(receipt.query_id),
        follows=receipt.follows,
        prompt_tokens=receipt.prompt_tokens,
        completion_tokens=receipt.completion_tokens,
        cost_nano_usd=cost,
        sql_errors=receipt.sql_errors,
        dropped_sentences=receipt.dropped_sentences,
    )


def outcome_of(messages: Sequence[pb.ChatMessage], receipt: pb.ChatReceipt) -> str:
    types = {message.type for message in messages}
    if "error" in types:
        return FAILED
    if "clarification" in types:
        return ASKED_BACK
    return ABSTAINED if receipt.way == ABSTAIN else ANSWERED


def dropping_old_answers(store: AnswerStore, kept_days: int, now: Clock) -> Job:
    """The job that drops whole months of what was answered before that."""

    async def drop(_: bytes) -> None:
        dropped = await store.drop_older(now() - timedelta(days=kept_days))
        log.info("answers dropped", partitions=dropped)

    return Job("drop_old_chat_answers", drop, cron="25 1 * * *", at_once=1)
