"""All that is on record as facts, section by section, in parts: a part is one query.

No transaction is held while the reader works.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from attune.activity.v1 import feedback_pb2
from attune.common.v1.json_pb2 import Json
from google.protobuf.message import Message

from services.activity.activities.service import stored_fact
from services.activity.activities.store import ActivityStore
from services.activity.conversations import facts
from services.activity.conversations.domain import Event, StoredEvent
from services.activity.conversations.store import NIL, conversation_of
from services.activity.profiles.store import profile_in
from services.activity.profiles.translating import changed
from services.activity.snapshot.places import END, Place
from services.activity.traits.service import traits_fact
from services.activity.traits.store import texts_of
from services.common.db import Pool, load_queries

SQL = load_queries(__package__)
AT_ONCE = 500
# Of the contents of events, of which facts hold a part.
PART_BYTES = 3 * 1024 * 1024


class Part(NamedTuple):
    """Facts, and how far in its section the part goes; "" where that is done."""

    facts: Sequence[Message]
    up_to: str


class SnapshotStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._activities = ActivityStore(pool)
        self._sections = {
            "traits": self._traits,
            "profiles": self._profiles,
            "conversations": self._conversations,
            "events": self._events,
            "activities": self._activities_of,
            "feedback": self._feedback,
        }

    async def head(self, organization_id: str) -> int:
        """The newest number of the event log: what it tells of is in the tables by now."""
        return await self._activities.head(organization_id)

    async def parts(
        self, organization_id: str, place: Place, as_of: int
    ) -> AsyncIterator[tuple[Sequence[Message], Place]]:
        """What comes after a place, each part with the place that it reaches."""
        while place.section != END:
            facts, up_to = await self._sections[place.section](organization_id, place.after, as_of)
            place = place.then(up_to)
            yield facts, place

    async def _rows(self, query: str, organization_id: str, after: object) -> list[Any]:
        return await self._pool.fetch(SQL[query], organization_id, after, AT_ONCE)

    async def _traits(self, organization_id: str, after: str, _: int) -> Part:
        rows = await self._rows("traits_after", organization_id, after)
        return part_of(rows, "user_id", [traits_told(row) for row in rows])

    async def _profiles(self, organization_id: str, after: str, _: int) -> Part:
        rows = await self._rows("profiles_after", organization_id, after)
        found = [profile_in(row) for row in rows]
        return part_of(rows, "user_id", [changed(p.user_id, p) for p in found])

    async def _conversations(self, organization_id: str, after: str, _: int) -> Part:
        position = UUID(after) if after else NIL
        rows = await self._rows("conversations_after", organization_id, position)
        found = [conversation_of(row) for row in rows]
        told = [fact for c in found for fact in (facts.started(c), facts.changed(c))]
        return part_of(rows, "id", told)

    async def _events(self, organization_id: str, after: str, _: int) -> Part:
        position = UUID(after) if after else NIL
        args = (organization_id, position, AT_ONCE, PART_BYTES)
        rows = await self._pool.fetch(SQL["events_after"], *args)
        found = [row for row in rows if row["fits"]]
        more = len(rows) == AT_ONCE or len(found) < len(rows)
        told = [event_told(row) for row in found]
        return Part(told, str(found[-1]["id"]) if more else "")

    async def _activities_of(self, organization_id: str, after: str, as_of: int) -> Part:
        async for up_to, found in self._activities.scan(organization_id, int(after or 0), as_of):
            told = [stored_fact(activity) for activity in found]
            return Part(told, str(up_to) if up_to < as_of else "")
        return Part([], "")

    async def _feedback(self, organization_id: str, after: str, _: int) -> Part:
        rows = await self._rows("feedback_after", organization_id, int(after or 0))
        return part_of(rows, "id", [feedback_told(row) for row in rows])


def part_of(rows: Sequence[Any], key: str, told: Sequence[Message]) -> Part:
    return Part(told, str(rows[-1][key]) if len(rows) == AT_ONCE else "")


def traits_told(row: Any) -> Message:
    traits = texts_of(row["traits"])
    return traits_fact(row["user_id"], traits, [*traits], row["updated_at"])


EVENT_FIELDS = ("id", *Event.__dataclass_fields__)


def event_told(row: Any) -> Message:
    event = StoredEvent(**{name: row[name] for name in EVENT_FIELDS})
    return facts.appended(row["conversation_id"], row["user_id"], event)


def feedback_told(row: Any) -> Message:
    fields = {name: value for name, value in row.items() if value is not None}
    for uuid in ("conversation_id", "message_id"):
        if uuid in fields:
            fields[uuid] = str(fields[uuid])
    return feedback_pb2.FeedbackReceived(
        feedback_id=fields.pop("id"),
        score=fields.pop("user_feedback_score"),
        text=fields.pop("user_feedback_text", None),
        submitted_at=fields.pop("updated_at"),
        metadata=Json(utf8=fields.pop("metadata").encode()),
        **fields,
    )
