"""Each wall alone: nothing of another organization is seen, and nothing is changed.

With wall 1 switched off, whatever a statement says reaches the database over a connection of its
organization's role. With wall 2 switched off, what wall 1 lets through runs as a superuser, and no
policy is on the tables.
"""

import asyncpg
import pytest

from services.analytics.catalogue.store import Catalogues, CatalogueStore
from services.analytics.firewall.examine import examine
from services.analytics.firewall.refusing import Refused
from services.common.clock import utc_now
from services.common.db import Connection, pool_for
from tests.analytics.store.conftest import OURS, SECRET, THEIRS, Store
from tests.databases import connected

# What a role may not do, whatever it says: PostgreSQL refuses.
FORBIDDEN = [
    "SELECT 1 FROM analytics.events",
    "SELECT 1 FROM analytics.query_roles",
    "SELECT 1 FROM analytics.migrations",
    "SELECT password FROM analytics.query_roles",
    "SELECT 1 FROM pg_authid",
    "SELECT 1 FROM pg_shadow",
    "SELECT 1 FROM pg_statistic",
    "SELECT 1 FROM pg_user_mapping",
    "SELECT 1 FROM pg_largeobject",
    "COPY analytics.events TO STDOUT",
    "COPY events TO PROGRAM 'cat'",
    "COPY events TO '/tmp/stolen'",
    "COPY events FROM PROGRAM 'true'",
    "INSERT INTO events (organization_id) VALUES ('acme')",
    "UPDATE events SET event = 'x'",
    "DELETE FROM events",
    "DELETE FROM analytics.events",
    "TRUNCATE analytics.events",
    "MERGE INTO events USING events AS e ON true WHEN MATCHED THEN DELETE",
    "SELECT 1 FROM events FOR UPDATE",
    "BEGIN; LOCK TABLE analytics.events",
    "CREATE TABLE store.mine (x int)",
    "CREATE TABLE public.mine (x int)",
    "CREATE TEMPORARY TABLE mine (x int)",
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE VIEW pg_temp.mine AS SELECT 1",
    "CREATE OR REPLACE VIEW store.events AS SELECT 1 AS one",
    "ALTER VIEW store.events RESET (security_barrier)",
    "DROP VIEW store.events",
    "CREATE SCHEMA mine",
    "CREATE EXTENSION vector",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE POLICY mine ON analytics.events USING (true)",
    "ALTER TABLE analytics.events DISABLE ROW LEVEL SECURITY",
    "SET ROLE attune_analytics_views",
    "SET ROLE attune_analytics",
    "SET ROLE attune_analytics_roles",
    "SET SESSION AUTHORIZATION postgres",
    "SET SESSION AUTHORIZATION attune_analytics",
    "CREATE ROLE mine LOGIN",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "GRANT attune_analytics_views TO CURRENT_USER",
    "GRANT pg_read_all_data TO CURRENT_USER",
    "GRANT SELECT ON analytics.events TO PUBLIC",
    "SELECT analytics.give_query_role('acme', 'x', 'x', NULL)",
    "SELECT analytics.ensure_partitions(current_date)",
    "DO LANGUAGE plpgsql $$ BEGIN PERFORM 1 FROM analytics.events; END $$",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/stolen')",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_reload_conf()",
    "SELECT pg_rotate_logfile()",
    "SELECT pg_switch_wal()",
    "SELECT pg_create_restore_point('x')",
    "SELECT pg_logical_emit_message(false, 'a', 'b')",
    "SELECT pg_stat_reset()",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "CHECKPOINT",
    "SET log_statement = 'none'",
    "SELECT set_config('session_replication_role', 'replica', false)",
    "SELECT query_to_xml('SELECT * FROM analytics.events', true, false, '')",
    "SELECT table_to_xml('analytics.events', true, false, '')",
    "SELECT currval('analytics.pgqueuer_id_seq')",
    "SELECT setval('analytics.pgqueuer_id_seq', 1)",
]


async def counted(store: Store) -> object:
    async with connected(store.admin) as admin:
        return await admin.fetch(
            "SELECT organization_id, count(*), md5(string_agg(e::text, ',' ORDER BY e.id))"
            " FROM analytics.events e GROUP BY 1 ORDER BY 1"
        )


async def unbound(conn: Connection) -> None:
    """What whoever writes SQL can do about being read-only, since it is only a setting."""
    await conn.execute("SET default_transaction_read_only = off")


async def test_the_database_alone_shows_an_organization_its_own_rows(store: Store) -> None:
    for dsn, user in ((store.ours, "ours"), (store.theirs, SECRET)):
        async with connected(dsn) as conn:
            rows = await conn.fetch("SELECT user_id, count(*) AS n FROM events GROUP BY 1")
        assert [tuple(row) for row in rows] == [(user, 50)]


@pytest.mark.parametrize("sql", FORBIDDEN)
async def test_the_database_alone_forbids_the_rest(store: Store, sql: str) -> None:
    before = await counted(store)
    async with connected(store.ours) as conn:
        await unbound(conn)
        with pytest.raises(
            (
                asyncpg.InsufficientPrivilegeError,
                asyncpg.ObjectNotInPrerequisiteStateError,
                asyncpg.WrongObjectTypeError,
            )
        ):
            await conn.execute(sql)
    assert await counted(store) == before


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT set_config('session_authorization', '{theirs}', false)",
        "SELECT set_config('role', '{theirs}', false)",
        "SET SESSION AUTHORIZATION {theirs}",
        "SET ROLE {theirs}",
        "ALTER ROLE {theirs} PASSWORD 'x'",
        "DROP ROLE {theirs}",
    ],
)
async def test_no_role_becomes_another_one(store: Store, sql: str) -> None:
    async with connected(store.theirs) as conn:
        theirs = await conn.fetchval("SELECT session_user")
    async with connected(store.ours) as conn:
        await unbound(conn)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(sql.format(theirs=theirs))
        assert await conn.fetchval("SELECT count(DISTINCT organization_id) FROM events") == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SET row_security = off",
        "SET search_path = analytics, store",
        "SELECT set_config('app.organization', 'globex', false)",
        "SELECT set_config('role', 'none', false)",
        "RESET ALL",
        "DISCARD ALL",
        "LISTEN anything",
        "SET work_mem = '1GB'",
    ],
)
async def test_no_setting_shows_more(store: Store, sql: str) -> None:
    async with connected(store.ours) as conn:
        await conn.execute(sql)
        try:
            rows = await conn.fetch("SELECT organization_id FROM store.events")
        except asyncpg.InsufficientPrivilegeError:
            return  # row_security = off asks for an error instead of fewer rows
        assert {row["organization_id"] for row in rows} == {OURS}


@pytest.mark.parametrize(
    "condition",
    [
        # Each would fail, and say a value of theirs, were it asked of a row of theirs.
        "(properties ->> 'note')::int = 1 AND user_id <> 'ours'",
        "CASE WHEN user_id <> 'ours' THEN 1 / (length(user_id) - length(user_id)) END = 1",
        "user_id::uuid IS NULL AND user_id <> 'ours'",
        "CASE WHEN organization_id = 'globex' THEN user_id::int END = 1",
    ],
)
async def test_no_function_in_a_condition_meets_a_foreign_row(store: Store, condition: str) -> None:
    async with connected(store.ours) as conn:
        try:
            told = str(await conn.fetch(f"SELECT user_id FROM events WHERE {condition}"))
        except asyncpg.DataError as error:  # it met a row of ours
            told = str(error)
    assert SECRET not in told


async def test_sessions_of_others_are_opaque(store: Store) -> None:
    async with connected(store.theirs) as theirs, connected(store.ours) as ours:
        await theirs.fetch(f"SELECT '{SECRET}' FROM events")
        rows = await ours.fetch("SELECT * FROM pg_stat_activity WHERE usename <> session_user")
        assert SECRET not in str(rows)
        assert OURS not in str(await ours.fetch("SELECT rolname FROM pg_roles"))
        pid = await theirs.fetchval("SELECT pg_backend_pid()")
        for function in ("pg_terminate_backend", "pg_cancel_backend"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await ours.execute(f"SELECT {function}({pid})")


async def test_statistics_of_values_are_not_for_query_roles(store: Store) -> None:
    async with connected(store.admin) as admin:
        await admin.execute("ANALYZE analytics.events")
    async with connected(store.ours) as conn:
        assert await conn.fetch("SELECT 1 FROM pg_stats WHERE schemaname = 'analytics'") == []


async def test_a_role_is_nobody_in_another_database(store: Store) -> None:
    """It may have nothing there: roles are the cluster's, rows the database's."""
    async with connected(store.admin) as admin:
        owned = await admin.fetchval(
            "SELECT count(*) FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid"
            " WHERE r.rolname LIKE 'attune_query_%'"
            " AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        members = await admin.fetchval(
            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
            " WHERE r.rolname LIKE 'attune_query_%'"
        )
    assert (owned, members) == (0, 0)


# Statements that wall 1 lets through or not: neither may show a foreign row to a superuser.
TRIES = [
    "SELECT * FROM events",
    "TABLE events",
    "SELECT * FROM store.events",
    'SELECT * FROM "store"."events" AS x (a, b, c)',
    "SELECT e.user_id FROM events e WHERE e.user_id <> 'ours' OR true",
    "SELECT user_id FROM events WHERE organization_id = 'globex'",
    "SELECT x.user_id FROM (SELECT * FROM events UNION ALL TABLE events) AS x",
    "SELECT (SELECT max(user_id) FROM events), ARRAY(SELECT user_id FROM events)",
    "WITH events AS (SELECT * FROM events) SELECT user_id FROM events",
    "WITH a AS (WITH events AS (SELECT 1) SELECT * FROM store.events) SELECT user_id FROM a",
    "WITH a AS (TABLE events), events AS (SELECT e.user_id FROM store.events e, a) TABLE events",
    "WITH events_ AS (TABLE events) SELECT user_id FROM events_ JOIN events USING (user_id)",
    "WITH events AS (WITH events_ AS (TABLE events) TABLE events_) SELECT user_id FROM events",
    "WITH RECURSIVE r AS (SELECT user_id FROM events UNION SELECT e.user_id FROM events e, r)"
    " SELECT * FROM r",
    "SELECT user_id FROM events AS e NATURAL JOIN events",
    "SELECT l.user_id FROM events e, LATERAL (SELECT * FROM events i WHERE i.id <> e.id) AS l",
    "SELECT row_to_json(events) FROM events",
    "SELECT events FROM events",
    "SELECT user_id FROM analytics.events",
    "SELECT * FROM query_to_xml('SELECT user_id FROM analytics.events', true, true, '')",
    "SELECT EXISTS (SELECT FROM events WHERE user_id = 'their-secret')",
    "SELECT user_id FROM events WHERE user_id IN (SELECT user_id FROM store.events)",
    "SELECT store.events.user_id FROM store.events ORDER BY store.events.user_id",
    "SELECT count(*) FROM events HAVING max(user_id) = 'their-secret'",
    "SELECT user_id FROM ONLY events",
    "SELECT user_id FROM attune.store.events",
    "SELECT 1 FROM events WHERE user_id = $1",
    "SELECT user_id FROM events /* '; SELECT 1 */ WHERE E'\\'' = ''' OR true --'",
    "SELECT lo_get(1), pg_relation_size('analytics.events')",
    "SELECT relname, reltuples FROM pg_class",
]


async def without_wall_2(store: Store, sql: str, *args: object) -> list[asyncpg.Record]:
    async with connected(store.admin) as superuser:
        transaction = superuser.transaction()
        await transaction.start()
        await superuser.execute("ALTER TABLE analytics.events DISABLE ROW LEVEL SECURITY")
        try:
            return await superuser.fetch(sql, *args)
        finally:
            await transaction.rollback()


async def test_without_either_wall_rows_of_both_are_seen(store: Store) -> None:
    rows = await without_wall_2(store, "SELECT DISTINCT user_id FROM store.events ORDER BY 1")
    assert [row["user_id"] for row in rows] == ["ours", SECRET]


@pytest.mark.parametrize("sql", TRIES)
async def test_wall_1_alone_shows_an_organization_its_own_rows(store: Store, sql: str) -> None:
    async with pool_for(store.admin, "analytics", size=1) as pool:
        catalogue = await Catalogues(CatalogueStore(pool), utc_now).read(OURS, "events")
    assert catalogue is not None
    try:
        approved = examine(sql, catalogue, organization_id=OURS)
    except Refused:
        return
    try:
        rows = await without_wall_2(store, approved.sql, *["ours"] * approved.parameters)
    except asyncpg.UndefinedColumnError:
        assert "organization_id" in sql  # which no query sees
        return
    assert SECRET not in str(rows)
    assert THEIRS not in str(rows)
    assert not any(value is True for row in rows for value in row.values())
    async with connected(store.ours) as conn:  # and both walls together show the same
        assert await conn.fetch(approved.sql, *["ours"] * approved.parameters) == rows


async def test_what_is_read_twice_is_not_made_a_copy_of(store: Store) -> None:
    async with pool_for(store.admin, "analytics", size=1) as pool:
        catalogue = await Catalogues(CatalogueStore(pool), utc_now).read(OURS, "events")
    assert catalogue is not None
    sql = "SELECT 1 FROM events e JOIN events USING (user_id) WHERE e.timestamp > now()"
    approved = examine(sql, catalogue, organization_id=OURS)
    async with connected(store.ours) as conn:
        plan = str(await conn.fetch(f"EXPLAIN {approved.sql}"))
    assert "Scan" in plan
    assert "CTE" not in plan
