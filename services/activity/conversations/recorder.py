"""Writes to conversations: each is one transaction that stores, counts and tells.

The conversation's row is locked first, so that writers come one after the other and each counts on
from what the one before left; the event log's head is locked last.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID
from weakref import WeakValueDictionary

from services.activity.conversations import facts
from services.activity.conversations.domain import (
    Conversation,
    Event,
    StoredEvent,
    too_many_tools,
)
from services.activity.conversations.importing import Imported
from services.activity.conversations.store import ConversationStore, Fact, Name
from services.activity.conversations.telemetry import CONVERSATIONS, EVENTS
from services.common.clock import Clock
from services.common.db import Connection
from services.common.errors import (
    AlreadyExists,
    InvalidFields,
    NotFound,
    PermissionDenied,
    Violation,
)
from services.common.event_log import Hints
from services.common.idempotency import Claim, claim_keys, keep_responses
from services.common.ids import Ids

RPC = "StartConversation"
KNOWN = timedelta(days=7)
"""How long a sender's id of an event is known: longer than anybody retries."""


@dataclass(frozen=True)
class Result:
    """One event's outcome: its id, or that of the one that was there."""

    event_id: UUID
    duplicate: bool


@dataclass(frozen=True)
class Appended:
    """What became of the events, in their order, and of the conversation."""

    results: Sequence[Result]
    conversation: Conversation

    @property
    def count(self) -> int:
        return sum(not result.duplicate for result in self.results)


class Recorder:
    def __init__(self, store: ConversationStore, hints: Hints, now: Clock) -> None:
        self._store = store
        self._hints = hints
        self._now = now
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def start(
        self,
        organization_id: str,
        new: Conversation,
        events: Sequence[Event],
        claim: Claim | None,
        answer: Callable[[Conversation], bytes],
    ) -> bytes:
        """The answer about the new conversation, or the first one to a repeated key.

        Raises AlreadyExists, IdempotencyKeyReused.
        """
        async with self._writing(organization_id) as conn:
            if claim and (earlier := await self._earlier(conn, organization_id, claim)):
                return earlier
            if not await self._store.insert(conn, organization_id, new):
                taken = f"a conversation with the id {new.external_id!r} exists"
                raise AlreadyExists(taken, field="conversation_id")
            stored = numbered(new, events)
            after = new.grown(stored)
            told = [facts.started(new)]
            await self._store_change(conn, organization_id, new, after, stored, told)
            answered = answer(after)
            if claim:
                await keep_responses(conn, organization_id, RPC, [(claim, answered)])
        CONVERSATIONS.inc()
        return answered

    async def append(
        self, organization_id: str, name: Name, writer: str | None, events: Sequence[Event]
    ) -> Appended:
        """Append what is not there yet, all or nothing; `writer` None may write to anybody's.

        Raises NotFound, PermissionDenied, FailedPrecondition, InvalidFields.
        """
        async with self._writing(organization_id, name.text) as conn:
            before = await self._held(conn, organization_id, name, writer)
            known = await self._known(conn, organization_id, before, events)
            stored, after = numbered(before, first_of_each(events, known)), before
            if stored:
                after = before.open_to_events(self._now()).grown(stored)
                await self._store_change(conn, organization_id, before, after, stored)
        return Appended(results_of(events, stored, known), after)

    async def change(
        self,
        organization_id: str,
        name: Name,
        writer: str | None,
        how: Callable[[Conversation], Conversation],
    ) -> Conversation:
        """The conversation as `how` makes it. Raises NotFound, PermissionDenied and as `how`."""
        async with self._writing(organization_id, name.text) as conn:
            before = await self._held(conn, organization_id, name, writer)
            after = how(before)
            await self._store_change(conn, organization_id, before, after, ())
        return after

    async def bring_in(self, organization_id: str, given: Imported) -> tuple[UUID, int]:
        """The id of a conversation from elsewhere, and how many events it did not have.

        Raises InvalidFields, FailedPrecondition.
        """
        async with self._writing(organization_id, given.external_id) as conn:
            before, told = await self._made_or_held(conn, organization_id, given)
            wanted = [event.client_event_id for event in given.events]
            known = await self._store.recorded(conn, organization_id, before, wanted)
            stored = numbered(before, first_of_each(given.events, known))
            active_at = max(before.active_at, given.ended_at)
            after = replace(before, active_at=active_at).grown(stored)
            if given.completion_status:
                after = after.ended(given.completion_status, given.ended_at)
            await self._store_change(conn, organization_id, before, after, stored, told)
        CONVERSATIONS.inc(bool(told))
        return after.id, len(stored)

    async def _made_or_held(
        self, conn: Connection, organization_id: str, given: Imported
    ) -> tuple[Conversation, list[Fact]]:
        """The conversation as it is here, locked, and what is to tell of one that is new."""
        name, new = Name(given.external_id), given.new()
        held = await self._store.lock(conn, organization_id, name)
        if held is None and await self._store.insert(conn, organization_id, new):
            return new, [facts.started(new)]
        held = held or await self._store.lock(conn, organization_id, name)
        if held is None or held.user_id != given.user_id:
            problem = "is not the person whose conversation it is here"
            raise InvalidFields(Violation("user_id", problem))
        return held, []

    @asynccontextmanager
    async def _writing(self, organization_id: str, name: str = "") -> AsyncIterator[Connection]:
        """A transaction; those that write to the conversation of a name take turns before.

        The lock on its row would do, but who waits for that keeps a connection from all others.
        """
        turn = self._turns.setdefault((organization_id, name), asyncio.Lock())
        pool = self._store.pool
        async with turn if name else nullcontext(), pool.acquire() as conn, conn.transaction():
            yield conn
        self._hints.tell(organization_id)

    async def _earlier(self, conn: Connection, organization_id: str, claim: Claim) -> bytes | None:
        used = await claim_keys(conn, organization_id, RPC, [claim], self._now)
        answer = used.get(claim)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _held(
        self, conn: Connection, organization_id: str, name: Name, writer: str | None
    ) -> Conversation:
        held = await self._store.lock(conn, organization_id, name)
        if held is None:
            raise unknown(name)
        if writer not in (None, held.user_id):
            raise PermissionDenied("only the person whose conversation it is writes to it")
        return held

    async def _known(
        self,
        conn: Connection,
        organization_id: str,
        conversation: Conversation,
        events: Sequence[Event],
    ) -> dict[str, UUID]:
        given = [e.client_event_id for e in events if e.client_event_id]
        if not given:
            return {}
        since = self._now() - KNOWN
        return await self._store.known(conn, organization_id, conversation.id, given, since)

    async def _store_change(
        self,
        conn: Connection,
        organization_id: str,
        before: Conversation,
        after: Conversation,
        events: Sequence[StoredEvent],
        told: Sequence[Fact] = (),
    ) -> None:
        """Store what changed, and tell it after `told`. Raises InvalidFields."""
        if violations := [*too_many_tools(after)]:
            raise InvalidFields(*violations)
        now = self._now()
        told = [*told, *(facts.appended(after, event) for event in events)]
        if facts.differs(before, after):
            told = [*told, facts.changed(after)]
        if events:
            await self._store.insert_events(conn, organization_id, after, events, now)
        if after != before:
            await self._store.save(conn, organization_id, after)
        if told:
            await self._store.tell(conn, organization_id, told, now)
        for event in events:
            EVENTS.labels(event.event_type).inc()


def unknown(name: Name) -> NotFound:
    return NotFound(f"no conversation {name.text!r} in this organization")


def numbered(conversation: Conversation, events: Sequence[Event]) -> list[StoredEvent]:
    """The events with ids that keep their order, after those that are there."""
    ids = Ids(conversation.last_event_id)
    return [event.stored(ids.next(event.timestamp)) for event in events]


def first_of_each(events: Sequence[Event], known: dict[str, UUID]) -> list[Event]:
    """The events that are new, of those with the same sender's id the first."""
    seen = set(known)
    fresh = []
    for event in events:
        name = event.client_event_id
        if name is None:
            fresh.append(event)
        elif name not in seen:
            fresh.append(event)
            seen.add(name)
    return fresh


def results_of(
    events: Sequence[Event], stored: Sequence[StoredEvent], known: dict[str, UUID]
) -> list[Result]:
    """Each event's outcome, in the order of the request."""
    there, results, rest = dict(known), [], iter(stored)
    for event in events:
        name = event.client_event_id
        if name is not None and name in there:
            results.append(Result(there[name], duplicate=True))
            continue
        event_id = next(rest).id
        if name is not None:
            there[name] = event_id
        results.append(Result(event_id, duplicate=False))
    return results
