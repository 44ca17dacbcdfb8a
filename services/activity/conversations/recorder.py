"""Writes to conversations: each is in one transaction that stores, counts and tells.

The conversation's row is locked first, so that writers come one after the other and each counts on
from what the one before left; the event log's head is locked last. Appends that arrive together
share a transaction, but for those to conversations that somebody else is writing to.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from uuid import UUID
from weakref import WeakValueDictionary

from google.protobuf.message import Message

from services.activity.conversations import facts
from services.activity.conversations.appending import (
    Append,
    Change,
    Held,
    Known,
    Name,
    first_of_each,
    grown,
    numbered,
)
from services.activity.conversations.domain import Conversation, Event, too_many_tools
from services.activity.conversations.importing import Imported
from services.activity.conversations.removal import Remover
from services.activity.conversations.store import ConversationStore
from services.activity.conversations.telemetry import CONVERSATIONS, EVENTS
from services.common.clock import Clock
from services.common.db import Connection
from services.common.errors import (
    AlreadyExists,
    FailedPrecondition,
    InvalidFields,
    NotFound,
    PermissionDenied,
    Violation,
)
from services.common.event_log import Hints, tell
from services.common.group_commit import GroupCommit
from services.common.idempotency import Claim, earlier_answer, keep_responses

RPC = "StartConversation"
KNOWN = timedelta(days=7)
"""How long a sender's id of an event is known: longer than anybody retries."""


GROUPED_BYTES = 1024 * 1024
"""More than that has a transaction of its own, for which nobody else waits."""


class Recorder:
    def __init__(self, store: ConversationStore, hints: Hints, now: Clock) -> None:
        self._store = store
        self._hints = hints
        self._now = now
        self._remover = Remover(store.pool)
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._queue: GroupCommit[Append, Change | None] = GroupCommit(
            "conversations", self._append_together
        )

    async def start(
        self,
        organization_id: str,
        new: Conversation,
        events: Sequence[Event],
        claim: Claim | None,
        answer: Callable[[Conversation], bytes],
    ) -> bytes:
        """The answer about the new conversation, or the first one to a repeated key.

        Raises AlreadyExists, IdempotencyKeyReused; NotFound of what it is a thread of.
        """
        async with self._writing(organization_id) as conn:
            earlier = await earlier_answer(conn, organization_id, RPC, claim, self._now)
            if earlier is not None:
                return earlier
            await self._hold_parent(conn, organization_id, new)
            if not await self._store.insert(conn, organization_id, new):
                taken = f"a conversation with the id {new.external_id!r} exists, or did"
                raise AlreadyExists(taken, field="conversation_id")
            stored = numbered(new, events)
            after = new.grown(stored)
            told = [facts.started(new)]
            await self._store_changes(conn, organization_id, [Change(new, after, stored)], told)
            answered = answer(after)
            if claim:
                await keep_responses(conn, organization_id, RPC, [(claim, answered)])
        CONVERSATIONS.inc()
        return answered

    async def _hold_parent(self, conn: Connection, organization_id: str, new: Conversation) -> None:
        """Nobody deletes meanwhile what it is a thread of. Raises NotFound."""
        if new.parent_conversation_id:
            name = Name(str(new.parent_conversation_id))
            checked(await self._store.lock(conn, organization_id, name), name, None)

    async def append(self, organization_id: str, append: Append) -> Change:
        """Append what is not there yet, all or nothing.

        Raises NotFound, PermissionDenied, FailedPrecondition, InvalidFields, Unavailable.
        """
        done = None
        if append.size <= GROUPED_BYTES:
            done = await self._queue.submit(organization_id, append, append.size)
        return done or await self._append_alone(organization_id, append)

    async def flushed(self) -> None:
        await self._queue.flushed()

    async def _append_together(
        self, organization_id: str, appends: Sequence[Append]
    ) -> list[Change | Exception | None]:
        """Each one's outcome; None where its conversation is not there, or somebody writes to it.

        Nobody is waited for, so that one that is busy never holds up its neighbours.
        """
        async with self._writing(organization_id) as conn:
            names = [append.name for append in appends]
            held = Held(await self._store.lock_free(conn, organization_id, names))
            known = await self._known(conn, organization_id, [*held.wanted(appends)])
            outcomes = [held.grow(append, known, self._now()) for append in appends]
            changes = [outcome for outcome in outcomes if isinstance(outcome, Change)]
            await self._store_changes(conn, organization_id, changes)
        return [*outcomes]

    async def _append_alone(self, organization_id: str, append: Append) -> Change:
        """Wait for the conversation. Raises as `append`."""
        async with self._writing(organization_id, append.name.text) as conn:
            before = await self._held(conn, organization_id, append.name, append.writer)
            wanted = [(before.id, e.client_event_id) for e in append.events if e.client_event_id]
            known = await self._known(conn, organization_id, wanted)
            change = grown(before, append, known, self._now())
            await self._store_changes(conn, organization_id, [change])
        return change

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
            await self._store_changes(conn, organization_id, [Change(before, after)])
        return after

    async def delete(self, organization_id: str, name: Name, writer: str | None, by: str) -> None:
        """To delete what was deleted changes nothing. Raises NotFound, PermissionDenied."""
        async with self._writing(organization_id, name.text) as conn:
            held = await self._store.lock(conn, organization_id, name)
            if held is None and await self._remover.was_deleted(conn, organization_id, name):
                return
            gone = checked(held, name, writer)
            await self._remover.delete(conn, organization_id, gone, by, self._now())

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
            if violations := [*too_many_tools(after)]:
                raise InvalidFields(*violations)
            await self._store_changes(conn, organization_id, [Change(before, after, stored)], told)
        CONVERSATIONS.inc(bool(told))
        return after.id, len(stored)

    async def _made_or_held(
        self, conn: Connection, organization_id: str, given: Imported
    ) -> tuple[Conversation, list[Message]]:
        """The conversation as it is here, locked, and what is to tell of one that is new."""
        name, new = Name(given.external_id), given.new()
        held = await self._store.lock(conn, organization_id, name)
        if held is None and await self._store.insert(conn, organization_id, new):
            return new, [facts.started(new)]
        held = held or await self._store.lock(conn, organization_id, name)
        if held is None:
            raise FailedPrecondition("the conversation of this id was deleted here")
        if held.user_id != given.user_id:
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

    async def _held(
        self, conn: Connection, organization_id: str, name: Name, writer: str | None
    ) -> Conversation:
        return checked(await self._store.lock(conn, organization_id, name), name, writer)

    async def _known(
        self, conn: Connection, organization_id: str, wanted: Sequence[tuple[UUID, str]]
    ) -> Known:
        if not wanted:
            return {}
        return await self._store.known(conn, organization_id, wanted, self._now() - KNOWN)

    async def _store_changes(
        self,
        conn: Connection,
        organization_id: str,
        changes: Sequence[Change],
        told: Sequence[Message] = (),
    ) -> None:
        """Store what changed, of one conversation in their order, and tell it after `told`."""
        now, events = self._now(), [(c.after, event) for c in changes for event in c.stored]
        told = [*told, *(fact for change in changes for fact in facts.of_change(change))]
        if events:
            await self._store.insert_events(conn, organization_id, events, now)
        last = {
            change.after.id: change.after for change in changes if change.after != change.before
        }
        if last:
            await self._store.save(conn, organization_id, last.values())
        await tell(conn, organization_id, told, now)
        for _, event in events:
            EVENTS.labels(event.event_type).inc()


def checked(held: Conversation | None, name: Name, writer: str | None) -> Conversation:
    """Raises NotFound, PermissionDenied."""
    if held is None:
        raise unknown(name)
    if writer not in (None, held.user_id):
        raise PermissionDenied("only the person whose conversation it is writes to it")
    return held


def unknown(name: Name) -> NotFound:
    return NotFound(f"no conversation {name.text!r} in this organization")
