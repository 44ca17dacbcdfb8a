"""Every named query and every table: prepared, bound to one organization, and out of reach."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import pytest

import services
from services.common.db import NAME, Connection
from tests.databases import cloned, connected
from tests.suite import Servers

ROOT = Path(next(iter(services.__path__)))
SCHEMAS = ("activity", "analytics", "suggestions")
SYSTEM = re.compile(r"^-- system: \S.+", re.MULTILINE)
COMMENT_OR_TEXT = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
# What belongs to the installation and not to an organization.
OF_NOBODY = {"append_only_tables", "migrations", "partitioned_tables", "job_runs"}
QUEUE = "pgqueuer"
INDEXES = {
    ("activity", "user_activity"): {
        "idx_user_activity_user_id",
        "idx_user_activity_type",
        "idx_user_activity_created_at",
        "idx_user_activity_user_type",
    },
    ("activity", "conversation_events"): {"idx_user_events", "idx_tool_usage"},
    ("activity", "interaction_logs"): {
        "idx_conversation_id",
        "idx_feedback_score",
        "idx_created_at",
    },
    ("suggestions", "query_patterns"): {
        "idx_query_patterns_type",
        "idx_query_patterns_target",
        "idx_query_patterns_frequency",
        "idx_query_patterns_success",
    },
    ("suggestions", "suggestion_cache"): {
        "idx_suggestion_cache_user_id",
        "idx_suggestion_cache_hash",
        "idx_suggestion_cache_expires",
    },
}
COLUMNS = {
    ("activity", "user_activity"): "id user_id activity_type query_text response_data"
    " suggestion_clicked feedback_rating metadata created_at",
    ("activity", "conversations"): "id user_id started_at last_message_at message_count"
    " credits_used first_intent tools_used completion_status user_satisfaction_signal"
    " extracted_use_case blocker_reason",
    ("activity", "conversation_events"): "id conversation_id user_id timestamp event_type content"
    " tool_name success credits_consumed",
    ("activity", "interaction_logs"): "id conversation_id input_hash output_hash"
    " user_feedback_score user_feedback_text latency_ms tokens_used created_at metadata",
    ("suggestions", "query_patterns"): "id pattern_type target_id query_template frequency"
    " success_rate avg_response_time last_used metadata created_at updated_at",
    ("suggestions", "suggestion_cache"): "user_id context_hash suggestions generated_at"
    " expires_at hit_count",
    ("suggestions", "user_suggestion_preferences"): "user_id preferred_query_types"
    " excluded_metrics preferred_metrics preferred_dimensions show_advanced_queries"
    " max_suggestions updated_at",
}


class Query(NamedTuple):
    schema: str
    file: str
    name: str
    sql: str


def queries() -> Iterator[Query]:
    """All of them; common's once for each schema."""
    for path in sorted(ROOT.rglob("*.sql")):
        place = path.relative_to(ROOT)
        if "migrations" in place.parts:
            continue
        head, *parts = NAME.split(path.read_text())
        assert not SYSTEM.search(head), f"{place}: nothing may stand before the first name"
        for schema in SCHEMAS if place.parts[0] == "common" else (place.parts[0],):
            for name, sql in zip(parts[::2], parts[1::2], strict=True):
                yield Query(schema, str(place), name, sql)


ALL = list(queries())
each_query = pytest.mark.parametrize("query", ALL, ids=lambda q: f"{q.schema}:{q.file}:{q.name}")


def names_organization(sql: str) -> bool:
    """Whether a query says whose rows it means, or why it means everybody's."""
    said = COMMENT_OR_TEXT.sub("", sql)
    return "organization_id" in said or SYSTEM.search(sql) is not None


def unbound_scans(node: dict[str, Any], tenant_tables: set[str]) -> list[str]:
    """Tables of a plan that are read without a condition on organization_id."""
    found = [scan for part in node.get("Plans", ()) for scan in unbound_scans(part, tenant_tables)]
    conditions = " ".join(str(v) for k, v in node.items() if k.endswith(("Cond", "Filter")))
    table = re.sub(r"_\d{4}_\d{2}$", "", node.get("Relation Name", ""))
    reads = "Scan" in node["Node Type"] and table in tenant_tables
    return [*found, table] if reads and "organization_id" not in conditions else found


@pytest.fixture(scope="module")
async def migrated(servers: Servers, template_db: str) -> AsyncIterator[str]:
    async with cloned(servers, template_db) as name:
        yield name


@pytest.fixture(params=SCHEMAS)
async def runtime(
    request: pytest.FixtureRequest, servers: Servers, migrated: str
) -> AsyncIterator[tuple[str, Connection]]:
    """A schema and a connection as the role that its service runs as."""
    async with connected(servers.dsn(migrated, request.param), request.param) as conn:
        yield request.param, conn


async def tenant_tables(conn: Connection) -> set[str]:
    rows = await conn.fetch(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND column_name = 'organization_id'"
    )
    return {row["table_name"] for row in rows}


async def plan_of(conn: Connection, sql: str) -> dict[str, Any]:
    """How any values would be looked for."""
    parameters = (await conn.prepare(sql)).get_parameters()
    kinds = [f"{p.schema}.{p.name.removesuffix('[]')}" for p in parameters]
    blanks = ", ".join(
        "'{}'" if p.name.endswith("[]") else blank(kind)
        for p, kind in zip(parameters, kinds, strict=True)
    )
    await conn.execute("SET plan_cache_mode = force_generic_plan")
    await conn.execute(f"PREPARE asked AS {sql}")
    try:
        call = f"EXECUTE asked({blanks})" if blanks else "EXECUTE asked"
        [plan] = json.loads(await conn.fetchval(f"EXPLAIN (FORMAT JSON) {call}"))
    finally:
        await conn.execute("DEALLOCATE asked")
    found: dict[str, Any] = plan["Plan"]
    return found


def blank(kind: str) -> str:
    if kind.endswith(("timestamptz", "date")):
        return "now()"
    return {"pg_catalog.bool": "true", "pg_catalog.uuid": "gen_random_uuid()"}.get(kind, "'1'")


def test_there_are_queries_of_every_service() -> None:
    assert {query.file.partition("/")[0] for query in ALL} == {"common", *SCHEMAS}
    assert {"suggestions/invalidation.sql", "activity/activities/queries.sql"} <= {
        query.file for query in ALL
    }


@each_query
async def test_a_query_is_good_as_the_role_that_runs_it(
    query: Query, servers: Servers, migrated: str
) -> None:
    async with connected(servers.dsn(migrated, query.schema), query.schema) as conn:
        await conn.prepare(query.sql)


@each_query
def test_a_query_names_the_organization_or_says_why_not(query: Query) -> None:
    assert names_organization(query.sql)


@each_query
async def test_a_query_reads_no_table_of_several_organizations(
    query: Query, servers: Servers, migrated: str
) -> None:
    if SYSTEM.search(query.sql):
        return
    async with connected(servers.dsn(migrated, query.schema), query.schema) as conn:
        plan = await plan_of(conn, query.sql)
        assert unbound_scans(plan, await tenant_tables(conn)) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT seq FROM event_log WHERE seq > $1",
        "SELECT seq FROM event_log -- organization_id",
        "SELECT 'organization_id' FROM event_log",
        "-- system:\nSELECT seq FROM event_log",
    ],
)
def test_the_check_of_names_can_fail(sql: str) -> None:
    assert not names_organization(sql)


async def test_the_check_of_plans_can_fail(servers: Servers, migrated: str) -> None:
    async with connected(servers.dsn(migrated, "activity"), "activity") as conn:
        crossing = "SELECT organization_id FROM user_activity WHERE user_id = $1"
        joined = (
            "SELECT m.user_id FROM members m JOIN organizations o ON o.name = m.user_id"
            " WHERE o.organization_id = $1"
        )
        tables = await tenant_tables(conn)
        assert set(unbound_scans(await plan_of(conn, crossing), tables)) == {"user_activity"}
        assert unbound_scans(await plan_of(conn, joined), tables) == ["members"]


async def test_the_check_of_queries_can_fail(servers: Servers, migrated: str) -> None:
    async with connected(servers.dsn(migrated, "activity"), "activity") as conn:
        for wrong in ("SELECT nothing FROM user_activity", "SELECT * FROM query_patterns"):
            with pytest.raises(asyncpg.PostgresError):
                await conn.prepare(wrong)


async def test_the_organization_comes_first_in_every_primary_key(
    runtime: tuple[str, Connection],
) -> None:
    _, conn = runtime
    rows = await conn.fetch(
        "SELECT c.relname, a.attname FROM pg_class c"
        " LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
        " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')"
    )
    first = {row["relname"]: row["attname"] for row in rows}
    others = {name for name, column in first.items() if column != "organization_id"}
    assert {name for name in others if not name.startswith(QUEUE)} == OF_NOBODY
    assert any(name.startswith("event_log_") for name in first)


@pytest.mark.parametrize("table", INDEXES, ids=lambda t: t[1])
async def test_the_documented_indexes_exist_and_begin_with_the_organization(
    table: tuple[str, str], servers: Servers, migrated: str
) -> None:
    async with connected(servers.dsn(migrated, table[0])) as conn:
        rows = await conn.fetch(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename = $2",
            *table,
        )
    definitions = {row["indexname"]: row["indexdef"] for row in rows}
    assert INDEXES[table] <= definitions.keys()
    assert all("(organization_id" in definition for definition in definitions.values())


@pytest.mark.parametrize("table", COLUMNS, ids=lambda t: t[1])
async def test_the_documented_columns_exist(
    table: tuple[str, str], servers: Servers, migrated: str
) -> None:
    async with connected(servers.dsn(migrated, table[0])) as conn:
        rows = await conn.fetch(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = $1 AND table_name = $2",
            *table,
        )
    assert {*COLUMNS[table].split(), "organization_id"} <= {row["column_name"] for row in rows}


async def test_the_role_of_a_service_owns_nothing_and_has_no_attributes(
    runtime: tuple[str, Connection],
) -> None:
    _, conn = runtime
    owned = await conn.fetchval(
        "SELECT (SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole)"
        " + (SELECT count(*) FROM pg_proc WHERE proowner = current_user::regrole)"
        " + (SELECT count(*) FROM pg_type WHERE typowner = current_user::regrole)"
        " + (SELECT count(*) FROM pg_namespace WHERE nspowner = current_user::regrole)"
    )
    row = await conn.fetchrow(
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication AS any"
        " FROM pg_roles WHERE rolname = current_user"
    )
    memberships = await conn.fetchval(
        "SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole"
    )
    assert (owned, row and row["any"], memberships) == (0, False, 0)


async def test_no_table_or_function_of_the_other_schema_can_be_reached(
    runtime: tuple[str, Connection],
) -> None:
    schema, conn = runtime
    other = next(name for name in SCHEMAS if name != schema)
    assert not await conn.fetchval("SELECT has_schema_privilege($1, 'USAGE')", other)
    reachable = await conn.fetch(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = $1::regnamespace"
        " AND c.relkind IN ('r', 'p', 'v') AND"
        " has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')",
        other,
    )
    assert reachable == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.fetch(f"SELECT seq FROM {other}.event_head")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.fetch(f"SELECT {other}.ensure_partitions(current_date)")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE mine (x int)",
        "CREATE TABLE public.mine (x int)",
        "CREATE SCHEMA mine",
        "CREATE TABLE event_log_2099_01 PARTITION OF event_log"
        " FOR VALUES FROM ('2099-01-01') TO ('2099-02-01')",
        "ALTER TABLE event_log ADD COLUMN x int",
        "DROP TABLE event_dead_letters",
        "TRUNCATE event_log",
        "CREATE INDEX ON event_log (type)",
        "DELETE FROM migrations",
        "CREATE ROLE mine",
    ],
)
async def test_the_role_of_a_service_changes_no_structure(
    runtime: tuple[str, Connection], sql: str
) -> None:
    _, conn = runtime
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.execute(sql)


async def test_the_role_of_a_service_cannot_become_the_owner(
    runtime: tuple[str, Connection],
) -> None:
    schema, conn = runtime
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.execute(f"SET ROLE attune_{schema}_owner")


async def test_a_function_that_runs_as_the_owner_looks_at_temporary_tables_last_and_waits_little(
    runtime: tuple[str, Connection],
) -> None:
    schema, conn = runtime
    functions = await conn.fetch(
        "SELECT proname, proconfig FROM pg_proc"
        " WHERE prosecdef AND pronamespace = $1::regnamespace",
        schema,
    )
    assert functions
    for name, config in functions:
        settings = dict(setting.split("=", 1) for setting in config)
        assert settings["search_path"] == f"{schema}, pg_temp", name
        assert settings["lock_timeout"] not in ("", "0"), name


async def test_a_temporary_table_never_stands_in_for_one_of_the_owner(
    runtime: tuple[str, Connection],
) -> None:
    _, conn = runtime
    await conn.execute("CREATE TEMPORARY TABLE partitioned_tables (LIKE partitioned_tables)")
    assert await conn.fetchval("SELECT ensure_partitions(date '2080-05-05')") > 0


async def test_the_role_of_a_service_may_ask_for_partitions(
    runtime: tuple[str, Connection],
) -> None:
    _, conn = runtime
    assert await conn.fetchval("SELECT ensure_partitions(date '2090-05-05')") > 0
    assert await conn.fetchval("SELECT ensure_partitions(date '2090-05-05')") == 0
