"""The user_suggestion_preferences table: one method for each query in queries.sql."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from services.common.db import Pool, load_queries
from services.suggestions.invalidation import outdate
from services.suggestions.preferences.domain import DEFAULTS, LISTS, StoredPreferences
from services.suggestions.ranking.model import Preferences

SQL = load_queries(__package__)


class PreferenceStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, organization_id: str, user_id: str) -> StoredPreferences:
        row = await self._pool.fetchrow(SQL["get_preferences"], organization_id, user_id)
        return stored_of(row) if row else DEFAULTS

    async def change(
        self, organization_id: str, user_id: str, changes: Mapping[str, Any], now: datetime
    ) -> StoredPreferences:
        """Change what is named and drop the person's cached suggestions."""
        lists = [json_or_none(changes.get(name)) for name in LISTS]
        others = (changes.get("show_advanced_queries"), changes.get("max_suggestions"), now)
        async with self._pool.acquire() as conn, conn.transaction():
            row = await conn.fetchrow(
                SQL["put_preferences"], organization_id, user_id, *lists, *others
            )
            await outdate(conn, organization_id, [user_id])
        return stored_of(row)


def stored_of(row: Any) -> StoredPreferences:
    return StoredPreferences(preferences_of(row), row["updated_at"])


def preferences_of(row: Any) -> Preferences:
    """Preferences from the columns of a row."""
    lists = {name: tuple(msgspec.json.decode(row[name])) for name in LISTS}
    return Preferences(
        **lists,
        show_advanced_queries=row["show_advanced_queries"],
        max_suggestions=row["max_suggestions"],
    )


def json_or_none(value: list[str] | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
