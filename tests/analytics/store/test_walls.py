"""Each wall alone: nothing of the other organization is seen, and nothing is changed."""

from tests.analytics.store.conftest import SECRET, Store
from tests.databases import connected


async def test_the_database_alone_shows_an_organization_its_own_rows(store: Store) -> None:
    for dsn, user in ((store.ours, "ours"), (store.theirs, SECRET)):
        async with connected(dsn) as conn:
            rows = await conn.fetch("SELECT user_id, count(*) AS n FROM events GROUP BY 1")
        assert [tuple(row) for row in rows] == [(user, 50)]
