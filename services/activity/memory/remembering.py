"""Keeping memory up: a batch of facts says what was said, the tables say what follows.

A fact of the log only marks from which message on a conversation is to be read. What a message
says depends on itself and on what was said before it; what holds depends on all that was said. So
it does not matter how often or in which order facts arrive, and a rebuild comes to the same.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import groupby
from uuid import UUID

from attune.activity.v1 import conversations_pb2

from services.activity.memory.domain import RULES, SETTLED, Fact, Mention, free_of
from services.activity.memory.extracting import PERSON, WINDOW, Message, candidates, mentions_in
from services.activity.memory.folding import Limits
from services.activity.memory.settling import renewed
from services.activity.memory.store import NIL, Bounds, MemoryStore, User
from services.common import consumer
from services.common.clock import Clock
from services.common.db import Connection
from services.common.event_log import Hints
from services.common.jobs import Job

CONSUMER = "activity.memory"
FACTS = [conversations_pb2.ConversationEventAppended, conversations_pb2.ConversationDeleted]
AT_ONCE = 500


class Memory:
    """Changes what is remembered; each method within a transaction of its caller's."""

    def __init__(self, store: MemoryStore, limits: Limits, hints: Hints, now: Clock) -> None:
        self.store = store
        self.now = now
        self._limits = limits
        self._hints = hints
        self._told: set[str] = set()

    @asynccontextmanager
    async def changing(
        self, organization_id: str, user_id: str
    ) -> AsyncIterator[tuple[Connection, User]]:
        """A transaction that holds what is remembered of a person, and tells at its end."""
        async with self.store.pool.acquire() as conn, conn.transaction():
            yield conn, await self.store.lock(conn, organization_id, user_id)
            await self.store.drop_summary(conn, organization_id, user_id)
            await self.refresh(conn, organization_id, user_id)
            await self.store.tell(conn, organization_id, [user_id], self.now())
        self._hints.tell(organization_id)

    async def apply(
        self, conn: Connection, organization_id: str, facts: Sequence[consumer.Fact]
    ) -> None:
        marks = sorted((f.user_id, UUID(f.conversation_id), UUID(f.event_id)) for f in said(facts))
        people = {f.user_id for f in said(facts) if f.role == PERSON}
        changed = []
        for user_id, of_user in groupby(marks, key=lambda mark: mark[0]):
            user = await self.store.lock(conn, organization_id, user_id)
            news = False
            for conversation_id, of_one in groupby(of_user, key=lambda mark: mark[1]):
                first = next(of_one)[2]
                news |= await self._read(conn, organization_id, user, conversation_id, first)
            if user_id in people:
                await self.store.note_news(conn, organization_id, user_id, self.now())
            if news and await self.refresh(conn, organization_id, user_id):
                changed.append(user_id)
        changed += await self._forget_deleted(conn, organization_id, facts)
        await self.tell(conn, organization_id, changed)

    async def _forget_deleted(
        self, conn: Connection, organization_id: str, facts: Sequence[consumer.Fact]
    ) -> list[str]:
        """Forget what only deleted conversations told; returns of whom."""
        gone: defaultdict[str, set[UUID]] = defaultdict(set)
        for _, fact in facts:
            if isinstance(fact, conversations_pb2.ConversationDeleted):
                gone[fact.user_id].add(UUID(fact.conversation_id))
        for user_id in sorted(gone):
            await self.store.lock(conn, organization_id, user_id)
            await self.store.forget_conversations(conn, organization_id, user_id, gone[user_id])
            await self.store.drop_summary(conn, organization_id, user_id)
            await self.refresh(conn, organization_id, user_id)
        return sorted(gone)

    async def committed(self, organization_id: str) -> None:
        """Have consumers look for what was told, now that it is there."""
        if organization_id in self._told:
            self._told.discard(organization_id)
            self._hints.tell(organization_id)

    async def tell(self, conn: Connection, organization_id: str, users: Sequence[str]) -> None:
        if users:
            self._told.add(organization_id)
            await self.store.tell(conn, organization_id, users, self.now())

    async def rebuild(self, conn: Connection, organization_id: str) -> None:
        """Make anew, from what is on record, what is remembered of everybody."""
        changed = []
        for user_id in await self.store.users(conn, organization_id):
            if await self.rebuild_user(conn, organization_id, user_id):
                changed.append(user_id)
        await self.tell(conn, organization_id, changed)

    async def rebuild_user(self, conn: Connection, organization_id: str, user_id: str) -> bool:
        """Read all messages of a person again; whether anything was otherwise.

        What a model proposed stays: it would word it otherwise a second time. So does what the
        person settled.
        """
        user, after = await self.store.lock(conn, organization_id, user_id), NIL
        await self.store.delete_all_mentions(conn, organization_id, user_id, RULES)
        while found := await self.store.conversations(
            conn, organization_id, user_id, after, AT_ONCE
        ):
            for conversation_id in found:
                await self._read(conn, organization_id, user, conversation_id, NIL)
            after = found[-1]
        return await self.refresh(conn, organization_id, user_id)

    async def refresh(self, conn: Connection, organization_id: str, user_id: str) -> bool:
        """Have the facts follow from the mentions; whether any changed."""
        known = await self.store.facts(conn, organization_id, user_id)
        mentions = await self.store.mentions(conn, organization_id, user_id)
        changed = renewed(known, mentions, self._limits, self.now())
        await self.store.put(conn, organization_id, user_id, changed)
        return bool(changed)

    async def _read(
        self,
        conn: Connection,
        organization_id: str,
        user: User,
        conversation_id: UUID,
        first: UUID,
    ) -> bool:
        """Read a conversation from a message on; whether other things are said there than known."""
        bounds = await self.store.bounds(conn, organization_id, conversation_id)
        if bounds is None or not self._limits.facts:
            return False
        of = (conn, organization_id, conversation_id, bounds)
        after, news = UUID(int=max(0, first.int - 1)), False
        while messages := await self.store.messages_after(*of, after, AT_ONCE):
            found = []
            if any(m.role == PERSON and any(candidates(m)) for m in messages):
                before = await self.store.messages_up_to(*of, after, WINDOW)
                found = [*mentions_in([*before, *messages], len(before))]
            news |= await self._keep(conn, organization_id, user, bounds, messages, found)
            after = messages[-1].event_id
        return news

    async def _keep(
        self,
        conn: Connection,
        organization_id: str,
        user: User,
        bounds: Bounds,
        messages: Sequence[Message],
        found: Sequence[Mention],
    ) -> bool:
        """Put what was found in place of what is known of the messages."""
        name = (conn, organization_id, bounds.user_id)
        if found:
            since = user.forgotten_before
            fresh = [m for m in found if since is None or m.said_at > since]
            found = free_of(fresh, settled_in(await self.store.facts(*name)))
        events = [m.event_id for m in messages if m.role == PERSON]
        return await self.store.replace_mentions(*name, RULES, events, found)


def said(
    facts: Sequence[consumer.Fact],
) -> list[conversations_pb2.ConversationEventAppended]:
    """The messages among the facts."""
    told = [f for _, f in facts if isinstance(f, conversations_pb2.ConversationEventAppended)]
    return [f for f in told if f.event_type == "message"]


def settled_in(facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.state in SETTLED]


def expiring(memory: Memory) -> Job:
    """The job that ends what was not said again for long."""

    async def run(_: bytes) -> None:
        store = memory.store
        for organization_id in await store.organizations_with_expired(memory.now()):
            while users := await store.users_with_expired(organization_id, memory.now(), AT_ONCE):
                for user_id in users:
                    async with memory.changing(organization_id, user_id):
                        pass  # what follows from the time is found by all who change anything

    return Job("expire_memory", run, cron="25 * * * *")
