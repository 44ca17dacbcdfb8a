"""Names of the knowledge base, for completion."""

from services.analytics.editor.completing import Words
from services.common.db import Pool, load_queries

SQL = load_queries(__package__)
METRIC = "business_metric"
MOST_NAMES = 2_000


class NameStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def words(self, organization_id: str, connection_id: str) -> Words:
        args = (organization_id, connection_id, MOST_NAMES)
        rows = await self._pool.fetch(SQL["list_names"], *args)
        return Words(
            metrics=[row["name"] for row in rows if row["kind"] == METRIC],
            dimensions=[row["name"] for row in rows if row["kind"] != METRIC],
        )
