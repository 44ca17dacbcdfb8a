"""Statements on a database of the tests' own."""

from functools import partial

import asyncpg

from services.analytics.execution.pools import Target
from tests.databases import connected
from tests.waiting import until

RUNNING = """
SELECT count(*) FROM pg_stat_activity
WHERE query LIKE $1 AND state = 'active' AND pid <> pg_backend_pid()
"""


class One:
    """Every connection leads to one database."""

    def __init__(self, dsn: str) -> None:
        self.at = dsn

    async def target(self, organization_id: str, connection_id: str) -> Target:
        return Target(self.at, partial(asyncpg.connect, self.at))


async def running(at: str, text: str) -> int:
    """How many statements with this literal run on the server."""
    async with connected(at) as conn:
        return int(await conn.fetchval(RUNNING, f"%'{text}'%"))


async def nobody_runs(at: str, text: str = "marked") -> None:
    async def gone() -> bool:
        return not await running(at, text)

    await until(gone)


async def somebody_runs(at: str, text: str = "marked") -> None:
    async def there() -> bool:
        return bool(await running(at, text))

    await until(there)
