"""The audit log: rows are added, found again, and never changed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from attune.analytics.v1 import audit_pb2 as pb

from services.analytics import app
from services.analytics.audit.store import SQL, Entry, record
from services.common.migrate import migrate
from services.common.moments import timestamp_of
from tests.analytics.connections.asking import refused, root
from tests.databases import connected
from tests.suite import PASSWORD, Servers, Suite, reason_of

AT = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
ENTRIES = [
    Entry("ann", "query.run", "events", {"sql": "SELECT 1"}),
    Entry("bob", "query.run", "shop", {"sql": "SELECT 2", "ünï": "ö"}),
    Entry("ann", "connection.created", "shop"),
]


async def recorded(suite: Suite, org: str = "acme") -> None:
    async with app.pool_of(suite.analytics_settings) as pool:
        for minute, entry in enumerate(ENTRIES):
            await record(pool, org, AT + timedelta(minutes=minute), entry)


async def listed(suite: Suite, org: str = "acme", **fields: Any) -> pb.ListAuditEntriesResponse:
    found: pb.ListAuditEntriesResponse = await suite.audit.ListAuditEntries(
        pb.ListAuditEntriesRequest(**fields), metadata=root(suite, org)
    )
    return found


async def details(suite: Suite, **fields: Any) -> list[tuple[str, str]]:
    return [(e.actor, e.action) for e in (await listed(suite, **fields)).entries]


async def test_entries_are_found_newest_first_by_who_what_and_when(suite: Suite) -> None:
    await recorded(suite)
    ann, bob, made = ("ann", "query.run"), ("bob", "query.run"), ("ann", "connection.created")
    assert await details(suite) == [made, bob, ann]
    assert await details(suite, actor="ann") == [made, ann]
    assert await details(suite, actor="ann", action="query.run") == [ann]
    assert await details(suite, actor="ann", target="shop") == [made]
    assert await details(suite, target="shop") == [made, bob]
    assert await details(suite, target="shop", action="query.run") == [bob]
    assert await details(suite, action="query.run") == [bob, ann]
    later, last = timestamp_of(AT + timedelta(minutes=1)), timestamp_of(AT + timedelta(minutes=2))
    assert await details(suite, since=later) == [made, bob]
    assert await details(suite, until=last) == [bob, ann]
    assert await details(suite, actor="ann", since=later, until=last) == []
    [entry] = (await listed(suite, actor="bob")).entries
    assert json.loads(entry.detail.utf8) == {"sql": "SELECT 2", "ünï": "ö"}
    assert entry.created_at == later


async def test_pages_go_through_the_log_once(suite: Suite) -> None:
    async with app.pool_of(suite.analytics_settings) as pool:
        await record(pool, "acme", AT, *(Entry("ann", "a", str(n)) for n in range(7)))
    for filters in ({}, {"actor": "ann"}, {"action": "a"}):
        seen, token = [], None
        while True:
            page = await listed(suite, page_size=3, page_token=token, **filters)
            seen += [entry.target for entry in page.entries]
            token = page.next_page_token
            if not token:
                break
        assert seen == ["6", "5", "4", "3", "2", "1", "0"]


async def test_it_is_for_the_admins_of_the_organization(suite: Suite) -> None:
    await recorded(suite)
    assert list((await listed(suite, "other")).entries) == []
    call = suite.audit.ListAuditEntries(
        pb.ListAuditEntriesRequest(), metadata=suite.as_("ann", "analyst")
    )
    assert reason_of(await refused(call)) == "PERMISSION_DENIED"


@pytest.mark.parametrize("again", [False, True], ids=["migrated once", "migrated again"])
async def test_no_role_of_a_service_changes_or_removes_a_row(
    suite: Suite, servers: Servers, database: str, again: bool
) -> None:
    """In the table and in each of its partitions, also in those that are made later."""
    await recorded(suite)
    async with connected(servers.dsn(database, "analytics"), "analytics") as conn:
        assert await conn.fetchval("SELECT ensure_partitions(date '2091-05-05')") > 0
        if again:
            admin = servers.admin_dsn(database)
            await migrate(admin, app.SCHEMA, str(app.__package__), PASSWORD)
        tables = await conn.fetch(
            "SELECT relid::regclass::text FROM pg_partition_tree('audit_log')"
        )
        assert len(tables) > 4
        for [table] in tables:
            for sql in (
                f"UPDATE {table} SET actor = 'nobody'",
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
                f"DROP TABLE {table}",
                f"ALTER TABLE {table} ADD COLUMN x int",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await conn.execute(sql)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("DELETE FROM append_only_tables")
    assert len((await listed(suite)).entries) == len(ENTRIES)


@pytest.mark.parametrize(
    ("query", "values", "index"),
    [
        ("list_entries", (), "_pkey"),
        ("list_entries_of_actor", ("ann", None, None), "actor"),
        ("list_entries_of_target", ("shop", None), "target"),
        ("list_entries_of_action", ("query.run",), "action"),
    ],
)
async def test_each_way_to_look_has_an_index(
    suite: Suite, query: str, values: tuple[Any, ...], index: str
) -> None:
    async with app.pool_of(suite.analytics_settings) as pool, pool.acquire() as conn:
        await conn.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        args = ("acme", datetime.now(UTC), "0" * 32, AT, 10, *values)
        plan = await conn.fetch(f"EXPLAIN {SQL[query]}", *args)
    text = "\n".join(row[0] for row in plan)
    assert "Sort  " not in text
    assert index in text
