"""Expired suggestions are freed, in every organization."""

from services.common.db import pool_for
from services.suggestions.invalidation import dropping_expired
from tests.clock import Clock
from tests.suite import Servers

STORE = (
    "INSERT INTO suggestion_cache SELECT org, 'ann', 'hash' || n, '[]', '[]', '[]', 'patterns', 0,"
    " 0, $1::timestamptz, $1 + make_interval(mins => n)"
    " FROM unnest($2::text[]) org, generate_series(1, 4) n"
)
LEFT = "SELECT organization_id, count(*) FROM suggestion_cache GROUP BY 1 ORDER BY 1"


async def test_what_has_expired_goes_in_each_organization_and_the_rest_stays(
    servers: Servers, database: str
) -> None:
    clock = Clock()
    async with pool_for(servers.dsn(database, "suggestions"), "suggestions") as pool:
        await pool.execute(STORE, clock.now, ["acme", "other", "zoo"])
        clock.advance(minutes=2)
        await dropping_expired(pool, clock).run(b"")
        assert [tuple(row) for row in await pool.fetch(LEFT)] == [
            ("acme", 2),
            ("other", 2),
            ("zoo", 2),
        ]
        clock.advance(minutes=2)
        await dropping_expired(pool, clock).run(b"")
        assert await pool.fetch(LEFT) == []
