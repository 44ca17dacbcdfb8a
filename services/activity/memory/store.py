"""What is remembered, and the messages that it comes from: one method for each query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from attune.activity.v1 import memory_pb2 as pb

from services.activity.conversations.domain import StoredEvent
from services.activity.memory.domain import Fact, Mention, Triple
from services.activity.memory.extracting import Message
from services.common.db import Connection, Pool, load_queries
from services.common.event_log import tell
from services.common.moments import timestamp_of

SQL = load_queries(__package__)
NIL = UUID(int=0)
LAST = UUID(int=2**128 - 1)
# What of one person is looked at: more than anybody says of themselves in years.
MOST_MENTIONS = 5000
# A message that is larger as JSON is a pasted document.
MESSAGE_BYTES = 32 * 1024


class User(NamedTuple):
    """What is kept of a person besides facts."""

    forgotten_before: datetime | None
    news_at: datetime | None
    asked_at: datetime | None
    read_to: UUID | None


class Bounds(NamedTuple):
    """A conversation's person, and its first and newest event."""

    user_id: str
    first: UUID
    last: UUID


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Which facts: newest first, before an id."""

    user_id: str
    state: str | None
    kind: str | None
    before: UUID
    limit: int


class MemoryStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def current(
        self, organization_id: str, user_id: str, now: datetime, limit: int = 50
    ) -> list[Fact]:
        """What holds now, the surest first: for contexts and prompts."""
        args = (organization_id, user_id, now, limit)
        return [fact_of(row) for row in await self.pool.fetch(SQL["current_facts"], *args)]

    async def page(self, organization_id: str, part: Slice, now: datetime) -> list[Fact]:
        """The facts and, where there are more, one more than the limit."""
        args = (part.user_id, part.before, part.state, part.kind, part.limit + 1, now)
        rows = await self.pool.fetch(SQL["list_facts"], organization_id, *args)
        return [fact_of(row) for row in rows]

    async def get(
        self, conn: Connection, organization_id: str, user_id: str, fact_id: UUID
    ) -> Fact | None:
        row = await conn.fetchrow(SQL["get_fact"], organization_id, user_id, fact_id)
        return fact_of(row) if row else None

    async def lock(self, conn: Connection, organization_id: str, user_id: str) -> User:
        """What is kept of a person, held until the transaction ends."""
        row = await conn.fetchrow(SQL["lock_user"], organization_id, user_id)
        assert row
        return User(**row)

    async def note_news(
        self, conn: Connection, organization_id: str, user_id: str, now: datetime
    ) -> None:
        await conn.execute(SQL["note_news"], organization_id, user_id, now)

    async def facts(self, conn: Connection, organization_id: str, user_id: str) -> list[Fact]:
        rows = await conn.fetch(SQL["list_facts_of_user"], organization_id, user_id)
        return [fact_of(row) for row in rows]

    async def put(
        self, conn: Connection, organization_id: str, user_id: str, facts: Iterable[Fact]
    ) -> None:
        rows = [(organization_id, user_id, *columns_of(fact)) for fact in facts]
        await conn.executemany(SQL["put_fact"], rows)

    async def mentions(self, conn: Connection, organization_id: str, user_id: str) -> list[Mention]:
        rows = await conn.fetch(SQL["list_mentions"], organization_id, user_id, MOST_MENTIONS)
        return [mention_of(row) for row in rows]

    async def replace_mentions(
        self,
        conn: Connection,
        organization_id: str,
        user_id: str,
        origin: str,
        events: Sequence[UUID],
        found: Sequence[Mention],
    ) -> bool:
        """Put these in place of what is known of the events; whether that changes anything."""
        args = (organization_id, user_id, origin, events)
        old = {mention_of(r) for r in await conn.fetch(SQL["delete_mentions_of_events"], *args)}
        await self.add_mentions(conn, organization_id, user_id, found)
        return old != {*found}

    async def add_mentions(
        self, conn: Connection, organization_id: str, user_id: str, found: Sequence[Mention]
    ) -> None:
        if not found:
            return
        columns = zip(*map(columns_of_mention, found), strict=True)
        await conn.execute(SQL["insert_mentions"], organization_id, user_id, *map(list, columns))

    async def delete_mentions(
        self, conn: Connection, organization_id: str, user_id: str, which: Sequence[Mention]
    ) -> None:
        keys = [[m.event_id for m in which], [m.origin for m in which], [m.place for m in which]]
        await conn.execute(SQL["delete_mentions"], organization_id, user_id, *keys)

    async def delete_all_mentions(
        self, conn: Connection, organization_id: str, user_id: str, origin: str | None = None
    ) -> None:
        await conn.execute(SQL["delete_all_mentions"], organization_id, user_id, origin)

    async def forget_conversations(
        self, conn: Connection, organization_id: str, user_id: str, gone: Iterable[UUID]
    ) -> None:
        """Drop what was said there, and the facts that come from nowhere else."""
        args = (organization_id, user_id, sorted(gone))
        await conn.execute(SQL["delete_mentions_in"], *args)
        await conn.execute(SQL["delete_facts_from"], *args)

    async def existing(
        self, conn: Connection, organization_id: str, conversations: Iterable[UUID]
    ) -> set[UUID]:
        """Those of the conversations that are not deleted."""
        args = (organization_id, sorted(set(conversations)))
        return {row["id"] for row in await conn.fetch(SQL["existing_conversations"], *args)}

    async def forget_until(
        self, conn: Connection, organization_id: str, user_id: str, now: datetime
    ) -> None:
        await conn.execute(SQL["forget_until"], organization_id, user_id, now)

    async def bounds(
        self, conn: Connection, organization_id: str, conversation_id: UUID
    ) -> Bounds | None:
        row = await conn.fetchrow(SQL["bounds_of_conversation"], organization_id, conversation_id)
        return Bounds(*row) if row else None

    async def messages_up_to(
        self,
        conn: Connection,
        organization_id: str,
        conversation_id: UUID,
        bounds: Bounds,
        event_id: UUID,
        limit: int,
    ) -> list[Message]:
        """The newest messages of a conversation that are not after an event, oldest first."""
        args = (bounds.first, bounds.last, event_id, limit, MESSAGE_BYTES)
        query = SQL["messages_of_conversation"]
        rows = await conn.fetch(query, organization_id, conversation_id, *args)
        return [message_of(row, conversation_id) for row in rows]

    async def messages_after(
        self,
        conn: Connection,
        organization_id: str,
        conversation_id: UUID,
        bounds: Bounds,
        event_id: UUID,
        limit: int,
    ) -> list[Message]:
        """The next messages of a conversation after an event."""
        args = (bounds.first, bounds.last, event_id, limit, MESSAGE_BYTES)
        rows = await conn.fetch(SQL["later_messages"], organization_id, conversation_id, *args)
        return [message_of(row, conversation_id) for row in rows]

    async def conversations(
        self, conn: Connection, organization_id: str, user_id: str, after: UUID, limit: int
    ) -> list[UUID]:
        args = (organization_id, user_id, after, limit)
        return [row["id"] for row in await conn.fetch(SQL["conversations_of_user"], *args)]

    async def users(self, conn: Connection, organization_id: str) -> list[str]:
        rows = await conn.fetch(SQL["users_with_messages"], organization_id)
        return [row["user_id"] for row in rows]

    async def organizations_with_expired(self, now: datetime) -> list[str]:
        rows = await self.pool.fetch(SQL["organizations_with_expired"], now)
        return [row["organization_id"] for row in rows]

    async def users_with_expired(
        self, organization_id: str, now: datetime, limit: int
    ) -> list[str]:
        rows = await self.pool.fetch(SQL["users_with_expired"], organization_id, now, limit)
        return [row["user_id"] for row in rows]

    async def organizations_with_news(self, asked_before: datetime) -> list[str]:
        rows = await self.pool.fetch(SQL["organizations_with_news"], asked_before)
        return [row["organization_id"] for row in rows]

    async def users_with_news(
        self, organization_id: str, asked_before: datetime, limit: int
    ) -> list[str]:
        args = (organization_id, asked_before, limit)
        return [row["user_id"] for row in await self.pool.fetch(SQL["users_with_news"], *args)]

    async def note_asked(
        self, conn: Connection, organization_id: str, user_id: str, now: datetime
    ) -> None:
        await conn.execute(SQL["note_asked"], organization_id, user_id, now)

    async def note_read(
        self,
        conn: Connection,
        organization_id: str,
        user_id: str,
        read_to: UUID | None,
        news_at: datetime | None,
    ) -> None:
        """A model has read up to an event, and all the news of then where their time is given."""
        await conn.execute(SQL["note_read"], organization_id, user_id, read_to, news_at)

    async def news(
        self,
        conn: Connection,
        organization_id: str,
        user_id: str,
        read_to: UUID | None,
        since: datetime | None,
        limit: int,
    ) -> list[Message]:
        """What the person said after an event, or what was said last where there is none."""
        name = (organization_id, user_id)
        if read_to is None:
            newest = (*name, limit, MESSAGE_BYTES, since)
            rows = await conn.fetch(SQL["newest_messages_of_user"], *newest)
        else:
            following = (*name, read_to, limit, MESSAGE_BYTES, since)
            rows = await conn.fetch(SQL["next_messages_of_user"], *following)
        return [message_of(row, row["conversation_id"]) for row in rows]

    async def put_summary(
        self,
        conn: Connection,
        organization_id: str,
        user_id: str,
        summary: str,
        model: str,
        now: datetime,
    ) -> None:
        await conn.execute(SQL["put_summary"], organization_id, user_id, summary, model, now)

    async def drop_summary(self, conn: Connection, organization_id: str, user_id: str) -> None:
        """It may say what was just corrected or forgotten."""
        await conn.execute(SQL["drop_summary"], organization_id, user_id)

    async def tell(
        self, conn: Connection, organization_id: str, users: Sequence[str], now: datetime
    ) -> None:
        """Append to the event log whose memory changed: the last thing of a transaction."""
        at = timestamp_of(now)
        facts = [pb.MemoryChanged(user_id=user, changed_at=at) for user in users]
        await tell(conn, organization_id, facts, now)


def message_of(row: Any, conversation_id: UUID) -> Message:
    event = StoredEvent(
        id=row["id"],
        event_type=row["event_type"],
        content=row["content"],
        timestamp=row["timestamp"],
    )
    return Message(event.id, conversation_id, event.role, event.text or "", event.timestamp)


def triple_of(row: Any) -> Triple:
    return Triple(attribute=row["attribute"], about=row["about"], value=row["value"])


def fact_of(row: Any) -> Fact:
    fields = dict(row)
    triple = triple_of(fields) if fields["value"] is not None else None
    for name in ("attribute", "about", "value"):
        del fields[name]
    return Fact(triple=triple, **fields)


def columns_of(fact: Fact) -> tuple[Any, ...]:
    triple = fact.triple
    words = (None,) * 5
    if triple:
        kind, statement = triple.what.kind, triple.statement
        words = (kind, triple.attribute, triple.about, triple.value, statement)  # type: ignore[assignment]
    times = (fact.valid_from, fact.valid_to, fact.said_at, fact.recorded_at)
    return (
        *(fact.id, *words, fact.confidence, *times, fact.superseded_at, fact.expires_at),
        *(fact.state, fact.origin, fact.model, fact.event_ids, fact.conversation_ids),
        *(fact.corrects, fact.digests),
    )


def mention_of(row: Any) -> Mention:
    triple = Triple(
        attribute=row["attribute"], about=row["about"], value=row["value"], gone=row["gone"]
    )
    return Mention(
        triple=triple,
        event_id=row["event_id"],
        conversation_id=row["conversation_id"],
        said_at=row["said_at"],
        place=row["place"],
        confidence=row["confidence"],
        origin=row["origin"],
        model=row["model"],
    )


def columns_of_mention(m: Mention) -> tuple[Any, ...]:
    t = m.triple
    return (
        *(m.event_id, m.origin, m.place, m.conversation_id, m.said_at),
        *(t.attribute, t.about, t.value, t.gone, m.confidence, m.model),
    )
