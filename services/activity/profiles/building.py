"""Keeping profiles and contexts up: a batch of facts says whose, the tables say what.

A fact only marks what may have changed, and what is counted is counted from the tables. So it does
not matter how often or in which order facts arrive, and a rebuild comes to the same.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain

from attune.activity.v1 import (
    activity_pb2,
    conversations_pb2,
    feedback_pb2,
    memory_pb2,
    profiles_pb2,
)

from services.activity.context.copies import Copies
from services.activity.context.domain import Content, content_of
from services.activity.context.messages import kept
from services.activity.context.store import ContextStore
from services.activity.profiles.domain import (
    PROMPT,
    Rules,
    Signal,
    Span,
    joined,
    profile_of,
)
from services.activity.profiles.store import ProfileStore
from services.common.clock import Clock
from services.common.consumer import Fact
from services.common.db import Connection
from services.common.moments import datetime_of

CONSUMER = "activity.profiles"
# A batch makes each person's profile and context anew once. Contexts are fresh within a second.
LINGER_SECONDS = 0.3
FACTS = [
    conversations_pb2.ConversationStarted,
    conversations_pb2.ConversationEventAppended,
    conversations_pb2.ConversationChanged,
    conversations_pb2.ConversationDeleted,
    activity_pb2.ActivityLogged,
    profiles_pb2.TraitsChanged,
    feedback_pb2.FeedbackReceived,
    memory_pb2.MemoryChanged,
]
# Activities whose text is the person's own words.
SAID = ("query", "chat")
SAID_LENGTH = 300
# Of so many people all that profiles are made of is held at once.
AT_ONCE = 100


@dataclass
class Marks:
    """What may have changed, as a batch of facts tells it."""

    users: set[str] = field(default_factory=set)
    days: set[tuple[str, date]] = field(default_factory=set)
    moments: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    conversations: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    signals: list[tuple[str, Signal]] = field(default_factory=list)
    # Of whom something is gone: nothing that was added up before holds.
    bereft: set[str] = field(default_factory=set)

    def note(self, seq: int, fact: object) -> None:
        match fact:
            case conversations_pb2.ConversationStarted():
                started_at = datetime_of(fact.started_at)
                self.days.add((fact.user_id, started_at.date()))
                self.moments[fact.user_id].append(started_at)
            case conversations_pb2.ConversationEventAppended():
                self.conversations.add(fact.conversation_id)
                self.events.add(fact.event_id)
                self.moments[fact.user_id].append(datetime_of(fact.timestamp))
            case conversations_pb2.ConversationChanged():
                self.days.add((fact.user_id, datetime_of(fact.started_at).date()))
            case conversations_pb2.ConversationDeleted():
                self.bereft.add(fact.user_id)
            case activity_pb2.ActivityLogged():
                self._note_activity(seq, fact)
            case profiles_pb2.TraitsChanged():
                self.users.add(fact.user_id)
            case feedback_pb2.FeedbackReceived() | memory_pb2.MemoryChanged():
                self.users.add(fact.user_id)

    def _note_activity(self, seq: int, fact: activity_pb2.ActivityLogged) -> None:
        """An activity's number is its event's."""
        created_at = datetime_of(fact.created_at)
        self.moments[fact.user_id].append(created_at)
        if fact.activity_type in SAID and fact.query_text.strip(" "):
            said = Signal(PROMPT, fact.query_text[:SAID_LENGTH], created_at, f"activity:{seq}")
            self.signals.append((fact.user_id, said))


class Builder:
    """Applies facts to one organization's profiles. One at a time: the cursor is the lease."""

    def __init__(
        self,
        store: ProfileStore,
        contexts: ContextStore,
        copies: Copies,
        rules: Rules,
        context_bytes: int,
        now: Clock,
    ) -> None:
        self._store = store
        self._contexts = contexts
        self._copies = copies
        self._rules = rules
        self._context_bytes = context_bytes
        self._now = now
        self._changed: defaultdict[str, set[str]] = defaultdict(set)

    async def apply(self, conn: Connection, organization_id: str, facts: Sequence[Fact]) -> None:
        marks = Marks()
        for seq, fact in facts:
            marks.note(seq, fact)
        began = await self._store.began(conn, organization_id, marks.conversations)
        await self._store.count_days(conn, organization_id, [*began, *marks.days])
        await self._join_spans(conn, organization_id, marks.moments)
        added = await self._store.add_event_signals(conn, organization_id, marks.events)
        added |= await self._store.add_signals(conn, organization_id, marks.signals)
        await self._store.drop_old_signals(conn, organization_id, added)
        gone = await self._make_anew(conn, organization_id, marks.bereft)
        days = {user for user, _ in chain(began, marks.days)}
        users = sorted(marks.users | days | marks.moments.keys() | marks.bereft)
        changed = await self._refresh(conn, organization_id, users)
        await self._store.tell_changed(conn, organization_id, [*gone, *changed], self._now())

    async def _make_anew(
        self, conn: Connection, organization_id: str, users: Collection[str]
    ) -> list[str]:
        """What these people's profiles are made of; returns whose profiles are gone."""
        if not users:
            return []
        await self._store.make_anew(conn, organization_id, users)
        return await self._store.drop_unknown(conn, organization_id, users)

    async def rebuild(self, conn: Connection, organization_id: str) -> None:
        """Make all of an organization anew from what is on record."""
        users = await self._store.make_anew(conn, organization_id)
        gone = await self._store.drop_unknown(conn, organization_id)
        changed = await self._refresh(conn, organization_id, users)
        await self._store.tell_changed(conn, organization_id, [*gone, *changed], self._now())

    async def committed(self, organization_id: str) -> None:
        """Have the contexts read that were changed, now that they may be seen."""
        users = sorted(self._changed.pop(organization_id, ()))
        for start in range(0, len(users), AT_ONCE):
            newest = await self._contexts.several(organization_id, users[start : start + AT_ONCE])
            await self._copies.publish(organization_id, newest)

    async def _join_spans(
        self, conn: Connection, organization_id: str, moments: dict[str, list[datetime]]
    ) -> None:
        old = await self._store.spans_near(conn, organization_id, moments)
        new: dict[str, list[Span]] = {
            user: joined(old.get(user, ()), times) for user, times in moments.items()
        }
        await self._store.replace_spans(conn, organization_id, old, new)

    async def _refresh(
        self, conn: Connection, organization_id: str, users: Sequence[str]
    ) -> list[str]:
        """Make these people's profiles and contexts anew; returns whose profiles changed."""
        changed: list[str] = []
        for start in range(0, len(users), AT_ONCE):
            part, now = users[start : start + AT_ONCE], self._now()
            people = await self._store.people(conn, organization_id, part)
            made = [(person, profile_of(person, self._rules, now)) for person in people]
            known = [(person, profile) for person, profile in made if profile]
            changed += await self._store.put(conn, organization_id, [p for _, p in known])
            contents = {p.user_id: content_of(p, q, self._context_bytes) for p, q in known}
            await self._put_contexts(conn, organization_id, contents, now)
        return changed

    async def _put_contexts(
        self, conn: Connection, organization_id: str, contents: dict[str, Content], now: datetime
    ) -> None:
        messages = {user: kept(content) for user, content in contents.items()}
        changed = await self._store.put_contexts(conn, organization_id, messages, now)
        await self._copies.drop(organization_id, changed)
        self._changed[organization_id].update(changed)
