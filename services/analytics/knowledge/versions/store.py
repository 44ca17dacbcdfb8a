"""Items, versions and comments: one method for each query in queries.sql."""

from datetime import datetime
from uuid import UUID

import asyncpg

from services.analytics.knowledge.versions.domain import Comment, Draft, Filters, Item, Version
from services.common.db import Connection, Database, Pool, load_queries

SQL = load_queries(__package__)
KEY_INDEX = "knowledge_items_key"


class ItemStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def add(
        self,
        conn: Connection,
        organization_id: str,
        item_id: UUID,
        kind: str,
        draft: Draft,
        by: str,
        now: datetime,
    ) -> Item | None:
        """None where a living item of the kind and connection has the key."""
        row = await conn.fetchrow(
            SQL["add_item"],
            *(organization_id, item_id, kind, draft.connection_id, draft.name, draft.key),
            *(draft.category, draft.tags, draft.content, by, now, draft.restricted),
        )
        return Item(**row) if row else None

    async def get(
        self, organization_id: str, item_id: UUID, db: "Database | None" = None
    ) -> Item | None:
        """Also a deleted one."""
        row = await (db or self.pool).fetchrow(SQL["get_item"], organization_id, item_id)
        return Item(**row) if row else None

    async def page(
        self,
        organization_id: str,
        kind: str,
        filters: Filters,
        after: tuple[datetime, UUID],
        limit: int,
    ) -> list[Item]:
        """The living ones and, where there are more, one more than the limit."""
        rows = await self.pool.fetch(
            SQL["list_items"],
            *(organization_id, kind, *after, limit + 1, filters.connection_id, filters.name),
            *(filters.category, filters.tags, filters.text, filters.restricted),
        )
        return [Item(**row) for row in rows]

    async def deleted(
        self, organization_id: str, before: tuple[datetime, UUID], limit: int
    ) -> list[Item]:
        """Newest first and, where there are more, one more than the limit."""
        rows = await self.pool.fetch(SQL["list_deleted"], organization_id, *before, limit + 1)
        return [Item(**row) for row in rows]

    async def change(
        self,
        conn: Connection,
        organization_id: str,
        known: Item,
        draft: Draft,
        by: str,
        now: datetime,
        *,
        deleted: bool,
    ) -> Item | None:
        """None where it has another version than the known one.

        Raises asyncpg.UniqueViolationError where another living item has the key.
        """
        row = await conn.fetchrow(
            SQL["change_item"],
            *(organization_id, known.item_id, known.version, draft.name, draft.key),
            *(draft.category, draft.tags, draft.content, by, now, now if deleted else None),
            draft.restricted,
        )
        return Item(**row) if row else None

    async def add_version(
        self, conn: Connection, organization_id: str, item: Item, action: str, note: str
    ) -> None:
        await conn.execute(
            SQL["add_version"],
            *(organization_id, item.item_id, item.version, action, item.name, item.content),
            *(note, item.updated_by, item.updated_at),
        )

    async def versions(
        self, organization_id: str, item_id: UUID, before: int, limit: int
    ) -> list[Version]:
        """Newest first and, where there are more, one more than the limit."""
        args = (organization_id, item_id, before, limit + 1)
        return [Version(**row) for row in await self.pool.fetch(SQL["list_versions"], *args)]

    async def version(self, organization_id: str, item_id: UUID, version: int) -> Version | None:
        row = await self.pool.fetchrow(SQL["get_version"], organization_id, item_id, version)
        return Version(**row) if row else None

    async def comment(
        self,
        organization_id: str,
        item_id: UUID,
        comment_id: UUID,
        text: str,
        by: str,
        at: datetime,
    ) -> Comment | None:
        """None where there is no such item."""
        args = (organization_id, item_id, comment_id, text, by, at)
        row = await self.pool.fetchrow(SQL["add_comment"], *args)
        return Comment(**row) if row else None

    async def comments(
        self, organization_id: str, item_id: UUID, after: UUID, limit: int
    ) -> list[Comment]:
        """Oldest first and, where there are more, one more than the limit."""
        args = (organization_id, item_id, after, limit + 1)
        return [Comment(**row) for row in await self.pool.fetch(SQL["list_comments"], *args)]

    async def delete_comment(
        self, organization_id: str, item_id: UUID, comment_id: UUID, by: str
    ) -> bool:
        """Where `by` is "", whoever made it."""
        args = (organization_id, item_id, comment_id, by)
        return await self.pool.execute(SQL["delete_comment"], *args) == "DELETE 1"


def takes_key(error: asyncpg.UniqueViolationError) -> bool:
    """Whether what is violated is that a key is taken once."""
    return error.constraint_name == KEY_INDEX
