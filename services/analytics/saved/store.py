"""Saved queries: one method for each query in queries.sql."""

from datetime import datetime
from uuid import UUID

from services.analytics.saved.domain import Comment, Draft, Filters, SavedQuery, Version
from services.common.caller import Caller
from services.common.db import Connection, Pool, load_queries

SQL = load_queries(__package__)


class SavedStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def add(
        self, conn: Connection, who: Caller, saved_id: UUID, draft: Draft, now: datetime
    ) -> None:
        args = (who.organization_id, saved_id, *columns(draft), who.subject, now)
        await conn.execute(SQL["add_saved"], *args)

    async def change(
        self, who: Caller, known: SavedQuery, draft: Draft, now: datetime
    ) -> int | None:
        """The new version; None where it was changed since it was known."""
        args = (known.id, *columns(draft), who.subject, known.version, now)
        found: int | None = await self.pool.fetchval(
            SQL["change_saved"], who.organization_id, *args
        )
        return found

    async def get(self, who: Caller, saved_id: UUID) -> SavedQuery | None:
        args = (who.organization_id, saved_id, who.subject)
        row = await self.pool.fetchrow(SQL["get_saved"], *args)
        return SavedQuery(**row) if row else None

    async def find_shared(self, organization_id: str, token: str) -> UUID | None:
        found: UUID | None = await self.pool.fetchval(SQL["find_shared"], organization_id, token)
        return found

    async def page(
        self, who: Caller, filters: Filters, after: tuple[datetime, UUID], limit: int
    ) -> list[SavedQuery]:
        """What the caller may see and, where there are more, one more than the limit."""
        f = filters
        wanted = (*after, f.text, f.favourites, f.owner, limit + 1)
        args = (who.organization_id, who.subject, who.may_read_others, *wanted)
        return [SavedQuery(**row) for row in await self.pool.fetch(SQL["list_saved"], *args)]

    async def delete(self, organization_id: str, saved_id: UUID) -> None:
        await self.pool.execute(SQL["delete_saved"], organization_id, saved_id)

    async def versions(
        self, organization_id: str, saved_id: UUID, before: int, limit: int
    ) -> list[Version]:
        """Newest first and, where there are more, one more than the limit."""
        args = (organization_id, saved_id, before, limit + 1)
        return [Version(**row) for row in await self.pool.fetch(SQL["list_versions"], *args)]

    async def add_comment(self, organization_id: str, saved_id: UUID, comment: Comment) -> None:
        c = comment
        told = (c.comment_id, c.text, c.created_by, c.created_at)
        await self.pool.execute(SQL["add_comment"], organization_id, saved_id, *told)

    async def comments(
        self, organization_id: str, saved_id: UUID, after: UUID, limit: int
    ) -> list[Comment]:
        """Oldest first and, where there are more, one more than the limit."""
        args = (organization_id, saved_id, after, limit + 1)
        return [Comment(**row) for row in await self.pool.fetch(SQL["list_comments"], *args)]

    async def favour(self, who: Caller, saved_id: UUID, now: datetime) -> None:
        args = (who.organization_id, who.subject, saved_id, now)
        await self.pool.execute(SQL["add_favourite"], *args)

    async def disfavour(self, who: Caller, saved_id: UUID) -> None:
        args = (who.organization_id, who.subject, saved_id)
        await self.pool.execute(SQL["drop_favourite"], *args)

    async def share(self, organization_id: str, saved_id: UUID, token: str) -> str:
        """The token of its link, which stays while it is shared."""
        return str(await self.pool.fetchval(SQL["share"], organization_id, saved_id, token))

    async def unshare(self, organization_id: str, saved_id: UUID) -> None:
        await self.pool.execute(SQL["unshare"], organization_id, saved_id)


def columns(draft: Draft) -> tuple[object, ...]:
    d = draft
    return (d.name, d.description, d.query, d.connection_id, list(d.tags))
