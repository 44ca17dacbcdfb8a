"""Saving segments: what makes them compiles, and none refers to itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from services.analytics.segments.domain import (
    Definition,
    Draft,
    Kind,
    Segment,
    Uploaded,
    Written,
    referenced,
)
from services.analytics.segments.finding import Finder
from services.analytics.segments.store import SegmentStore
from services.analytics.segments.wanting import want_refresh
from services.analytics.segments.wire import definition_of
from services.common.caller import Caller
from services.common.clock import Clock
from services.common.db import Connection
from services.common.errors import InvalidFields, Violation
from services.common.idempotency import Claim, earlier_answer, keep_responses, known_answer

RPC = "CreateSegment"


@dataclass(frozen=True)
class Told:
    """What a caller says makes a segment."""

    kind: Kind
    spec: bytes


class Saver:
    def __init__(self, store: SegmentStore, finder: Finder, now: Clock) -> None:
        self._store = store
        self._finder = finder
        self._now = now

    async def draft(
        self, organization_id: str, segment_id: UUID, name: str, description: str, told: Told
    ) -> Draft:
        """Raises InvalidFields with the place in the tree, and Unavailable."""
        definition = definition_of(segment_id, told.kind, told.spec)
        query = await self._finder.check(organization_id, definition)
        return Draft(
            name=name,
            description=description,
            kind=told.kind,
            spec=told.spec,
            query=query,
            refers_to=refers_to(definition),
        )

    async def create(
        self, who: Caller, name: str, description: str, told: Told, claim: Claim | None
    ) -> UUID:
        """The id of what is saved now, or was before. Raises also IdempotencyKeyReused."""
        organization, made = who.organization_id, uuid4()
        async with self._store.pool.acquire() as conn:
            earlier = await known_answer(conn, organization, RPC, claim, self._now)
        if earlier is not None:
            return UUID(bytes=earlier)
        draft = await self.draft(organization, made, name, description, told)
        async with self._store.pool.acquire() as conn, conn.transaction():
            earlier = await earlier_answer(conn, organization, RPC, claim, self._now)
            if earlier is not None:
                return UUID(bytes=earlier)
            if claim:
                await keep_responses(conn, organization, RPC, [(claim, made.bytes)])
            await self._check_references(conn, organization, made, list(draft.refers_to))
            await self._store.add(conn, who, made, draft, self._now())
            await want_refresh(conn, organization, made)
        return made

    async def change(self, who: Caller, known: Segment, draft: Draft) -> int | None:
        """The new version; None where it was changed since it was known. Raises InvalidFields."""
        organization = who.organization_id
        async with self._store.pool.acquire() as conn, conn.transaction():
            refers_to = list(draft.refers_to)
            await self._check_references(conn, organization, known.id, refers_to)
            version = await self._store.change(conn, who, known, draft, self._now())
            if version is not None and draft.spec != known.spec:
                await want_refresh(conn, organization, known.id)
        return version

    async def _check_references(
        self, conn: Connection, organization_id: str, segment_id: UUID, refers_to: Sequence[UUID]
    ) -> None:
        """While nobody else changes them: two changes could close a circle together."""
        await self._store.hold(conn, organization_id)
        missing = set(refers_to) - await self._store.known_ids(conn, organization_id, refers_to)
        if missing:
            named = ", ".join(sorted(map(str, missing)))
            raise InvalidFields(Violation("criteria", f"there is no segment {named}"))
        place = (organization_id, segment_id, refers_to)
        if refers_to and await self._store.leads_back(conn, *place):
            raise InvalidFields(Violation("criteria", "would make the segment refer to itself"))


def refers_to(definition: Definition) -> frozenset[UUID]:
    if isinstance(definition, Written | Uploaded):
        return frozenset()
    return frozenset(referenced(definition))
