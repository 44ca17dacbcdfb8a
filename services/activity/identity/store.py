"""Organizations and members: one method for each query in queries.sql."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.activity.identity.domain import Aims, Claimed, Member, Organization, aims_of
from services.common.db import Pool, load_queries

SQL = load_queries(__package__)


class IdentityStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def meet(self, person: Claimed, default_role: str, now: datetime) -> tuple[Member, Aims]:
        """The member, made known at the first visit, and what traits tell of their aims."""
        args = (person.organization_id, person.user_id, person.role, person.job_role)
        row = await self._pool.fetchrow(SQL["meet_member"], *args, default_role, now)
        assert row
        fields = {**row}
        goals, department = fields.pop("goals"), fields.pop("department")
        return Member(**fields), aims_of(goals, department)

    async def organization(self, organization_id: str) -> Organization | None:
        row = await self._pool.fetchrow(SQL["get_organization"], organization_id)
        return Organization(**row) if row else None

    async def update_organization(
        self, organization_id: str, changes: Mapping[str, Any]
    ) -> Organization | None:
        columns = ("name", "time_zone", "week_start", "fiscal_year_start")
        args = [changes.get(column) for column in columns]
        row = await self._pool.fetchrow(SQL["update_organization"], organization_id, *args)
        return Organization(**row) if row else None

    async def members(
        self, organization_id: str, after: tuple[datetime, str], limit: int
    ) -> list[Member]:
        """Members after (created_at, user_id) and, where there are more, one more than `limit`."""
        rows = await self._pool.fetch(SQL["list_members"], organization_id, *after, limit + 1)
        return [Member(**row) for row in rows]

    async def update_member(
        self, organization_id: str, user_id: str, changes: Mapping[str, Any]
    ) -> Member | None:
        row = await self._pool.fetchrow(
            SQL["update_member"],
            *(organization_id, user_id, changes.get("role")),
            *("job_role" in changes, changes.get("job_role") or None, changes.get("disabled")),
        )
        return Member(**row) if row else None
