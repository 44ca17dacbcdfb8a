"""Answers marked by votes, however often and in whichever order they are told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from attune.analytics.v1 import chat_pb2, chat_quality_pb2
from attune.common.v1.json_pb2 import Json

from services.analytics.chat.domain import Question
from services.analytics.chat.quality.marking import Marking
from services.analytics.chat.quality.recording import Recorder, dropping_old_answers
from services.analytics.chat.quality.store import AnswerStore, Place, Window
from services.common.caller import Caller
from services.common.db import Pool, pool_for
from services.common.errors import InvalidFields
from services.common.ids import uuid7
from tests.clock import Clock
from tests.suite import Servers

VOTE = """
    INSERT INTO interaction_logs (organization_id, id, conversation_id, user_id, message_id,
        user_feedback_score, created_at, updated_at, metadata, revision)
    VALUES ($1, $2, $3, 'ann', $4, $5, now(), now(), '{}', 1)
    ON CONFLICT (organization_id, id) DO UPDATE SET user_feedback_score = $5
"""


class Chat:
    """What is on record of one organization, and the votes on it."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.clock, self.org = pool, Clock(), f"org-{uuid4().hex[:12]}"
        self.store = AnswerStore(pool)
        self.marking = Marking(self.store, self.clock)
        self.recorder = Recorder(self.store, self.marking, self.clock)

    async def answer(self, event: UUID | None = None, text: str = "Revenue") -> UUID:
        who = Caller(organization_id=self.org, subject="ann", role="analyst")
        question = Question(who=who, text=text, connection_id="events")
        place = Place(message_id=uuid7(self.clock()), run_id=uuid4(), conversation_id="c-1")
        async with self.recorder.recording(question, place) as told:
            told.receipt = chat_pb2.ChatReceipt(way="metric", definitions=Json(utf8=b"[]"))
            told.event_id = event
        return place.message_id

    async def vote(self, event: UUID, score: int) -> None:
        args = (self.org, 1, uuid4(), event, score)
        await self.pool.execute(VOTE, *args)

    async def mark(self, event: UUID) -> None:
        async with self.pool.acquire() as conn, conn.transaction():
            await self.marking.mark(conn, self.org, [event])

    async def accepted(self) -> int:
        now = self.clock()
        window = Window(now - timedelta(days=1), now + timedelta(days=1))
        return sum(one.accepted for one in await self.store.by_day(self.org, window))

    async def told(self) -> list[bool]:
        """What the event log says of answers."""
        query = "SELECT payload FROM event_log WHERE organization_id = $1 ORDER BY seq"
        rows = await self.pool.fetch(query, self.org)
        facts = [chat_quality_pb2.AnswerAccepted.FromString(row["payload"]) for row in rows]
        return [fact.accepted for fact in facts]


@pytest.fixture
async def chat(servers: Servers, database: str) -> AsyncIterator[Chat]:
    async with pool_for(servers.dsn(database, "analytics"), "analytics") as pool:
        yield Chat(pool)


async def test_a_vote_marks_once_however_often_it_is_told(chat: Chat) -> None:
    event = uuid4()
    await chat.answer(event)
    await chat.vote(event, 5)
    for _ in range(3):
        await chat.mark(event)
    assert (await chat.accepted(), await chat.told()) == (1, [True])


async def test_a_vote_that_comes_before_the_end_of_its_answer_counts(chat: Chat) -> None:
    event = uuid4()
    await chat.vote(event, 4)
    await chat.mark(event)
    assert await chat.accepted() == 0
    await chat.answer(event)
    assert (await chat.accepted(), await chat.told()) == (1, [True])


async def test_a_vote_that_comes_while_its_answer_ends_counts(chat: Chat) -> None:
    event = uuid4()
    async with chat.pool.acquire() as conn:
        async with conn.transaction():
            await conn.execute(VOTE, chat.org, 1, uuid4(), event, 5)
            await chat.marking.mark(conn, chat.org, [event])
            ending = asyncio.create_task(chat.answer(event))
            await asyncio.sleep(0.3)
        await ending
    assert (await chat.accepted(), await chat.told()) == (1, [True])


async def test_votes_that_were_missed_are_caught_up_with_and_forgotten_ones_stay(
    chat: Chat,
) -> None:
    forgotten, missed = uuid4(), uuid4()
    await chat.vote(forgotten, 5)
    await chat.answer(forgotten)
    await chat.pool.execute("DELETE FROM interaction_logs")
    await chat.answer(missed)
    await chat.vote(missed, 4)
    for _ in range(2):
        async with chat.pool.acquire() as conn, conn.transaction():
            await chat.marking.catch_up(conn, chat.org)
    assert (await chat.accepted(), await chat.told()) == (2, [True, True])


async def test_a_vote_that_is_taken_back_counts_no_more_unless_it_is_saved(chat: Chat) -> None:
    event = uuid4()
    answer = await chat.answer(event)
    await chat.vote(event, 5)
    await chat.mark(event)
    await chat.vote(event, 3)
    await chat.mark(event)
    assert (await chat.accepted(), await chat.told()) == (0, [True, False])
    async with chat.pool.acquire() as conn, conn.transaction():
        await chat.marking.save(conn, chat.org, "ann", str(answer))
        await chat.marking.save(conn, chat.org, "ann", str(answer))
    await chat.vote(event, 1)
    await chat.mark(event)
    assert (await chat.accepted(), await chat.told()) == (1, [True, False, True])


@pytest.mark.parametrize("user", ["bob", "ann"])
async def test_nobody_saves_the_answer_of_another(chat: Chat, user: str) -> None:
    answer = str(await chat.answer()) if user == "bob" else str(uuid7(chat.clock()))
    async with chat.pool.acquire() as conn:
        with pytest.raises(InvalidFields, match="message_id"):
            await chat.marking.save(conn, chat.org, user, answer)


async def test_what_cannot_be_written_down_does_not_cost_the_answer(chat: Chat) -> None:
    chat.clock.advance(days=4000)  # no month is made for that
    await chat.answer()
    assert await chat.accepted() == 0


async def test_what_fails_and_what_is_cancelled_is_on_record(chat: Chat) -> None:
    who = Caller(organization_id=chat.org, subject="ann", role="analyst")
    question = Question(who=who, text="Revenue", connection_id="events")
    with pytest.raises(RuntimeError):
        async with chat.recorder.recording(question, Place(message_id=uuid7(chat.clock()))):
            raise RuntimeError("oh")
    query = "SELECT outcome FROM chat_answers WHERE organization_id = $1"
    assert await chat.pool.fetchval(query, chat.org) == "failed"


async def test_whole_months_are_dropped_once_they_are_old(chat: Chat) -> None:
    await chat.answer()
    job = dropping_old_answers(chat.store, 180, chat.clock)
    await job.run(b"")
    assert await chat.pool.fetchval("SELECT count(*) FROM chat_answers") >= 1
    chat.clock.advance(days=215)
    await job.run(b"")
    assert await chat.pool.fetchval("SELECT count(*) FROM chat_answers") == 0
