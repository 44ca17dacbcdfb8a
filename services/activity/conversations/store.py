"""Conversations and their events: one method for each query in queries.sql."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.activity.conversations.appending import Known, Name
from services.activity.conversations.domain import Conversation, StoredEvent
from services.activity.conversations.insights import Tally
from services.common.db import Connection, Database, Pool, load_queries
from services.common.ids import uuid_of

SQL = load_queries(__package__)
# What one answer may hold, always at least one row: with the one that goes beyond it still less
# than the 4 MiB that a gRPC client takes which sets no limit of its own.
PART_BYTES = 3 * 1024 * 1024
NIL, MAX = UUID(int=0), UUID(int=2**128 - 1)

read_tools = msgspec.json.Decoder(dict[str, int]).decode
read_tally = msgspec.json.Decoder(Tally).decode


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Which conversations: newest first, before (started_at, id)."""

    user_id: str | None
    status: str | None
    start: datetime
    end: datetime
    before: tuple[datetime, UUID]
    limit: int
    # What was branched from this one.
    parent: UUID | None = None
    # Those with these words.
    words: str | None = None


class ConversationStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def read(self, organization_id: str, name: Name) -> Conversation | None:
        row = await self.pool.fetchrow(SQL["read_conversation"], organization_id, *name_args(name))
        return conversation_of(row) if row else None

    async def lock(self, conn: Connection, organization_id: str, name: Name) -> Conversation | None:
        """The conversation, held until the transaction ends."""
        row = await conn.fetchrow(SQL["lock_conversation"], organization_id, *name_args(name))
        return conversation_of(row) if row else None

    async def lock_free(
        self, conn: Connection, organization_id: str, names: Sequence[Name]
    ) -> list[Conversation]:
        """Those that nobody else holds, held until the transaction ends."""
        args = ([uuid_of(name.text) for name in names], [name.text for name in names])
        rows = await conn.fetch(SQL["lock_free_conversations"], organization_id, *args)
        return list(map(conversation_of, rows))

    async def insert(
        self, conn: Connection, organization_id: str, conversation: Conversation
    ) -> bool:
        """Store a conversation that is new; False where its external id is or was taken."""
        new = conversation
        args = (new.id, new.external_id, new.user_id, new.started_at, new.active_at, new.metadata)
        thread = (new.title, new.parent_conversation_id, new.parent_message_id)
        clash = uuid_of(new.external_id or "")
        made = await conn.fetchval(
            SQL["insert_conversation"], organization_id, *args, *thread, clash
        )
        return made is not None

    async def known(
        self,
        conn: Connection,
        organization_id: str,
        wanted: Sequence[tuple[UUID, str]],
        since: datetime,
    ) -> Known:
        """Of these conversations' senders' ids those added since then, each with its event's."""
        args = ([conversation for conversation, _ in wanted], [name for _, name in wanted])
        rows = await conn.fetch(SQL["known_event_ids"], organization_id, *args, since)
        known: Known = defaultdict(dict)
        for row in rows:
            known[row["conversation_id"]][row["client_event_id"]] = row["event_id"]
        return known

    async def recorded(
        self,
        conn: Connection,
        organization_id: str,
        conversation: Conversation,
        client_event_ids: Sequence[str | None],
    ) -> dict[str, UUID]:
        """Those of the senders' ids that are on record, whenever they were added."""
        between = (conversation.first_event_id, conversation.last_event_id)
        if None in between:
            return {}
        args = (organization_id, conversation.id, *between, client_event_ids)
        rows = await conn.fetch(SQL["recorded_event_ids"], *args)
        return {row["client_event_id"]: row["id"] for row in rows}

    async def insert_events(
        self,
        conn: Connection,
        organization_id: str,
        found: Sequence[tuple[Conversation, StoredEvent]],
        now: datetime,
    ) -> None:
        """Store events, each with the conversation that it is of."""
        events = [event for _, event in found]
        await conn.execute(
            SQL["insert_events"],
            *(organization_id, now, [c.id for c, _ in found], [c.user_id for c, _ in found]),
            [e.id for e in events],
            [e.timestamp for e in events],
            [e.event_type for e in events],
            [e.content for e in events],
            [e.tool_name for e in events],
            [e.success for e in events],
            [e.credits_consumed for e in events],
            [e.client_event_id for e in events],
        )

    async def save(
        self, conn: Connection, organization_id: str, changed: Iterable[Conversation]
    ) -> None:
        rows = [(organization_id, *columns_of(conversation)) for conversation in changed]
        await conn.executemany(SQL["save_conversation"], rows)

    async def events(
        self,
        organization_id: str,
        conversation: Conversation,
        after: UUID,
        limit: int,
        *,
        up_to: UUID = MAX,
        newest_first: bool = False,
    ) -> tuple[list[StoredEvent], bool]:
        """The next events, cut where they get too large to send, and whether there are more.

        `after` is the event before them in their order; none is later than `up_to`.
        """
        first, last = conversation.first_event_id, conversation.last_event_id
        if first is None or last is None:
            return [], False
        query = "list_newest_events" if newest_first else "list_events"
        bounds = (first, min(last, up_to))
        args = (organization_id, conversation.id, *bounds, after, limit + 1, PART_BYTES)
        rows = await self.pool.fetch(SQL[query], *args)
        found = [event_of(row) for row in rows if row["fits"]][:limit]
        return found, len(rows) > len(found)

    async def message(
        self, organization_id: str, conversation: Conversation, name: str
    ) -> UUID | None:
        """The message of this id, or that its sender called so."""
        between = (conversation.first_event_id, conversation.last_event_id)
        args = (organization_id, conversation.id, *between, uuid_of(name), name)
        found: UUID | None = await self.pool.fetchval(SQL["find_message"], *args)
        return found

    async def page(self, organization_id: str, part: Slice) -> tuple[list[Conversation], bool]:
        """The slice, cut where it gets too large to send, and whether there are older ones."""
        query, more = "list_conversations", tuple[str | UUID | None, ...]()
        if part.parent is not None:
            query, more = "list_threads", (part.status, part.user_id, part.parent)
        elif part.user_id is not None:
            query, more = "list_conversations_of_user", (part.status, part.user_id)
        elif part.status is not None:
            query, more = "list_conversations_with_status", (part.status,)
        args = (organization_id, part.start, part.end, *part.before, part.limit + 1, PART_BYTES)
        rows = await self.pool.fetch(SQL[query], *args, *more)
        found = [conversation_of(row) for row in rows if row["fits"]][: part.limit]
        return found, len(rows) > len(found)

    async def organizations_with_idle(self, before: datetime) -> list[str]:
        rows = await self.pool.fetch(SQL["organizations_with_idle"], before)
        return [row["organization_id"] for row in rows]

    async def lock_idle(
        self, conn: Connection, organization_id: str, before: datetime, limit: int
    ) -> list[Conversation]:
        rows = await conn.fetch(SQL["lock_idle"], organization_id, before, limit)
        return [conversation_of(row) for row in rows]

    async def forget_event_ids(self, db: Database, before: datetime, limit: int) -> int:
        """Drop some of the ids that were added before; returns how many."""
        tag = await db.execute(SQL["forget_event_ids"], before, limit)
        return int(tag.removeprefix("DELETE "))


def name_args(name: Name) -> tuple[UUID | None, str, str | None]:
    return uuid_of(name.text), name.text, name.user_id


def json_text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def columns_of(c: Conversation) -> tuple[Any, ...]:
    """In the order of save_conversation."""
    return (
        *(c.id, c.active_at, c.last_message_at, c.message_count, c.event_count, c.credits_used),
        *(c.first_intent, json_text(c.tools_used), c.completion_status, c.finished_at),
        *(c.user_satisfaction_signal, c.extracted_use_case, c.blocker_reason),
        *(c.insights_source, c.insights_version, json_text(c.tally)),
        *(c.first_event_id, c.last_event_id, c.title, c.last_message),
    )


def conversation_of(row: Any) -> Conversation:
    fields = dict(row)
    fields.pop("fits", None)
    fields["tools_used"] = read_tools(fields["tools_used"])
    fields["tally"] = read_tally(fields["tally"])
    return Conversation(**fields)


def event_of(row: Any) -> StoredEvent:
    fields = dict(row)
    del fields["fits"]
    return StoredEvent(**fields)
