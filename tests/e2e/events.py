"""What tests of ingest share: what is in the store, and keys to write it with."""

from typing import Any

from tests.databases import connected
from tests.e2e.conftest import Api


async def rows_of(api: Api, sql: str, *args: Any) -> list[dict[str, Any]]:
    """Rows of analytics' schema."""
    dsn = api.suite.analytics_settings.analytics_database_url
    async with connected(dsn, "analytics") as conn:
        return [dict(row) for row in await conn.fetch(sql, *args)]


async def stored(api: Api, **wanted: Any) -> list[dict[str, Any]]:
    """Events of the store, in the order of their times."""
    sql = "SELECT * FROM events WHERE organization_id = 'acme' ORDER BY timestamp, id"
    found = await rows_of(api, sql)
    return [row for row in found if all(row[name] == value for name, value in wanted.items())]


async def write_key(api: Api) -> str:
    """An API key that sends events and does nothing else."""
    body = {"name": "sdk", "scopes": ["events:write"], "role": "analyst", "machine": True}
    async with api.as_("root", role="admin") as client:
        answer = await client.post("/api/v1/api-keys", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["secret"])
