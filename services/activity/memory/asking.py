"""Has a model read what people newly said, in batches, where one is configured.

Nothing waits for it and nothing needs it: whatever goes wrong, the rules have done their part.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from services.activity.memory.domain import MODEL, Mention, free_of
from services.activity.memory.extracting import WINDOW, Heard, Message
from services.activity.memory.proposing import (
    MESSAGES,
    MOST_TOKENS,
    Proposals,
    Summary,
    checked_summary,
    question_of,
    readable,
    summary_question_of,
    taken,
    text_of,
)
from services.activity.memory.remembering import Memory, settled_in
from services.common.db import Connection
from services.common.jobs import Job
from services.common.llm.failures import OF_THE_QUESTION, ModelFailure
from services.common.llm.ledger import Asker
from services.common.llm.model import Model

log = structlog.get_logger(__name__)

PURPOSE, SUMMARY_PURPOSE = "memory", "summary"
AT_ONCE = 100
FACTS_SENT = 20


@dataclass(frozen=True)
class News:
    """What a person said that no model has read: up to when, and from which place on."""

    messages: Sequence[Message]
    news_at: datetime
    is_all: bool


class Reader:
    """Asks `name` of a person at most once in `pause`."""

    def __init__(self, memory: Memory, model: Model, name: str, pause: timedelta) -> None:
        self._memory = memory
        self._store = memory.store
        self._model = model
        self._name = name
        self._pause = pause
        self._now = memory.now

    async def run(self, _: bytes) -> None:
        """Read what everybody newly said; one who cannot be read now is left to the next run."""
        if not self._model.has_key or not self._name:
            return
        since = self._now() - self._pause
        for organization_id in await self._store.organizations_with_news(since):
            for user_id in await self._store.users_with_news(organization_id, since, AT_ONCE):
                try:
                    await self.read(organization_id, user_id)
                except ModelFailure as failure:
                    log.info("a model read nothing", reason=failure.reason.value)
                    break  # most likely the organization's budget, or the server

    async def read(self, organization_id: str, user_id: str) -> None:
        """Have a model read what a person newly said. Raises ModelFailure."""
        news = await self._claimed(organization_id, user_id)
        if news is None:
            return
        messages = readable(news.messages)
        answer = Proposals([])
        asker = Asker(organization_id=organization_id, user_id=user_id, purpose=PURPOSE)
        if messages:
            try:
                answer = await self._model.ask(
                    asker, self._name, question_of(messages), Proposals, most_tokens=MOST_TOKENS
                )
            except ModelFailure as failure:
                if failure.reason not in OF_THE_QUESTION:
                    raise
        async with self._changing(organization_id, user_id) as conn:
            named = {proposal.message for proposal in answer.facts}
            heard = {
                message.event_id: await self._heard(conn, organization_id, message)
                for name, message in messages.items()
                if name in named
            }
            known = await self._store.mentions(conn, organization_id, user_id)
            found = [*taken(answer, messages, heard, known, self._name)]
            await self._keep(conn, organization_id, user_id, news, found)
        if messages:
            await self._summarize(organization_id, user_id, news.messages)

    async def _claimed(self, organization_id: str, user_id: str) -> News | None:
        """What is new, with a note that it was asked; None where another worker was faster."""
        async with self._store.pool.acquire() as conn, conn.transaction():
            user = await self._store.lock(conn, organization_id, user_id)
            late = user.asked_at is not None and user.asked_at > self._now() - self._pause
            if user.news_at is None or late:
                return None
            await self._store.note_asked(conn, organization_id, user_id, self._now())
            after = (user.read_to, user.forgotten_before, MESSAGES)
            messages = await self._store.news(conn, organization_id, user_id, *after)
        return News(messages, user.news_at, len(messages) < MESSAGES)

    async def _heard(self, conn: Connection, organization_id: str, message: Message) -> Heard:
        """What was said in the conversation before a message."""
        heard, place = Heard(), message.conversation_id
        bounds = await self._store.bounds(conn, organization_id, place)
        if bounds:
            before = UUID(int=message.event_id.int - 1)
            args = (conn, organization_id, place, bounds, before, WINDOW)
            for earlier in await self._store.messages_up_to(*args):
                heard.hear(earlier)
        return heard

    async def _keep(
        self,
        conn: Connection,
        organization_id: str,
        user_id: str,
        news: News,
        found: Sequence[Mention],
    ) -> None:
        user = await self._store.lock(conn, organization_id, user_id)
        since = user.forgotten_before
        fresh = [m for m in found if since is None or m.said_at > since]
        there = await self._store.existing(
            conn, organization_id, (m.conversation_id for m in fresh)
        )
        fresh = [m for m in fresh if m.conversation_id in there]  # of none deleted meanwhile
        settled = settled_in(await self._store.facts(conn, organization_id, user_id))
        events = [message.event_id for message in news.messages]
        args = (conn, organization_id, user_id, MODEL, events, free_of(fresh, settled))
        await self._store.replace_mentions(*args)
        read_to = events[-1] if events else None
        done = news.news_at if news.is_all else None
        await self._store.note_read(conn, organization_id, user_id, read_to, done)

    async def _summarize(
        self, organization_id: str, user_id: str, messages: Sequence[Message]
    ) -> None:
        """Have the person described. Raises ModelFailure; the extractive summary then stays."""
        name = (organization_id, user_id)
        facts = await self._store.current(*name, self._now(), FACTS_SENT)
        statements = [fact.triple.statement for fact in facts if fact.triple]
        texts = [text for message in messages[-10:] if (text := text_of(message))]
        asker = Asker(organization_id=organization_id, user_id=user_id, purpose=SUMMARY_PURPOSE)
        answer = await self._model.ask(
            asker,
            self._name,
            summary_question_of(statements, texts),
            Summary,
            most_tokens=MOST_TOKENS,
        )
        summary = checked_summary(answer, " ".join([*statements, *texts]))
        before = [fact.id for fact in facts]
        async with self._store.pool.acquire() as conn, conn.transaction():
            await self._store.lock(conn, *name)
            now = self._now()
            current = await self._store.current(*name, now, FACTS_SENT)
            read = {message.conversation_id for message in messages}
            if read != await self._store.existing(conn, organization_id, read):
                return  # something was deleted meanwhile
            if summary is None or before != [fact.id for fact in current]:
                return  # something was corrected or forgotten meanwhile
            await self._store.put_summary(conn, *name, summary, self._name, now)
            await self._memory.tell(conn, organization_id, [user_id])
        await self._memory.committed(organization_id)

    @asynccontextmanager
    async def _changing(self, organization_id: str, user_id: str) -> AsyncIterator[Connection]:
        async with self._memory.changing(organization_id, user_id) as (conn, _):
            yield conn


def reading_by_model(reader: Reader) -> Job:
    """The job that has a model read what people newly said."""
    return Job("read_by_model", reader.run, cron="*/5 * * * *", at_once=1)
