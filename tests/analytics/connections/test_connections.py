"""Connections over gRPC: registering, showing, changing, removing."""

from typing import Any

import pytest
from attune.analytics.v1 import connections_pb2 as pb

from services.analytics import app
from services.analytics.catalogue.store import Catalogues, CatalogueStore
from services.analytics.connections.connections import Connections
from services.analytics.connections.domain import purpose_of
from services.analytics.connections.opening import Opener
from services.analytics.connections.store import ConnectionStore
from services.common.clock import utc_now
from services.common.errors import NotFound
from services.common.vault import KeyDestroyed, Vault
from tests.analytics.connections.asking import create, get, refused, root, update
from tests.analytics.connections.shops import PASSWORD, Shop
from tests.suite import Suite, reason_of, violations_of

ENCODED = "p%40ss%2Fw%3Ard%231%25"


async def listed(
    suite: Suite, role: str = "admin", org: str = "acme", **fields: Any
) -> pb.ListConnectionsResponse:
    found: pb.ListConnectionsResponse = await suite.connections.ListConnections(
        pb.ListConnectionsRequest(**fields), metadata=suite.as_("ann", role, org=org)
    )
    return found


async def delete(
    suite: Suite, connection_id: str = "shop", org: str = "acme", *, force: bool = False
) -> None:
    request = pb.DeleteConnectionRequest(connection_id=connection_id, force=force)
    await suite.connections.DeleteConnection(request, metadata=root(suite, org))


async def test_a_connection_is_tried_read_and_shown_without_its_password(
    suite: Suite, shop: Shop
) -> None:
    made = await create(suite, shop, name="Shop")
    assert made.dsn == shop.dsn().replace(f":{ENCODED}", "")
    assert (made.id, made.name, made.kind, made.created_by) == ("shop", "Shop", "postgres", "root")
    assert made.server_version
    assert made.tested_at.seconds
    assert not made.HasField("problem")
    assert (made.relation_count, made.introspected_at.seconds > 0) == (4, True)
    assert await get(suite) == made


async def test_a_password_is_stored_encrypted_and_given_to_attune_alone(
    suite: Suite, shop: Shop
) -> None:
    await create(suite, shop)
    async with app.pool_of(suite.analytics_settings) as pool:
        [row] = await pool.fetch("SELECT row_to_json(c)::text AS all FROM connections c")
        [entry] = await pool.fetch("SELECT detail FROM audit_log")
        assert ENCODED not in row["all"] + entry["detail"]
        assert PASSWORD.encode().hex() not in row["all"]
        vault = Vault(pool, suite.analytics_settings.keyring)
        with Opener(suite.analytics_settings.outgoing_policy) as opener:
            known = Connections(ConnectionStore(pool), vault, opener, utc_now)
            assert (await known.address("acme", "shop")).text == shop.dsn()
            async with known.opened("acme", "shop") as conn:
                assert await conn.fetchval('SELECT count(*) FROM "Sales"."Customers"') == 300
            with pytest.raises(NotFound):
                await known.address("other", "shop")


async def test_the_event_store_is_listed_first_and_is_nobodys_to_change(
    suite: Suite, shop: Shop
) -> None:
    await create(suite, shop)
    found = list((await listed(suite)).connections)
    assert [(c.id, c.kind) for c in found] == [("events", "builtin"), ("shop", "postgres")]
    assert await get(suite, "events") == found[0]
    for call in (
        update(suite, connection_id="events", name="mine"),
        delete(suite, "events"),
        suite.connections.TestConnection(
            pb.TestConnectionRequest(connection_id="events"), metadata=root(suite)
        ),
        suite.connections.IntrospectConnection(
            pb.IntrospectConnectionRequest(connection_id="events"), metadata=root(suite)
        ),
    ):
        assert reason_of(await refused(call)) == "FAILED_PRECONDITION"
    assert reason_of(await refused(create(suite, shop, "events"))) == "ALREADY_EXISTS"


async def test_an_id_is_taken_once_in_an_organization(suite: Suite, shop: Shop) -> None:
    await create(suite, shop)
    assert reason_of(await refused(create(suite, shop))) == "ALREADY_EXISTS"
    assert (await create(suite, shop, org="other")).id == "shop"


async def test_a_repetition_gets_the_first_answer(suite: Suite, shop: Shop) -> None:
    first = await create(suite, shop, request_id="k")
    assert await create(suite, shop, request_id="k") == first
    err = await refused(create(suite, shop, name="other", request_id="k"))
    assert reason_of(err) == "IDEMPOTENCY_KEY_REUSED"


async def test_pages_go_through_all_connections_once(suite: Suite, shop: Shop) -> None:
    for number in range(3):
        await create(suite, shop, f"shop-{number}")
    seen, token = [], None
    while True:
        page = await listed(suite, page_size=2, page_token=token)
        seen += [connection.id for connection in page.connections]
        token = page.next_page_token
        if not token:
            break
    assert seen == ["events", "shop-0", "shop-1", "shop-2"]


async def test_viewers_see_what_there_is_and_no_more(suite: Suite, shop: Shop) -> None:
    await create(suite, shop, name="Shop")
    found = (await listed(suite, "viewer")).connections
    assert list(found) == [
        pb.Connection(id="events", name="Events", kind="builtin"),
        pb.Connection(id="shop", name="Shop", kind="postgres"),
    ]
    request = pb.GetConnectionRequest(connection_id="shop")
    err = await refused(
        suite.connections.GetConnection(request, metadata=suite.as_("ann", "viewer"))
    )
    assert reason_of(err) == "PERMISSION_DENIED"


async def test_another_organization_has_no_part_in_it(suite: Suite, shop: Shop) -> None:
    await create(suite, shop)
    assert [c.id for c in (await listed(suite, org="other")).connections] == ["events"]
    for call in (
        get(suite, org="other"),
        update(suite, org="other", name="mine"),
        delete(suite, org="other"),
    ):
        assert reason_of(await refused(call)) == "NOT_FOUND"
    assert (await get(suite)).name == "shop"


async def test_what_was_read_may_be_sent_back(suite: Suite, shop: Shop) -> None:
    made = await create(suite, shop)
    changed = await update(suite, name="Shop 2", dsn=made.dsn, id="x", relation_count=9)
    assert (changed.id, changed.name, changed.dsn) == ("shop", "Shop 2", made.dsn)
    assert changed.relation_count == made.relation_count


async def test_a_new_dsn_is_tried_and_the_old_key_destroyed(
    suite: Suite, shop: Shop, other_shop: Shop
) -> None:
    await create(suite, shop)
    async with app.pool_of(suite.analytics_settings) as pool:
        query = "SELECT secret_id, secret FROM connections"
        before = await pool.fetchrow(query)
        err = await refused(update(suite, dsn=other_shop.dsn(password="wrong")))
        assert "user and password" in violations_of(err)["dsn"]
        assert await pool.fetchrow(query) == before
        changed = await update(suite, dsn=other_shop.dsn())
        assert f":{other_shop.port}/" in changed.dsn
        vault = Vault(pool, suite.analytics_settings.keyring)
        assert before
        with pytest.raises(KeyDestroyed):
            await vault.decrypt("acme", purpose_of(before["secret_id"]), before["secret"], "shop")


async def test_the_password_of_one_host_is_not_tried_at_another(
    suite: Suite, shop: Shop, other_shop: Shop
) -> None:
    made = await create(suite, shop)
    elsewhere = made.dsn.replace(f":{shop.port}/", f":{other_shop.port}/")
    err = await refused(update(suite, dsn=elsewhere))
    assert "dsn" in violations_of(err)


async def test_results_of_a_database_go_with_the_way_to_it(
    suite: Suite, shop: Shop, other_shop: Shop
) -> None:
    await create(suite, shop)
    async with app.pool_of(suite.analytics_settings) as pool:
        kept = "SELECT connection_id FROM analytics_cache ORDER BY connection_id"
        for change in (update(suite, dsn=other_shop.dsn()), delete(suite)):
            for connection_id in ("events", "shop"):
                await pool.execute(
                    "INSERT INTO analytics_cache (organization_id, key, tree_hash, connection_id,"
                    " result_id, as_of, size, row_count, created_at, expires_at, kept_until)"
                    " VALUES ('acme', $1, 'h', $1, gen_random_uuid(), now(), 1, 1, now(), now(),"
                    " now()) ON CONFLICT DO NOTHING",
                    connection_id,
                )
            await change
            assert [row[0] for row in await pool.fetch(kept)] == ["events"]


async def test_what_is_removed_leaves_nothing_that_can_be_read(suite: Suite, shop: Shop) -> None:
    await create(suite, shop)
    async with app.pool_of(suite.analytics_settings) as pool:
        row = await pool.fetchrow("SELECT secret_id, secret FROM connections")
        copies = Catalogues(CatalogueStore(pool), utc_now)
        assert await copies.read("acme", "shop")
        await delete(suite)
        assert reason_of(await refused(get(suite))) == "NOT_FOUND"
        assert reason_of(await refused(delete(suite))) == "NOT_FOUND"
        assert await copies.read("acme", "shop") is None
        for table in ("connections", "catalogues", "catalogue_relations", "catalogue_changes"):
            assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0
        vault = Vault(pool, suite.analytics_settings.keyring)
        assert row
        with pytest.raises(KeyDestroyed):
            await vault.decrypt("acme", purpose_of(row["secret_id"]), row["secret"], "shop")


async def test_what_is_defined_on_a_connection_keeps_it_unless_that_is_forced(
    suite: Suite, shop: Shop
) -> None:
    await create(suite, shop)
    await create(suite, shop, org="other")
    async with app.pool_of(suite.analytics_settings) as pool:
        await pool.execute(
            "INSERT INTO knowledge_items (organization_id, item_id, kind, connection_id, name, key,"
            " category, tags, content, version, created_by, created_at, updated_by, updated_at)"
            " VALUES ('acme', gen_random_uuid(), 'business_metric', 'shop', 'revenue', 'revenue',"
            " '', '{}', '{}', 1, 'ann', now(), 'ann', now())"
        )
        err = await refused(delete(suite))
        assert reason_of(err) == "FAILED_PRECONDITION"
        assert "(business metric: 1)" in str(err.details())
        assert (await get(suite)).relation_count == 4
        request = pb.ListCatalogueRequest(connection_id="shop")
        found = await suite.connections.ListCatalogue(request, metadata=root(suite))
        assert (list(found.metrics), list(found.dimensions)) == (["revenue"], [])
        await delete(suite, org="other")
        await delete(suite, force=True)
        assert await pool.fetchval("SELECT count(*) FROM knowledge_items") == 1
        detail = "SELECT detail ->> 'left' FROM audit_log WHERE action = 'connection.deleted'"
        assert {row[0] for row in await pool.fetch(detail)} == {None, '{"business metric": 1}'}


async def test_only_admins_write_and_only_analysts_read(suite: Suite, shop: Shop) -> None:
    await create(suite, shop)
    stub, analyst = suite.connections, suite.as_("ann", "analyst")
    created = pb.CreateConnectionRequest(connection_id="x", dsn=shop.dsn())
    for call in (
        stub.CreateConnection(created, metadata=analyst),
        stub.DeleteConnection(pb.DeleteConnectionRequest(connection_id="shop"), metadata=analyst),
        stub.TestConnection(pb.TestConnectionRequest(connection_id="shop"), metadata=analyst),
    ):
        assert reason_of(await refused(call)) == "PERMISSION_DENIED"
    request = pb.ListCatalogueRequest(connection_id="shop")
    assert (await stub.ListCatalogue(request, metadata=analyst)).relations
    err = await refused(stub.ListCatalogue(request, metadata=suite.as_("ann", "viewer")))
    assert reason_of(err) == "PERMISSION_DENIED"
