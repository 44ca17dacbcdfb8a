"""Contexts on record, which are the truth: one method for each query in queries.sql."""

from collections.abc import Collection, Mapping

from attune.activity.v1 import profiles_pb2 as pb

from services.activity.context.messages import unknown, versioned
from services.common.db import Pool, load_queries

SQL = load_queries(__package__)


class ContextStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, organization_id: str, user_id: str) -> pb.UserContext:
        """The newest context; one of version 0 where there is none."""
        row = await self._pool.fetchrow(SQL["get_context"], organization_id, user_id)
        if row is None:
            return unknown(user_id)
        return versioned(row["content"], row["version"], row["updated_at"])

    async def several(
        self, organization_id: str, users: Collection[str]
    ) -> Mapping[str, pb.UserContext]:
        """User → newest context, of those who have one."""
        rows = await self._pool.fetch(SQL["get_contexts"], organization_id, [*users])
        return {
            row["user_id"]: versioned(row["content"], row["version"], row["updated_at"])
            for row in rows
        }

    async def versions(self, organization_id: str, users: Collection[str]) -> Mapping[str, int]:
        rows = await self._pool.fetch(SQL["versions"], organization_id, [*users])
        return {row["user_id"]: row["version"] for row in rows}
