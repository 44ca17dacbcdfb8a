"""The words by which conversations are found: kept by a consumer of the facts, asked for by lists.

Personal data is masked before the words are taken, so that nobody finds by them what they may only
see masked. Words are added and never counted, so a fact may come twice; a conversation is read anew
where its title changes.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from attune.activity.v1 import conversations_pb2 as pb

from services.activity.consuming import subscription
from services.activity.conversations.domain import Conversation, StoredEvent
from services.activity.conversations.facts import TEXT_LENGTH
from services.activity.conversations.store import (
    NIL,
    PART_BYTES,
    ConversationStore,
    Slice,
    conversation_of,
)
from services.common.clock import Clock
from services.common.consumer import Fact, Subscription
from services.common.db import Connection, Pool, load_queries
from services.common.pii import masked

SQL = load_queries(__package__, "search.sql")
CONSUMER = "activity.conversation_words"
FACTS = [pb.ConversationEventAppended, pb.ConversationChanged, pb.ConversationDeleted]
SPEAKERS = ("", "user", "assistant")
# What is found of one conversation: a book of 100,000 characters has fewer different words.
MOST_WORDS = 2_000
MOST_TEXT = 100_000
MESSAGES_AT_ONCE = 50
AT_ONCE = 200
# How many conversations are looked through for a page before all are asked; more for a long page.
NEWEST = 2_000
NEWEST_A_HIT = 4


class WordKeeper:
    """Applies facts to one organization's words. One at a time: the cursor is the lease."""

    async def apply(self, conn: Connection, organization_id: str, facts: Sequence[Fact]) -> None:
        texts: defaultdict[UUID, list[str]] = defaultdict(list)
        changed, gone = set[UUID](), set[UUID]()
        for _, fact in facts:
            match fact:
                case pb.ConversationEventAppended() if is_said(fact.event_type, fact.role):
                    texts[UUID(fact.conversation_id)].append(fact.text)
                case pb.ConversationChanged():
                    changed.add(UUID(fact.conversation_id))
                case pb.ConversationDeleted():
                    gone.add(UUID(fact.conversation_id))
        await self._add(conn, organization_id, texts)
        told = sorted(changed | texts.keys())
        rows = await conn.fetch(SQL["renamed_conversations"], organization_id, told)
        await self._read_anew(conn, organization_id, [row["id"] for row in rows])
        await conn.execute(SQL["drop_words"], organization_id, sorted(gone))

    async def rebuild(self, conn: Connection, organization_id: str) -> None:
        """Read all conversations of an organization."""
        await conn.execute(SQL["clear_words"], organization_id)
        after = NIL
        while rows := await conn.fetch(
            SQL["conversations_to_read"], organization_id, after, AT_ONCE
        ):
            await self._read_anew(conn, organization_id, [row["id"] for row in rows])
            after = rows[-1]["id"]

    async def _read_anew(
        self, conn: Connection, organization_id: str, which: Sequence[UUID]
    ) -> None:
        await conn.execute(SQL["drop_words"], organization_id, which)
        texts = {one: await texts_of(conn, organization_id, one) for one in which}
        titles = [title or None for title, *_ in texts.values()]
        await self._add(conn, organization_id, texts, titles)

    async def _add(
        self,
        conn: Connection,
        organization_id: str,
        texts: Mapping[UUID, Sequence[str]],
        titles: Sequence[str | None] = (),
    ) -> None:
        if not texts:
            return
        said = await asyncio.to_thread(lambda: list(map(text_of, texts.values())))
        args = (organization_id, [*texts], said, tag_of(organization_id), MOST_WORDS, titles)
        await conn.execute(SQL["add_words"], *args)


async def texts_of(conn: Connection, organization_id: str, conversation_id: UUID) -> list[str]:
    """The title of a conversation, "" where it was not named, and what was said first in it."""
    name = (organization_id, conversation_id)
    row = await conn.fetchrow(SQL["title_to_read"], *name)
    if row is None:
        return [""]
    texts = [row["title"] or ""]
    bounds = (row["first_event_id"], row["last_event_id"])
    messages = await conn.cursor(SQL["messages_to_read"], *name, *bounds)
    while some := await messages.fetch(MESSAGES_AT_ONCE):
        events = [StoredEvent(**message) for message in some]
        said = [event for event in events if is_said(event.event_type, event.role)]
        texts += [(event.text or "")[:TEXT_LENGTH] for event in said]
        if sum(map(len, texts)) >= MOST_TEXT:
            break
    return texts


def is_said(event_type: str, role: str) -> bool:
    """Whether it is part of the talk, and not what a system or a tool told the assistant."""
    return event_type == "message" and role in SPEAKERS


def text_of(parts: Iterable[str]) -> str:
    """What words are taken of, without personal data."""
    return masked("\n".join(parts)[:MOST_TEXT])


def tag_of(organization_id: str) -> str:
    """What each of the organization's words begins with."""
    return sha256(organization_id.encode()).hexdigest()[:8]


async def found(
    store: ConversationStore, organization_id: str, part: Slice
) -> tuple[list[Conversation], bool]:
    """Those of the slice with its words, cut where it gets too large to send; whether more are."""
    async with (
        store.pool.acquire() as conn,
        # One snapshot, so that what is found is there to be read.
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        hits = await hits_of(conn, organization_id, part)
        rows = await conn.fetch(SQL["conversations_found"], organization_id, hits, PART_BYTES)
    page = [conversation_of(row) for row in rows if row["fits"]][: part.limit]
    return page, len(rows) > len(page)


async def hits_of(conn: Connection, organization_id: str, part: Slice) -> list[UUID]:
    """The newest of the slice with its words, one more than its limit where there are so many.

    Common words fill a page from the newest conversations; only where they do not, all are asked.
    """
    asked = await conn.fetchval(SQL["words_asked"], part.words, tag_of(organization_id))
    if asked is None:
        return []
    await conn.execute(SQL["plan_for_values"])
    bounds = (part.start, part.end, *part.before, part.limit + 1)
    args = (organization_id, *bounds, part.user_id, part.status, part.parent, asked)
    newest = max(NEWEST, NEWEST_A_HIT * part.limit)
    rows = await conn.fetch(SQL["newest_with_words"], *args, newest)
    if len(rows) <= part.limit:
        rows = await conn.fetch(SQL["all_with_words"], *args)
    return [row["id"] for row in rows]


def keeping_words(pool: Pool, now: Clock) -> Subscription:
    """What the worker consumes of activity's own facts, so that conversations are found."""
    keeper = WordKeeper()
    return subscription(pool, CONSUMER, FACTS, keeper.apply, now, keeper.rebuild)
