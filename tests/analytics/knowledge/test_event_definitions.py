"""Event definitions over gRPC."""

import json
from typing import Any
from uuid import UUID

import pytest
from attune.analytics.v1 import event_definitions_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.analytics.knowledge.versions.store import SQL
from tests.analytics.knowledge.defining import create, delete, get, names, refused, update
from tests.databases import connected
from tests.suite import Servers, Suite, reason_of, violations_of

AMOUNT: dict[str, Any] = {"name": "amount", "type": "number", "required": True}


async def test_a_definition_is_as_it_was_told(suite: Suite) -> None:
    amount = pb.EventProperty(**AMOUNT, example=Json(utf8=b"12345678901234567890"))
    example = Json(utf8=b'{"amount": 49.90}')
    made = await create(
        suite, description="Paid.", properties=[amount], examples=[example],
        category="commerce", tags=["revenue", "money", "revenue"],
    )  # fmt: skip
    assert await get(suite, made.id) == made
    assert (made.name, made.description, made.category) == ("purchase", "Paid.", "commerce")
    assert (list(made.tags), list(made.properties)) == (["money", "revenue"], [amount])
    assert json.loads(made.examples[0].utf8) == {"amount": 49.9}
    assert (made.version, made.created_by, made.updated_by) == (1, "ann", "ann")


async def test_a_change_keeps_what_it_does_not_name(suite: Suite) -> None:
    made = await create(suite, properties=[pb.EventProperty(**AMOUNT)], tags=["a"])
    changed = await update(suite, made, description="Paid.", tags=[], by=suite.as_("bob"))
    assert (changed.description, list(changed.tags)) == ("Paid.", [])
    assert changed.properties == made.properties
    assert (changed.version, changed.created_by, changed.updated_by) == (2, "ann", "bob")


async def test_a_change_of_nothing_makes_no_version(suite: Suite) -> None:
    made = await create(suite, properties=[pb.EventProperty(**AMOUNT)])
    assert await update(suite, made, name="purchase", properties=made.properties) == made


async def test_a_stale_change_is_refused_with_the_newest_version(suite: Suite) -> None:
    made = await create(suite)
    await update(suite, made, description="first", version=1, by=suite.as_("bob"))
    err = await refused(update(suite, made, description="second", version=1))
    assert reason_of(err) == "VERSION_CONFLICT"
    assert "that is 2, by bob" in (err.details() or "")
    assert (await get(suite, made.id)).description == "first"


async def test_an_event_is_defined_once(suite: Suite) -> None:
    made = await create(suite)
    await create(suite, "Purchase")
    assert reason_of(await refused(create(suite))) == "ALREADY_EXISTS"
    other = await create(suite, "refund")
    assert reason_of(await refused(update(suite, other, name="purchase"))) == "ALREADY_EXISTS"
    await create(suite, by=suite.as_(org="other"))
    await delete(suite, made.id)
    assert (await create(suite)).id != made.id


async def test_a_repetition_makes_no_second_one(suite: Suite) -> None:
    first = await create(suite, request_id="k")
    assert await create(suite, request_id="k") == first
    err = await refused(create(suite, "other", request_id="k"))
    assert reason_of(err) == "IDEMPOTENCY_KEY_REUSED"


async def test_a_deleted_one_is_gone(suite: Suite) -> None:
    made = await create(suite)
    assert reason_of(await refused(delete(suite, made.id, version=7))) == "VERSION_CONFLICT"
    await delete(suite, made.id, version=1)
    assert reason_of(await refused(get(suite, made.id))) == "NOT_FOUND"
    assert reason_of(await refused(delete(suite, made.id))) == "NOT_FOUND"
    assert reason_of(await refused(get(suite, "no id"))) == "NOT_FOUND"
    assert await names(suite) == []


async def test_lists_are_filtered_and_come_in_pages(suite: Suite) -> None:
    await create(suite, "purchase", category="commerce", tags=["money"], description="Paid.")
    await create(suite, "refund", category="commerce", tags=["money", "support"])
    await create(suite, "login", category="access")
    await create(suite, "theirs", by=suite.as_(org="other"))
    assert await names(suite, page_size=1) == ["purchase", "refund", "login"]
    assert await names(suite, category="commerce") == ["purchase", "refund"]
    assert await names(suite, tags=["support", "money"]) == ["refund"]
    assert await names(suite, name="login") == ["login"]
    assert await names(suite, text="PAID") == ["purchase"]
    assert await names(suite, text="%") == []
    assert await names(suite, text="description") == []


async def test_every_broken_rule_is_named(suite: Suite) -> None:
    twice = [pb.EventProperty(**AMOUNT), pb.EventProperty(**AMOUNT)]
    odd = pb.EventProperty(name="x", type="any", example=Json(utf8=b"{"))
    examples = [Json(utf8=b"[1]"), Json(utf8=b'{"a": "%s"}' % (b"x" * 9000))]
    call = create(suite, " ", properties=[*twice, odd], examples=examples)
    wrong = violations_of(await refused(call))
    assert wrong.keys() == {
        *("name", "properties[1].name", "properties[2].example"),
        *("examples[0]", "examples[1]"),
    }
    wrong = violations_of(await refused(create(suite, properties=[pb.EventProperty(name="x")])))
    assert "must be one of" in wrong["event_definition.properties[0].type"]


async def test_a_definition_is_of_a_size_that_pages_can_have(suite: Suite) -> None:
    long = [pb.EventProperty(name=f"p{n}", type="any", description="é" * 1000) for n in range(99)]
    assert "larger than" in violations_of(await refused(create(suite, properties=long)))["content"]
    assert await create(suite, properties=long[:50])


async def test_viewers_read_and_do_not_change(suite: Suite) -> None:
    made = await create(suite)
    viewer = suite.as_("vic", "viewer")
    assert await get(suite, made.id, by=viewer) == made
    assert reason_of(await refused(create(suite, "x", by=viewer))) == "PERMISSION_DENIED"
    assert reason_of(await refused(update(suite, made, by=viewer))) == "PERMISSION_DENIED"


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_a_page_is_read_by_the_index_of_its_kind(
    servers: Servers, database: str, mode: str
) -> None:
    async with connected(servers.admin_dsn(database), "analytics") as conn:
        await conn.execute(
            "INSERT INTO knowledge_items (organization_id, item_id, kind, connection_id, name, key,"
            " category, tags, content, version, created_by, created_at, updated_by, updated_at)"
            " SELECT 'acme', md5(n::text)::uuid, 'entry', '', n, n, '', '{}', '{}', 1, 'a',"
            " now() + n * interval '1 s', 'a', now() FROM generate_series(1, 10000) n"
        )
        await conn.execute("ANALYZE knowledge_items")
        await conn.execute(f"SET plan_cache_mode = {mode}")
        await conn.execute(f"PREPARE asked AS {SQL['list_items']}")
        values = f"'acme', 'entry', now(), '{UUID(int=0)}', 51, '', '', '', '{{}}', '', true"
        rows = await conn.fetch(f"EXPLAIN (COSTS OFF) EXECUTE asked({values})")
    plan = "\n".join(row[0] for row in rows)
    assert "knowledge_items_created_at" in plan
