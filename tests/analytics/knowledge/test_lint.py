"""What the lint finds, and that it finds nothing in what is right."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from attune.analytics.v1 import event_definitions_pb2, knowledge_items_pb2
from attune.analytics.v1 import knowledge_pb2 as pb

from services.analytics.knowledge.lint.domain import Finding, alike, ambiguous
from services.analytics.knowledge.versions.domain import Item
from tests.analytics.knowledge.defining import create, refused
from tests.analytics.knowledge.writing import ask, search, write
from tests.databases import connected
from tests.suite import Servers, Suite, reason_of

NOW = datetime(2026, 1, 5, tzinfo=UTC)
OLD = datetime(2025, 1, 5, tzinfo=UTC)
AMOUNT = event_definitions_pb2.EventProperty(name="amount", type="number")


async def lint(suite: Suite, role: str = "analyst", **more: Any) -> pb.LintKnowledgeResponse:
    request = pb.LintKnowledgeRequest(**more)
    found: pb.LintKnowledgeResponse = await suite.knowledge.LintKnowledge(
        request, metadata=suite.as_("ann", role)
    )
    return found


async def told(suite: Suite, **more: Any) -> list[tuple[str, str, str]]:
    findings = (await lint(suite, **more)).findings
    assert all(each.message and each.advice and each.item_id for each in findings)
    return [(each.rule, each.severity, each.name) for each in findings]


async def received(servers: Servers, database: str, name: str, *properties: str) -> None:
    async with connected(servers.admin_dsn(database), "analytics") as conn:
        for text in properties:
            await conn.execute(
                "INSERT INTO events (organization_id, timestamp, id, type, event, properties,"
                " source, received_at) VALUES ('acme', now(), $1, 'track', $2, $3, 'test', now())",
                *(uuid4(), name, text),
            )


def item(kind: str, name: str, connection: str = "events", **content: Any) -> Item:
    return Item(
        item_id=uuid4(), kind=kind, connection_id=connection, name=name, key=name, category="",
        tags=[], content=msgspec.json.encode(content).decode(), version=1, created_by="a",
        created_at=NOW, updated_by="a", updated_at=NOW,
    )  # fmt: skip


def of(findings: Any) -> list[tuple[str, str]]:
    found: list[Finding] = list(findings)
    return [(each.rule, each.item.name) for each in found]


async def test_nothing_is_wrong_with_what_is_right(
    suite: Suite, servers: Servers, database: str
) -> None:
    await create(suite, properties=[AMOUNT])
    await received(servers, database, "purchase", '{"amount": 5}', '{"amount": null, "x": "y"}')
    await ask(suite, "How many?", "SELECT count(*) FROM events")
    report = await lint(suite)
    assert (list(report.findings), report.checked) == ([], 2)


async def test_an_event_that_never_came_is_told(suite: Suite) -> None:
    await create(suite)
    assert await told(suite) == [("never_seen", "warning", "purchase")]


async def test_a_property_of_another_type_is_told(
    suite: Suite, servers: Servers, database: str
) -> None:
    await create(suite, properties=[AMOUNT])
    await received(servers, database, "purchase", '{"amount": "5"}', '{"amount": 5}')
    report = await lint(suite)
    assert [each.rule for each in report.findings] == ["other_type"]
    assert "defined as number, and lately was string 1 times" in report.findings[0].message


async def test_sql_that_does_not_run_any_more_is_told(
    suite: Suite, servers: Servers, database: str
) -> None:
    made = await ask(suite, "How many?", "SELECT count(user_id) FROM events")
    async with connected(servers.admin_dsn(database), "analytics") as conn:
        await conn.execute(
            'UPDATE knowledge_items SET content = content || \'{"sql": "SELECT gone FROM events"}\''
        )
    [finding] = (await lint(suite)).findings
    assert (finding.rule, finding.severity, finding.item_id) == ("broken", "error", made.id)
    assert 'column "gone" does not exist' in finding.message


async def test_names_that_differ_in_spelling_alone_are_told(
    suite: Suite, servers: Servers, database: str
) -> None:
    for name in ("order paid", "Order_Paid", "orderPaid2"):
        await create(suite, name)
        await received(servers, database, name, "{}")
    assert await told(suite) == [("similar_names", "warning", "Order_Paid")]


async def test_what_nobody_asked_for_is_told_until_somebody_does(
    suite: Suite, servers: Servers, database: str
) -> None:
    await write(suite, "Retention")
    assert await told(suite) == []
    async with connected(servers.admin_dsn(database), "analytics") as conn:
        old = datetime.now(UTC) - timedelta(days=91)
        await conn.execute("UPDATE knowledge_items SET created_at = $1", old)
    assert await told(suite) == [("unused", "info", "Retention")]
    assert await told(suite, unused_days=100) == []
    await search(suite, "retention")
    assert await told(suite) == []


async def test_viewers_do_not_lint(suite: Suite) -> None:
    assert reason_of(await refused(lint(suite, "viewer"))) == "PERMISSION_DENIED"


def test_two_metrics_of_one_name_and_other_formulas_contradict_each_other() -> None:
    first = item("business_metric", "revenue", formula="sum(a)", description="one")
    same = item("business_metric", "revenue", "shop", formula="sum(a)", description="two")
    other = item("business_metric", "revenue", "shop", formula="sum(b)")
    assert of(alike([first, same])) == []
    assert [each[0] for each in of(alike([first, other]))] == ["contradiction"]


def test_a_synonym_with_two_meanings_is_told() -> None:
    revenue = replace(item("business_metric", "revenue", synonyms=["sales"]), created_at=OLD)
    orders = item("business_metric", "orders", synonyms=["Sales"])
    region = item("dimension", "sales")
    assert of(ambiguous([revenue, orders, region])) == [("contradiction", "orders")]
    elsewhere = item("business_metric", "orders", "shop", synonyms=["sales"])
    assert of(ambiguous([revenue, elsewhere])) == []


@pytest.mark.parametrize("version", [1])
async def test_a_deleted_item_is_not_looked_at(suite: Suite, version: int) -> None:
    made = await create(suite)
    request = event_definitions_pb2.DeleteEventDefinitionRequest(
        event_definition_id=made.id, version=version
    )
    await suite.event_definitions.DeleteEventDefinition(request, metadata=suite.as_())
    assert (await lint(suite)).checked == 0
    restore = knowledge_items_pb2.RestoreItemRequest(item_id=made.id, version=1)
    await suite.knowledge_items.RestoreItem(restore, metadata=suite.as_())
    assert (await lint(suite)).checked == 1
