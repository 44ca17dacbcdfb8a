"""The documents' four queries on the connection `events`, word for word, through both walls."""

from typing import Any

from bench.rows.pmf import QUERIES
from services.analytics import app
from services.analytics.catalogue.store import Catalogues, CatalogueStore
from services.analytics.firewall.examine import examine
from services.analytics.store import QueryRoles, store_dsn
from services.common.clock import utc_now
from services.common.vault import Vault
from tests.analytics.projecting import admin, happens, projected, working
from tests.databases import connected
from tests.suite import Servers, Suite


async def asked(suite: Suite, org: str) -> list[list[dict[str, Any]]]:
    """What each query answers to an organization's analyst; both walls say the same."""
    settings, found = suite.analytics_settings, []
    async with app.pool_of(settings) as pool:
        catalogue = await Catalogues(CatalogueStore(pool), utc_now).read(org, "events")
        assert catalogue
        login = await QueryRoles(pool, Vault(pool, settings.keyring, utc_now)).login(org)
        async with connected(store_dsn(settings.analytics_database_url, login)) as conn:
            for query in QUERIES:
                approved = examine(query, catalogue, organization_id=org)
                rows = await conn.fetch(approved.sql)
                assert sorted(map(str, rows)) == sorted(map(str, await conn.fetch(query)))
                found.append([dict(row) for row in rows])
    return found


async def test_the_documented_queries_run_unchanged(
    suite: Suite, servers: Servers, database: str
) -> None:
    await happens(suite)
    async with working(suite), admin(servers, database) as conn:
        await projected(conn)
    funnel, intents, failures, exhausted = await asked(suite, "acme")
    assert funnel == [
        {
            "total_users": 2,
            "day_1_active": 2,
            "created_content": 1,
            "high_usage": 1,
            "successful_users": 1,
        }
    ]
    assert {row["user_message"] for row in intents} == {
        *("Make a video", " Find it ", "user", "assistant")
    }
    assert sum(row["frequency"] for row in intents) == 6
    assert failures == [
        {
            "tool_name": "search",
            "error_type": "no such page",
            "failure_count": 1,
            "affected_users": 1,
        }
    ]
    assert [(row["user_id"], row["email"], row["total_credits_used"]) for row in exhausted] == [
        ("ann", "ann@example.com", 95)
    ]


async def test_another_organization_finds_none_of_it(
    suite: Suite, servers: Servers, database: str
) -> None:
    await happens(suite)
    async with working(suite), admin(servers, database) as conn:
        await projected(conn)
    funnel, *others = await asked(suite, "other")
    assert funnel[0]["total_users"] == 0
    assert others == [[], [], []]
