"""API keys: one method for each query in queries.sql."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.activity.api_keys.domain import ApiKey, FoundKey
from services.common.db import Connection, Pool, load_queries

SQL = load_queries(__package__)


class Maker(NamedTuple):
    """The member who wants a key."""

    role: str
    disabled: bool


class Counts(NamedTuple):
    """How many keys have not ended: of the organization, and of one user."""

    of_all: int
    of_one: int


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Which keys to list: those of a user, or of all, after (created_at, key_id)."""

    user_id: str | None
    include_ended: bool
    after: tuple[datetime, str]
    limit: int


class ApiKeyStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def maker(self, conn: Connection, organization_id: str, user_id: str) -> Maker | None:
        row = await conn.fetchrow(SQL["maker"], organization_id, user_id)
        return Maker(**row) if row else None

    async def counts(
        self, conn: Connection, organization_id: str, user_id: str, now: datetime
    ) -> Counts:
        row = await conn.fetchrow(SQL["count_keys"], organization_id, user_id, now)
        assert row
        return Counts(**row)

    async def create(
        self, conn: Connection, organization_id: str, key: ApiKey, secret_hash: bytes
    ) -> ApiKey:
        row = await conn.fetchrow(
            SQL["create_key"],
            *(organization_id, key.key_id, key.name, key.user_id, key.role, key.job_role),
            *(key.scopes, secret_hash, key.created_by, key.created_at, key.expires_at),
        )
        assert row
        return ApiKey(**row)

    async def get(self, conn: Connection, organization_id: str, key_id: str) -> ApiKey | None:
        row = await conn.fetchrow(SQL["get_key"], organization_id, key_id)
        return ApiKey(**row) if row else None

    async def page(self, organization_id: str, what: Listing, now: datetime) -> list[ApiKey]:
        """The keys and, where there are more, one more than the limit."""
        args = (*what.after, what.user_id, what.include_ended, now, what.limit + 1)
        rows = await self.pool.fetch(SQL["list_keys"], organization_id, *args)
        return [ApiKey(**row) for row in rows]

    async def revoke(
        self, organization_id: str, key_id: str, by: str, now: datetime, anyones: bool
    ) -> ApiKey | None:
        args = (organization_id, key_id, by, now, anyones)
        row = await self.pool.fetchrow(SQL["revoke_key"], *args)
        return ApiKey(**row) if row else None

    async def find(self, organization_id: str, key_id: str) -> FoundKey | None:
        row = await self.pool.fetchrow(SQL["find_key"], organization_id, key_id)
        return FoundKey(**row) if row else None

    async def note_use(self, organization_id: str, key_id: str, now: datetime) -> None:
        await self.pool.execute(SQL["note_use"], organization_id, key_id, now)

    async def drop_ended(self, before: datetime) -> None:
        await self.pool.execute(SQL["drop_ended_keys"], before)
