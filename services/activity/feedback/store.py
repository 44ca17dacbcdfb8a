"""Votes and their counts: one method for each query in queries.sql."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from attune.activity.v1 import feedback_pb2

from services.activity.feedback.domain import (
    Conversation,
    Filters,
    Known,
    Stats,
    StoredVote,
    Vote,
)
from services.common.db import Connection, Database, Pool, load_queries
from services.common.event_log import tell
from services.common.ids import uuid_of

SQL = load_queries(__package__)


class Fact(NamedTuple):
    """What the event log tells: its number, a message's type and its bytes."""

    number: int
    type: str
    payload: bytes


class Sentiment(NamedTuple):
    """What was found out about a vote of this revision."""

    id: int
    revision: int
    label: str
    value: float
    source: str


class Unread(NamedTuple):
    """A vote whose sentiment is not known."""

    id: int
    revision: int
    score: int
    text: str | None


class FeedbackStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def conversation(self, organization_id: str, name: str) -> Conversation | None:
        args = (organization_id, uuid_of(name), name)
        row = await self.pool.fetchrow(SQL["find_conversation"], *args)
        return Conversation(**row) if row else None

    async def message(
        self, organization_id: str, conversation: Conversation, name: str
    ) -> UUID | None:
        """The event of this id, or that its sender called so."""
        args = (*events_of(conversation), uuid_of(name), name)
        found: UUID | None = await self.pool.fetchval(SQL["find_message"], organization_id, *args)
        return found

    async def last_message(self, organization_id: str, conversation: Conversation) -> UUID | None:
        args = (organization_id, *events_of(conversation))
        found: UUID | None = await self.pool.fetchval(SQL["last_message"], *args)
        return found

    async def lock(
        self, conn: Connection, organization_id: str, conversation_id: UUID
    ) -> int | None:
        """Hold the conversation until the transaction ends; how many messages it has."""
        args = (organization_id, conversation_id)
        count: int | None = await conn.fetchval(SQL["lock_conversation"], *args)
        return count

    async def vote_before(
        self, conn: Connection, organization_id: str, user_id: str, since: datetime, place: int
    ) -> datetime | None:
        """When the person gave the vote that stands at this place, the newest at 0."""
        args = (organization_id, user_id, since, place)
        found: datetime | None = await conn.fetchval(SQL["vote_before"], *args)
        return found

    async def forget_older_votes(
        self, conn: Connection, organization_id: str, user_id: str, before: datetime
    ) -> None:
        await conn.execute(SQL["forget_older_votes"], organization_id, user_id, before)

    async def known(
        self,
        conn: Connection,
        organization_id: str,
        conversation_id: UUID,
        user_id: str,
        message_id: UUID | None,
    ) -> Known | None:
        """The person's vote on the message, held until the transaction ends."""
        args = (organization_id, conversation_id, user_id, message_id)
        row = await conn.fetchrow(SQL["get_vote"], *args)
        return Known(**row) if row else None

    async def newest(
        self, conn: Connection, organization_id: str, conversation_id: UUID, user_id: str
    ) -> Known | None:
        args = (organization_id, conversation_id, user_id)
        row = await conn.fetchrow(SQL["newest_vote"], *args)
        return Known(**row) if row else None

    async def next_number(self, conn: Connection, organization_id: str) -> int:
        number: int = await conn.fetchval(SQL["next_number"], organization_id)
        return number

    async def store(
        self,
        conn: Connection,
        organization_id: str,
        vote: Vote,
        number: int,
        revision: int,
        metadata: str,
        now: datetime,
        fact: Fact,
    ) -> None:
        """Store the vote `number`, new or changed, and append the fact."""
        about = vote.conversation
        await conn.execute(
            SQL["store_vote"],
            *(organization_id, number, about.id, about.external_id, about.user_id),
            *(vote.message_id, vote.input_hash, vote.output_hash, vote.score, vote.text),
            *(vote.original_text, vote.personal_data, vote.latency_ms, vote.tokens_used),
            *(metadata, revision, now),
            *(vote.content_hash, *fact),
        )

    async def withdraw(
        self, conn: Connection, organization_id: str, number: int, now: datetime, fact: Fact
    ) -> None:
        await conn.execute(SQL["withdraw_vote"], organization_id, number, now, *fact)

    async def page(
        self,
        organization_id: str,
        which: Filters,
        before: tuple[datetime, int],
        limit: int,
        original: bool = False,
    ) -> list[StoredVote]:
        """Votes before (created_at, id) and, where there are more, one more than `limit`."""
        args = (
            *(organization_id, which.user_id, which.conversation_id, which.scores, which.start),
            *(*min(before, (which.end, 0)), original, which.sentiment, limit + 1),
            *(which.input_hash, which.output_hash),
        )
        async with self.pool.acquire() as conn, conn.transaction(readonly=True):
            await conn.execute(SQL["plan_for_values"])
            rows = await conn.fetch(SQL["list_votes"], *args)
        return [StoredVote(**row) for row in rows]

    async def stats(
        self, organization_id: str, conversation_id: UUID | None, user_id: str | None
    ) -> Stats:
        """Of a conversation, of a person, of both, or of everybody everywhere."""
        if conversation_id is not None:
            args: tuple[object, ...] = (conversation_id, user_id)
            row = await self.pool.fetchrow(SQL["stats_of_conversation"], organization_id, *args)
        elif user_id is not None:
            row = await self.pool.fetchrow(SQL["stats_of_user"], organization_id, user_id)
        else:
            row = await self.pool.fetchrow(SQL["stats"], organization_id)
        assert row
        return Stats(**row)

    async def calendar(self, organization_id: str) -> tuple[str, int]:
        """The organization's time zone and first day of the week; UTC and Monday by default."""
        row = await self.pool.fetchrow(SQL["get_calendar"], organization_id)
        return (row["time_zone"], row["week_start"]) if row else ("UTC", 1)

    async def days(
        self, organization_id: str, start: datetime, end: datetime, time_zone: str
    ) -> Mapping[date, Sequence[int]]:
        """Votes counted by score, by the day of the time zone; days without are left out."""
        args = (organization_id, start, end, time_zone)
        rows = await self.pool.fetch(SQL["count_by_day"], *args)
        counted = {row["day"]: tuple(row)[1:] for row in rows}
        return {day: counts for day, counts in counted.items() if sum(counts)}

    async def set_sentiments(
        self, conn: Database, organization_id: str, found: Sequence[Sentiment]
    ) -> None:
        columns = [list(column) for column in zip(*found, strict=True)]
        if columns:
            await conn.execute(SQL["set_sentiments"], organization_id, *columns)

    async def unread(
        self, conn: Connection, organization_id: str, after: int, limit: int
    ) -> list[Unread]:
        rows = await conn.fetch(SQL["list_unread"], organization_id, after, limit)
        return [Unread(**row) for row in rows]

    async def outdated(self, before: datetime) -> list[str]:
        """The organizations that have something from before."""
        rows = await self.pool.fetch(SQL["list_outdated"], before)
        return [row["organization_id"] for row in rows]

    async def forget(
        self, organization_id: str, before: datetime, limit: int, now: datetime
    ) -> int:
        """Drop some votes from before, with their history and their part of the counts, and tell.

        Returns how many.
        """
        async with self.pool.acquire() as conn, conn.transaction():
            rows = await conn.fetch(SQL["lock_outdated"], organization_id, before, limit)
            gone = [row["id"] for row in rows]
            facts = [feedback_pb2.FeedbackForgotten(feedback_ids=gone)] if gone else []
            await tell(conn, organization_id, facts, now)
            await self.drop_votes(conn, organization_id, gone)
        return len(gone)

    async def lock_votes_in(
        self, conn: Connection, organization_id: str, conversation_id: UUID
    ) -> list[int]:
        """The votes of a conversation, held until the transaction ends."""
        rows = await conn.fetch(SQL["lock_votes_in"], organization_id, conversation_id)
        return [row["id"] for row in rows]

    async def drop_votes(
        self, conn: Connection, organization_id: str, numbers: Sequence[int]
    ) -> None:
        """Drop votes with their history and their part of the counts; the log's head is held."""
        await conn.execute(SQL["drop_votes"], organization_id, numbers)

    async def drop_history_of(
        self, conn: Connection, organization_id: str, conversation_id: UUID
    ) -> None:
        """Drop what is left of withdrawn votes."""
        await conn.execute(SQL["drop_history_of"], organization_id, conversation_id)

    async def forget_history(self, organization_id: str, before: datetime, limit: int) -> int:
        args = (organization_id, before, limit)
        gone: int = await self.pool.fetchval(SQL["forget_history"], *args)
        return gone

    async def tidy(self, organization_id: str, before: datetime) -> None:
        """Drop what is left of votes that are gone."""
        await self.pool.execute(SQL["drop_empty_counts"], organization_id, before)
        await self.pool.execute(SQL["forget_passed_votes"], organization_id, before)


def events_of(conversation: Conversation) -> tuple[UUID, UUID | None, UUID | None]:
    return conversation.id, conversation.first_event_id, conversation.last_event_id
