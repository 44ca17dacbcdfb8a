"""The answers on record: one method for each query in queries.sql."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.analytics.chat.domain import Question
from services.analytics.chat.quality.domain import (
    SOON,
    THUMBS_DOWN,
    THUMBS_UP,
    Earlier,
    Ended,
    Marked,
)
from services.analytics.knowledge.questions.domain import key_of
from services.common.db import Connection, Pool, load_queries
from services.common.ids import MILLISECOND, millis_of

SQL = load_queries(__package__)
# A week of a few models by each way has fewer than a hundred.
MOST_ROWS = 5_000
MOST_DISPUTED = 100
# What goes over all answers of an organization may take its time, and nobody waits for it.
WHOLE_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class Place:
    """What an answer belongs to; of a question outside of any conversation that is ""."""

    message_id: UUID
    run_id: UUID | None = None
    conversation_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An answer, as far as it can be made a certified question."""

    message_id: UUID
    user_id: str
    question: str
    connection_id: str
    outcome: str | None
    way: str
    sql: str
    follows: bool


@dataclass(frozen=True, kw_only=True)
class Quality:
    """The answers of a day by one way and model, counted; times in milliseconds."""

    day: date
    way: str
    model: str
    answers: int
    thumbs_up: int
    thumbs_down: int
    accepted: int
    rephrased: int
    abstained: int
    asked_back: int
    failed: int
    cancelled: int
    unfinished: int
    sql_errors: int
    dropped_sentences: int
    prompt_tokens: int
    completion_tokens: int
    cost_nano_usd: int
    p50_ms: int | None
    p95_ms: int | None


@dataclass(frozen=True, kw_only=True)
class Disputed:
    """A certified question that people voted down."""

    connection_id: str
    question: str
    thumbs_down: int
    thumbs_up: int
    last_asked_at: datetime

    @property
    def key(self) -> str:
        """What it is told apart by in the knowledge base."""
        return key_of(self.question)


@dataclass(frozen=True)
class Window:
    """Of when; `connection_id` "" is any."""

    start: datetime
    end: datetime
    connection_id: str = ""

    @property
    def args(self) -> tuple[UUID, UUID, str]:
        return first_id(self.start), first_id(self.end), self.connection_id


class AnswerStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def begin(self, question: Question, place: Place, now: datetime) -> None:
        who = question.who
        args = (place.message_id, place.run_id, place.conversation_id, who.subject)
        told = (who.job_role, question.text, question.connection_id, now)
        await self.pool.execute(SQL["begin_answer"], who.organization_id, *args, *told)

    async def before(self, question: Question, place: Place, now: datetime) -> Earlier | None:
        """What the person was answered just before, in the same conversation."""
        who, since = question.who, first_id(now - SOON)
        args = (who.organization_id, place.conversation_id, who.subject, place.message_id, since)
        row = await self.pool.fetchrow(SQL["answer_before"], *args)
        return Earlier(**row) if row else None

    async def end(
        self,
        conn: Connection,
        organization_id: str,
        message_id: UUID,
        ended: Ended,
        event_id: UUID | None,
        rephrased_of: UUID | None,
    ) -> None:
        e = ended
        told = (e.outcome, e.way, e.model, e.understood, e.sql, e.query_id, e.follows)
        spent = (e.prompt_tokens, e.completion_tokens, e.cost_nano_usd)
        counts = (e.milliseconds, *spent, e.sql_errors, e.dropped_sentences)
        place = (organization_id, message_id, event_id, rephrased_of)
        await conn.execute(SQL["end_answer"], *place, *told, *counts)

    async def mark(
        self, conn: Connection, organization_id: str, events: Sequence[UUID], now: datetime
    ) -> list[Marked]:
        """Mark the answers that these events hold as the votes say; returns those that changed."""
        await conn.execute(SQL["take_turn"], organization_id)
        await conn.execute(SQL["hold_answers"], organization_id, events)
        args = (organization_id, events, THUMBS_UP, now)
        return [Marked(**row) for row in await conn.fetch(SQL["mark_answers"], *args)]

    async def unmarked(self, conn: Connection, organization_id: str) -> list[UUID]:
        """The events of answers that are not marked as the votes are that are there."""
        rows = await conn.fetch(SQL["unmarked"], organization_id, timeout=WHOLE_SECONDS)
        return [row["event_id"] for row in rows]

    async def mark_saved(
        self,
        conn: Connection,
        organization_id: str,
        user_id: str,
        message_id: UUID,
        now: datetime,
    ) -> Marked | None:
        """None where the person has no such answer."""
        args = (organization_id, message_id, user_id, now)
        row = await conn.fetchrow(SQL["mark_saved"], *args)
        return Marked(**row) if row else None

    async def get(self, organization_id: str, message_id: UUID) -> Kept | None:
        row = await self.pool.fetchrow(SQL["get_answer"], organization_id, message_id)
        return Kept(**row) if row else None

    async def by_day(self, organization_id: str, window: Window) -> list[Quality]:
        rephrased = first_id(window.end, SOON)
        args: tuple[Any, ...] = (*window.args, THUMBS_UP, THUMBS_DOWN, MOST_ROWS, rephrased)
        rows = await self.pool.fetch(SQL["answers_by_day"], organization_id, *args)
        return [Quality(**row) for row in rows]

    async def disputed(self, organization_id: str, window: Window) -> list[Disputed]:
        args: tuple[Any, ...] = (*window.args, THUMBS_DOWN, THUMBS_UP, MOST_DISPUTED)
        rows = await self.pool.fetch(SQL["disputed_questions"], organization_id, *args)
        return [Disputed(**row) for row in rows]

    async def question_ids(
        self, organization_id: str, disputed: Sequence[Disputed]
    ) -> dict[tuple[str, str], UUID]:
        """What questions are in the knowledge base, by their connection and key."""
        places = [one.connection_id for one in disputed], [one.key for one in disputed]
        rows = await self.pool.fetch(SQL["find_questions"], organization_id, *places)
        return {(row["connection_id"], row["key"]): row["item_id"] for row in rows}

    async def drop_older(self, before: datetime) -> int:
        """Drop months that ended before that time; returns how many."""
        dropped: int = await self.pool.fetchval(SQL["drop_old_chat_answers"], before)
        return dropped


def first_id(moment: datetime, later: timedelta = timedelta(0)) -> UUID:
    """Before all ids of answers from then on, or from so much later."""
    return UUID(int=max(millis_of(moment) + later // MILLISECOND, 0) << 80)
