"""Catalogues: what is read, how it is shown, what has changed, and copies in a process."""

from typing import Any

import asyncpg
import pytest
from attune.analytics.v1 import connections_pb2 as pb

from services.analytics import app
from services.analytics.catalogue.domain import Catalogue, Relation
from services.analytics.catalogue.store import Catalogues, CatalogueStore
from services.analytics.connections.opening import Opener
from services.common.clock import utc_now
from services.common.jobs import Job
from tests.analytics.connections.asking import (
    catalogue,
    create,
    get,
    introspect,
    refused,
    root,
    update,
)
from tests.analytics.connections.shops import Shop
from tests.suite import Suite, reason_of


def named(found: Any, name: str) -> Any:
    [relation] = [relation for relation in found.relations if relation.name == name]
    return relation


async def copy_of(suite: Suite, connection_id: str = "shop", org: str = "acme") -> Catalogue | None:
    async with app.pool_of(suite.analytics_settings) as pool:
        return await Catalogues(CatalogueStore(pool), utc_now).read(org, connection_id)


async def test_names_are_exactly_as_the_database_spells_them(suite: Suite, shop: Shop) -> None:
    await create(suite, shop)
    found = await catalogue(suite)
    assert [(r.schema, r.name, r.kind) for r in found.relations] == [
        ("Sales", "Customers", "table"),
        ("Sales", "Order Items", "table"),
        ("Sales", "Totals", "view"),
        ("Sales", "daily", "materialized view"),
    ]
    assert list(found.search_path) == ["public"]
    items = named(found, "Order Items")
    assert [(c.name, c.type, c.nullable) for c in items.columns] == [
        ("id", "bigint", False),
        ("customerId", "bigint", False),
        ("select", "numeric(10,2)", True),
        ("at", "timestamp with time zone", False),
    ]
    assert (items.comment, items.columns[2].comment) == ("What was sold", "Price in EUR")
    assert list(items.primary_key) == ["id"]
    [key] = items.foreign_keys
    assert (list(key.columns), key.schema, key.relation) == (["customerId"], "Sales", "Customers")
    assert list(key.referenced) == ["Id"]
    assert ["customerId", "at"] in [list(index.columns) for index in items.indexes]
    mood = named(found, "Customers").columns[-1]
    assert mood.type == '"Sales"."Mood"'


async def test_what_the_role_may_not_read_is_not_there(suite: Suite, shop: Shop) -> None:
    await create(suite, shop)
    found = await catalogue(suite)
    assert "hidden" not in {relation.name for relation in found.relations}
    assert "secret" not in {column.name for column in named(found, "Order Items").columns}


async def test_functions_that_only_compute_may_be_called_and_no_others(
    suite: Suite, shop: Shop
) -> None:
    await shop.execute(
        "CREATE AGGREGATE adds(int) (sfunc = int4pl, stype = int);"
        "CREATE FUNCTION denied() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';"
        "REVOKE EXECUTE ON FUNCTION denied() FROM PUBLIC;"
        "CREATE FUNCTION steps(int, int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';"
        "CREATE AGGREGATE harms(int) (sfunc = steps, stype = int)"
    )
    await create(suite, shop)
    found = await copy_of(suite)
    assert found
    assert found.functions == {("public", "twice"), ("public", "adds")}


async def test_functions_of_extensions_that_run_text_as_sql_are_not_called(
    suite: Suite, shop: Shop
) -> None:
    try:
        await shop.execute("CREATE EXTENSION tablefunc")
    except asyncpg.PostgresError:
        pytest.skip("this server has no tablefunc")
    await create(suite, shop)
    found = await copy_of(suite)
    assert found
    assert not {name for _, name in found.functions} & {"crosstab", "connectby"}


async def test_pages_schemas_and_searches(suite: Suite, shop: Shop) -> None:
    await shop.execute(
        "CREATE TABLE apples (id int); COMMENT ON TABLE apples IS 'Fruit';"
        "CREATE TABLE pears (x int);"
        "GRANT SELECT ON apples, pears TO {role}"
    )
    await create(suite, shop)
    seen, token = [], None
    while True:
        page = await catalogue(suite, page_size=4, page_token=token)
        seen += [relation.name for relation in page.relations]
        token = page.next_page_token
        if not token:
            break
    assert seen == ["Customers", "Order Items", "Totals", "daily", "apples", "pears"]

    async def names(**fields: Any) -> list[str]:
        return [relation.name for relation in (await catalogue(suite, **fields)).relations]

    assert await names(schema="public") == ["apples", "pears"]
    assert await names(schema="Public") == []
    assert await names(search="FRUIT") == ["apples"]
    assert await names(search="customerid") == ["Order Items", "Totals"]
    assert await names(search="sales.order") == ["Order Items"]
    first = await catalogue(suite, page_size=1)
    err = await refused(catalogue(suite, page_token=first.next_page_token, search="x"))
    assert reason_of(err) == "INVALID_FIELD"


async def test_the_second_reading_tells_what_queries_would_notice(suite: Suite, shop: Shop) -> None:
    await create(suite, shop)
    assert not (await introspect(suite)).HasField("changes")
    await shop.execute(
        'ALTER TABLE "Sales"."Customers" DROP COLUMN plan;'
        'ALTER TABLE "Sales"."Customers" ADD COLUMN "isVip" boolean NOT NULL DEFAULT false;'
        'ALTER TABLE "Sales"."Customers" ALTER COLUMN "Country" TYPE varchar(2);'
        'DROP MATERIALIZED VIEW "Sales".daily;'
        "CREATE TABLE stock (x int); GRANT SELECT ON stock TO {role};"
        "COMMENT ON TABLE stock IS 'a comment is no change'"
    )
    found = (await introspect(suite)).changes
    place = {"schema": "Sales", "relation": "Customers"}
    assert list(found.changes) == [
        pb.CatalogueChange(
            change="changed", column="Country", before="text", after="character varying(2)", **place
        ),
        pb.CatalogueChange(change="removed", column="plan", before="text", **place),
        pb.CatalogueChange(change="added", column="isVip", after="boolean not null", **place),
        pb.CatalogueChange(
            change="removed", schema="Sales", relation="daily", before="materialized view"
        ),
        pb.CatalogueChange(change="added", schema="public", relation="stock", after="table"),
    ]
    request = pb.ListCatalogueChangesRequest(connection_id="shop")
    kept = await suite.connections.ListCatalogueChanges(request, metadata=root(suite))
    assert list(kept.changes) == [found]


async def test_changes_are_kept_newest_first_and_in_pages(suite: Suite, shop: Shop) -> None:
    await create(suite, shop)
    for number in range(3):
        await shop.execute(f"CREATE TABLE t{number} (x int); GRANT SELECT ON t{number} TO {{role}}")
        await introspect(suite)
    seen, token = [], None
    while True:
        request = pb.ListCatalogueChangesRequest(
            connection_id="shop", page_size=2, page_token=token
        )
        page = await suite.connections.ListCatalogueChanges(request, metadata=root(suite))
        seen += [changes.changes[0].relation for changes in page.changes]
        token = page.next_page_token
        if not token:
            break
    assert seen == ["t2", "t1", "t0"]


async def test_copies_in_processes_follow_what_is_stored(suite: Suite, shop: Shop) -> None:
    await create(suite, shop)
    async with app.pool_of(suite.analytics_settings) as pool:
        copies = Catalogues(CatalogueStore(pool), utc_now)
        first = await copies.read("acme", "shop")
        assert first
        assert await copies.read("acme", "shop") is first
        assert await copies.read("other", "shop") is None
        assert await copies.read("acme", "nothing") is None
        await shop.execute("CREATE TABLE stock (x int); GRANT SELECT ON stock TO {role}")
        await introspect(suite)
        second = await copies.read("acme", "shop")
    assert second
    assert first.find(None, "stock") is None
    assert isinstance(second.find(None, "stock"), Relation)
    assert second.find("Sales", "Order Items")
    assert second.find("sales", "order items") is None


async def test_a_connection_that_is_made_again_is_read_anew(suite: Suite, shop: Shop) -> None:
    await create(suite, shop)
    async with app.pool_of(suite.analytics_settings) as pool:
        copies = Catalogues(CatalogueStore(pool), utc_now)
        before = await copies.read("acme", "shop")
        request = pb.DeleteConnectionRequest(connection_id="shop")
        await suite.connections.DeleteConnection(request, metadata=root(suite))
        await shop.execute('DROP MATERIALIZED VIEW "Sales".daily')
        await create(suite, shop)
        after = await copies.read("acme", "shop")
    assert before
    assert after
    assert len(before.relations) - len(after.relations) == 1


async def test_the_job_reads_all_connections_and_one_that_fails_holds_up_no_other(
    suite: Suite, shop: Shop, other_shop: Shop
) -> None:
    await create(suite, shop, "a")
    await create(suite, other_shop, "b", org="other")
    await shop.execute("ALTER ROLE {role} NOLOGIN")
    await other_shop.execute("CREATE TABLE stock (x int); GRANT SELECT, INSERT ON stock TO {role}")
    await ran("introspect_connections", suite)
    before = await copy_of(suite, "a")
    found = await copy_of(suite, "b", "other")
    assert before
    assert len(before.relations) == 4
    assert found
    assert found.find("public", "stock")
    assert "may LOGIN" in (await get(suite, "a")).problem
    assert "may INSERT on the table public.stock" in (await get(suite, "b", "other")).problem


async def ran(name: str, suite: Suite) -> None:
    """A job, as the worker runs it."""
    settings = suite.analytics_settings
    async with app.pool_of(settings) as pool:
        with Opener(settings.outgoing_policy) as opener:
            jobs = app.jobs(pool, opener, settings=settings)
            job: Job = next(job for job in jobs if job.name == name)
            await job.run(b"")


async def test_values_are_shown_where_they_are_asked_for_few_and_nobodys(
    suite: Suite, shop: Shop
) -> None:
    await shop.execute('ANALYZE "Sales"."Customers"')
    made = await create(suite, shop)
    assert not made.sample_values
    customers = named(await catalogue(suite), "Customers")
    assert not any(column.samples for column in customers.columns)
    await update(suite, sample_values=True)
    customers = named(await catalogue(suite), "Customers")
    samples = {column.name: list(column.samples) for column in customers.columns}
    assert samples == {
        "Id": [],
        "E-Mail": [],
        "Country": ["DE", "FR", "IT"],
        "plan": ["free", "pro"],
        "Mood": ["happy"],
    }
    await shop.execute("ALTER ROLE {role} NOLOGIN")
    await update(suite, "sample_values", sample_values=False)
    customers = named(await catalogue(suite), "Customers")
    assert not any(column.samples for column in customers.columns)


async def test_tables_that_were_never_analyzed_are_looked_into(suite: Suite, shop: Shop) -> None:
    await create(suite, shop, sample_values=True)
    found = named(await catalogue(suite), "Customers")
    samples = {column.name: list(column.samples) for column in found.columns if column.samples}
    assert samples["plan"] == ["free", "pro"]
    assert "E-Mail" not in samples


async def test_a_catalogue_of_five_thousand_tables_is_read_whole(suite: Suite, shop: Shop) -> None:
    await many_tables(shop, 5000)
    made = await create(suite, shop)
    assert made.relation_count == 5004
    found = await copy_of(suite)
    assert found
    assert len(found.relations) == 5004
    assert not found.truncated
    last = found.find("public", "Table 4999")
    assert last
    assert [column.name for column in last.columns][:2] == ["id", "Column 1"]


async def many_tables(shop: Shop, count: int) -> None:
    for start in range(0, count, 500):
        await shop.execute(
            "DO $$ BEGIN"
            f" FOR n IN {start}..{start + 499} LOOP EXECUTE format('CREATE TABLE %I (id int,"
            " \"Column 1\" text, c int, d timestamptz, e numeric)', 'Table ' || n);"
            " END LOOP; END $$"
        )
    await shop.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    await shop.execute("REVOKE SELECT ON hidden FROM {role}")


async def test_what_is_more_than_is_read_is_told(
    suite: Suite, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.analytics.catalogue.reading.MOST_RELATIONS", 2)
    made = await create(suite, shop)
    assert made.relation_count == 2
    assert (await catalogue(suite)).truncated


async def test_a_database_that_cannot_be_read_now_keeps_its_catalogue(
    suite: Suite, shop: Shop
) -> None:
    await create(suite, shop)
    await shop.execute("ALTER ROLE {role} NOLOGIN")
    assert reason_of(await refused(introspect(suite))) == "FAILED_PRECONDITION"
    assert len((await catalogue(suite)).relations) == 4


async def test_the_catalogue_of_the_event_store_is_its_views_as_users_sql_sees_them(
    suite: Suite,
) -> None:
    found = await catalogue(suite, "events", page_size=200)
    events = named(found, "events")
    assert (events.schema, events.kind, list(found.search_path)) == ("store", "view", ["store"])
    assert events.comment.startswith("What happened")
    columns = {column.name: column for column in events.columns}
    assert columns["timestamp"].type == "timestamp with time zone"
    assert columns["properties"].comment
    for relation in found.relations:
        assert not relation.HasField("rows")
        assert "organization_id" not in {column.name for column in relation.columns}
