"""Changes of knowledge: each is checked, stored with its version and told of, or nothing is."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID, uuid4

import asyncpg

from services.analytics.knowledge.search.domain import terms_of
from services.analytics.knowledge.search.store import TermStore
from services.analytics.knowledge.versions.domain import (
    CHANGED,
    CREATED,
    DELETED,
    RESTORED,
    Draft,
    Item,
    conflict,
    unchanged,
)
from services.analytics.knowledge.versions.store import ItemStore, takes_key
from services.common.caller import Caller
from services.common.clock import Clock
from services.common.db import Connection
from services.common.errors import (
    AlreadyExists,
    DomainError,
    FailedPrecondition,
    InvalidFields,
    NotFound,
    Violation,
)
from services.common.idempotency import Claim, earlier_answer, keep_responses

# Of an item as JSON, so that a page of them fits into a message.
MOST_BYTES = 128 * 1024


class Kind(Protocol):
    """What is particular to one kind of item."""

    @property
    def name(self) -> str:
        """One of domain.KINDS."""

    @property
    def noun(self) -> str:
        """What people call one: "event definition"."""

    def draft(self, connection_id: str, content: str) -> Draft:
        """What an item of this content is. Raises InvalidFields where it breaks a rule by now."""

    async def check(self, organization_id: str, draft: Draft) -> None:
        """What needs to ask others, before the transaction. Raises InvalidFields."""

    async def stored(self, conn: Connection, organization_id: str, item: Item) -> None:
        """In the transaction that made the item what it is; a deleted one has `deleted_at`."""

    async def committed(self, organization_id: str) -> None:
        """After that transaction."""


class Items:
    """All ways to change items. Whoever changes them otherwise leaves no trace."""

    def __init__(
        self, store: ItemStore, terms: TermStore, kinds: Mapping[str, Kind], now: Clock
    ) -> None:
        self.store = store
        self._terms = terms
        self.kinds = kinds
        self._now = now

    async def create(
        self, who: Caller, kind: str, draft: Draft, *, note: str = "", claim: Claim | None = None
    ) -> Item:
        """Raises AlreadyExists, InvalidFields and IdempotencyKeyReused."""
        organization = who.organization_id
        await self._check(organization, kind, draft)
        async with self.store.pool.acquire() as conn, conn.transaction():
            if earlier := await self._earlier(conn, organization, kind, claim):
                return earlier
            args = (organization, uuid4(), kind, draft, who.subject, self._now())
            made = await self.store.add(conn, *args)
            if made is None:
                raise self._taken(kind, draft)
            await self._record(conn, organization, made, draft, CREATED, note)
            if claim:
                kept = [(claim, str(made.item_id).encode())]
                await keep_responses(conn, organization, kind, kept)
        await self.kinds[kind].committed(organization)
        return made

    async def change(
        self, who: Caller, known: Item, draft: Draft, *, action: str = CHANGED, note: str = ""
    ) -> Item:
        """What changes nothing makes no version.

        Raises VersionConflict where somebody changed it since it was known, AlreadyExists and
        InvalidFields.
        """
        if known.deleted_at is None and unchanged(known, draft):
            return known
        await self._check(who.organization_id, known.kind, draft)
        return await self._write(who, known, draft, action, note)

    async def delete(self, who: Caller, known: Item, *, note: str = "") -> Item:
        """Its name is free again, and it can be restored. Raises VersionConflict."""
        return await self._write(who, known, draft_of(known), DELETED, note)

    async def restore(self, who: Caller, known: Item, version: int, *, note: str = "") -> Item:
        """Make it what it was in a version, also where it was deleted since.

        Raises NotFound where there is no such version, and what `change` raises.
        """
        was = await self.store.version(who.organization_id, known.item_id, version)
        if was is None:
            raise NotFound(f"no version {version} of this {self.kinds[known.kind].noun}")
        draft = self.kinds[known.kind].draft(known.connection_id, was.content)
        note = note or f"version {version}"
        return await self.change(who, known, draft, action=RESTORED, note=note)

    async def get(self, organization_id: str, kind: str, item_id: UUID) -> Item | None:
        """The living one of this kind."""
        item = await self.store.get(organization_id, item_id)
        return item if item and item.kind == kind and item.deleted_at is None else None

    async def _check(self, organization_id: str, kind: str, draft: Draft) -> None:
        if len(draft.content.encode()) > MOST_BYTES:
            problem = f"must not be larger than {MOST_BYTES} bytes in all: leave something out"
            raise InvalidFields(Violation("content", problem))
        await self.kinds[kind].check(organization_id, draft)

    async def _write(self, who: Caller, known: Item, draft: Draft, action: str, note: str) -> Item:
        organization, deleted = who.organization_id, action == DELETED
        try:
            async with self.store.pool.acquire() as conn, conn.transaction():
                args = (organization, known, draft, who.subject, self._now())
                item = await self.store.change(conn, *args, deleted=deleted)
                if item is None:
                    newest = await self.store.get(organization, known.item_id, conn)
                    raise conflict(newest, known.version)
                await self._record(conn, organization, item, draft, action, note)
        except asyncpg.UniqueViolationError as err:
            raise self._taken(known.kind, draft) if takes_key(err) else err from None
        await self.kinds[known.kind].committed(organization)
        return item

    async def _record(
        self, conn: Connection, organization: str, item: Item, draft: Draft, action: str, note: str
    ) -> None:
        await self.store.add_version(conn, organization, item, action, note)
        terms = {} if item.deleted_at else terms_of(draft)
        await self._terms.replace(conn, organization, item.item_id, terms)
        await self.kinds[item.kind].stored(conn, organization, item)

    async def _earlier(
        self, conn: Connection, organization: str, kind: str, claim: Claim | None
    ) -> Item | None:
        """What an earlier request with this idempotency key made."""
        answer = await earlier_answer(conn, organization, kind, claim, self._now)
        if answer is None:
            return None
        item = await self.store.get(organization, UUID(answer.decode()), conn)
        if item is None or item.deleted_at is not None:
            raise FailedPrecondition("what this idempotency key made was deleted since")
        return item

    def _taken(self, kind: str, draft: Draft) -> DomainError:
        noun, where = self.kinds[kind].noun, ""
        if draft.connection_id:
            where = f" of the connection {draft.connection_id!r}"
        return AlreadyExists(f"there is another {noun} {draft.name!r}{where}")


def draft_of(item: Item) -> Draft:
    """The item as it is."""
    return Draft(
        name=item.name,
        key=item.key,
        content=item.content,
        connection_id=item.connection_id,
        category=item.category,
        tags=item.tags,
        restricted=item.restricted,
    )
