"""A role that can do more than read is refused, with the SQL that mends it."""

import json
from typing import Any

import asyncpg
import pytest
from attune.analytics.v1 import audit_pb2
from attune.analytics.v1 import connections_pb2 as pb

from services.analytics.connections.domain import Problem
from services.analytics.connections.dsn import parsed
from services.analytics.connections.opening import Opener
from services.analytics.connections.privileges import Grant, problems_of
from services.analytics.connections.probing import looking, probe
from tests.analytics.connections.asking import create, get, refused, root, update
from tests.analytics.connections.documented import ROLE_SQL
from tests.analytics.connections.shops import Shop
from tests.analytics.connections.test_reaching import LOOPBACK
from tests.databases import connected
from tests.suite import Suite, violations_of


async def problems(shop: Shop) -> list[Problem]:
    with Opener(LOOPBACK) as opener:
        report = await probe(opener, parsed(shop.dsn()))
    assert report.failure is None
    return list(report.problems)


async def test_a_role_that_only_reads_is_accepted_with_advice(suite: Suite, shop: Shop) -> None:
    await create(suite, shop)
    request = pb.TestConnectionRequest(connection_id="shop")
    report = await suite.connections.TestConnection(request, metadata=root(suite))
    assert (report.ok, list(report.problems)) == (True, [])
    advice = " ".join(f"{a.message} {a.remedy}" for a in report.advice)
    for told in ("not encrypted", "temporary tables", "default_transaction_read_only = on"):
        assert told in advice


# What is given to the role, and what is said of it.
GIVEN = [
    ('GRANT INSERT ON "Sales"."Order Items" TO {role}', "on the table Sales.Order Items"),
    ('GRANT UPDATE ON "Sales"."Customers" TO PUBLIC', "everybody"),
    ('GRANT UPDATE (plan) ON "Sales"."Customers" TO {role}', "Sales.Customers.plan"),
    ('GRANT DELETE ON "Sales"."Totals" TO {role}', "DELETE"),
    ("GRANT TRUNCATE, TRIGGER ON hidden TO {role}", "may TRIGGER, TRUNCATE"),
    ("GRANT MAINTAIN ON hidden TO {role}", "MAINTAIN"),
    ('GRANT USAGE ON SEQUENCE "Sales"."Order Items_id_seq" TO {role}', "on the sequence"),
    ('GRANT CREATE ON SCHEMA "Sales" TO {role}', "may CREATE on the schema Sales"),
    ("GRANT CREATE ON SCHEMA public TO PUBLIC", "may CREATE on the schema public"),
    ("GRANT CREATE ON DATABASE {database} TO {role}", "may CREATE on the database"),
    ("GRANT pg_read_server_files TO {role}", "read files of the server"),
    ("GRANT pg_execute_server_program TO {role}", "run programs on the server"),
    ("GRANT pg_write_all_data TO {role}", "write all data"),
    ("GRANT pg_signal_backend TO {role}", "end the sessions of others"),
    ("ALTER ROLE {role} CREATEDB", "may make databases"),
    ("ALTER ROLE {role} CREATEROLE", "may make roles"),
    ("ALTER ROLE {role} BYPASSRLS", "row level security"),
    ("ALTER ROLE {role} REPLICATION", "may replicate"),
    ("ALTER ROLE {role} SUPERUSER", "is a superuser"),
]


@pytest.mark.parametrize(("given", "told"), GIVEN, ids=lambda text: text[:40])
async def test_what_a_role_can_do_is_named_and_its_remedy_mends_it(
    shop: Shop, given: str, told: str
) -> None:
    await shop.execute(given.replace("{database}", shop.database))
    found = await problems(shop)
    assert told in found[0].message
    for problem in found:
        assert problem.remedy
        await shop.execute(problem.remedy)
    assert await problems(shop) == []


async def test_what_comes_by_membership_counts_though_it_is_not_inherited(shop: Shop) -> None:
    group = f"{shop.role}_group"
    await shop.execute(
        f"CREATE ROLE {group} CREATEDB; GRANT INSERT ON hidden TO {group};"
        f"GRANT {group} TO {{role}} WITH INHERIT FALSE"
    )
    try:
        found = await problems(shop)
        assert f"may become {group}, which may make databases" in found[0].message
        assert f"{group}, which {shop.role} may become, may INSERT" in found[1].message
        await shop.execute(found[0].remedy or "")
        assert await problems(shop) == []
    finally:
        await shop.execute(f"REVOKE ALL ON hidden FROM {group}; DROP ROLE {group}")


async def test_a_role_that_logs_in_as_another_is_judged_by_itself(shop: Shop) -> None:
    """ALTER ROLE … SET role makes current_user another, and RESET ROLE gives all back."""
    harmless = f"{shop.role}_harmless"
    await shop.execute(
        f"CREATE ROLE {harmless}; GRANT {harmless} TO {{role}};"
        f"ALTER ROLE {{role}} SET role = {harmless}; GRANT INSERT ON hidden TO {{role}}"
    )
    try:
        assert "may INSERT on the table public.hidden" in (await problems(shop))[0].message
    finally:
        await shop.execute(f"DROP ROLE {harmless}")


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        ("ALTER TABLE hidden OWNER TO {role}", "relation public.hidden"),
        ('ALTER SCHEMA "Sales" OWNER TO {role}', "schema Sales"),
        ("ALTER FUNCTION touch() OWNER TO {role}", "function public.touch"),
        ("ALTER DATABASE {database} OWNER TO {role}", "database shop_"),
    ],
)
async def test_an_owner_is_refused(shop: Shop, made: str, kind: str) -> None:
    await shop.execute(made.replace("{database}", shop.database))
    # Who owns a database owns its schema public, too.
    problem, *_ = await problems(shop)
    assert problem.message.startswith(f"the role {shop.role} owns the {kind}")
    assert "REASSIGN OWNED" in str(problem.remedy)
    await shop.execute("REASSIGN OWNED BY {role} TO postgres")


async def test_many_tables_are_told_and_mended_together(shop: Shop) -> None:
    await shop.execute(
        "DO $$ BEGIN FOR n IN 1..40 LOOP EXECUTE format('CREATE TABLE many_%s (x int)', n);"
        " END LOOP; END $$; GRANT INSERT, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
    )
    [problem] = await problems(shop)
    assert "may DELETE, INSERT on 41 tables of the schema public" in problem.message
    await shop.execute(problem.remedy or "")
    assert await problems(shop) == []


async def test_a_superuser_is_told_once(shop: Shop) -> None:
    await shop.execute("ALTER ROLE {role} SUPERUSER")
    assert [p.message for p in await problems(shop)] == [f"the role {shop.role} is a superuser"]


async def test_a_role_that_may_write_is_not_saved_but_with_a_reason_that_is_audited(
    suite: Suite, shop: Shop
) -> None:
    await shop.execute("GRANT INSERT ON hidden TO {role}")
    err = await refused(create(suite, shop))
    told = violations_of(err)["dsn"]
    assert "may INSERT on the table public.hidden" in told
    assert f'REVOKE INSERT ON "public"."hidden" FROM "{shop.role}";' in told
    made = await create(suite, shop, override_reason="it is a copy")
    assert made.override_reason == "it is a copy"
    assert "may INSERT" in made.problem
    [entry] = await entries(suite)
    assert (entry.actor, entry.action, entry.target) == ("root", "connection.created", "shop")
    detail = json.loads(entry.detail.utf8)
    assert detail["override_reason"] == "it is a copy"
    assert "may INSERT" in detail["accepted"][0]


async def test_an_override_of_one_dsn_goes_on_for_the_next_until_it_is_taken_back(
    suite: Suite, shop: Shop, other_shop: Shop
) -> None:
    await other_shop.execute("GRANT INSERT ON hidden TO {role}")
    await create(suite, shop)
    err = await refused(update(suite, dsn=other_shop.dsn()))
    assert "may INSERT" in violations_of(err)["dsn"]
    await update(suite, dsn=other_shop.dsn(), override_reason="a copy")
    assert (await get(suite)).override_reason == "a copy"
    taken = await update(suite, "override_reason")
    assert not taken.HasField("override_reason")


async def test_nothing_is_written_even_by_a_role_that_may(suite: Suite, shop: Shop) -> None:
    await shop.execute("GRANT ALL ON hidden TO {role}")
    await create(suite, shop, override_reason="it is a copy")
    with Opener(LOOPBACK) as opener:
        async with opener.opened(parsed(shop.dsn())) as conn, looking(conn, 5):
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await conn.execute("INSERT INTO public.hidden VALUES (1)")


async def entries(suite: Suite) -> list[Any]:
    request = audit_pb2.ListAuditEntriesRequest()
    return list((await suite.audit.ListAuditEntries(request, metadata=root(suite))).entries)


def test_names_are_quoted_in_remedies() -> None:
    grant = Grant("table", 'S "x"', "T;DROP", "c'd", 'r"', ["INSERT", "UPDATE"])
    [problem] = problems_of('r"', [], [], [], [grant])
    assert problem.remedy == (
        'REVOKE INSERT ("c\'d"), UPDATE ("c\'d") ON "S ""x"""."T;DROP" FROM "r""";'
    )


def test_more_problems_than_anybody_reads_are_counted() -> None:
    grants = [Grant("schema", f"s{n}", "", None, None, ["CREATE"]) for n in range(100)]
    found = problems_of("r", [], [], [], grants)
    assert (len(found), found[-1].message) == (31, "and 70 more like these")


async def test_the_sql_of_the_documentation_makes_a_role_that_is_accepted(shop: Shop) -> None:
    """docs/connections.md, run as it stands there."""
    role = f"doc_{shop.role}"
    sql = ROLE_SQL.replace("attune_reader", role).replace("sales", shop.database)
    sql = sql.replace("a-long-random-password", "x").replace("my_schema", '"Sales"')
    async with connected(shop.admin_dsn) as conn:
        await conn.execute(sql)
    try:
        with Opener(LOOPBACK) as opener:
            report = await probe(opener, parsed(shop.dsn(user=role, password="x")))
        assert (report.failure, report.problems) == (None, ())
        assert [a.message for a in report.advice] == [
            "the connection is not encrypted (sslmode=disable)"
        ]
    finally:
        await shop.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
