"""The words that are put for a connection, and the facts that tell of them."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from attune.analytics.v1 import connections_pb2
from attune.analytics.v1 import vocabulary_pb2 as pb
from attune.common.v1 import event_log_pb2

from services.analytics.vocabulary import store
from services.common.db import Connection
from tests.analytics.connections.shops import Shop, made_shop
from tests.databases import connected
from tests.suite import Servers, Suite, reason_of, violations_of

Words = pb.Vocabulary


@pytest.fixture
async def shop(servers: Servers) -> AsyncIterator[Shop]:
    async with made_shop(servers.postgres) as shop:
        yield shop


async def put(suite: Suite, connection: str = "clinic", who: Any = None, **words: Any) -> Any:
    request = pb.ReplaceVocabularyRequest(connection_id=connection, **words)
    return await suite.vocabularies.ReplaceVocabulary(request, metadata=who or suite.as_())


async def drop(suite: Suite, connection: str = "clinic", who: Any = None) -> None:
    request = pb.DeleteVocabularyRequest(connection_id=connection)
    await suite.vocabularies.DeleteVocabulary(request, metadata=who or suite.as_())


async def get(suite: Suite, connection: str = "clinic", who: Any = None) -> pb.Vocabulary:
    request = pb.GetVocabularyRequest(connection_id=connection)
    return await suite.vocabularies.GetVocabulary(request, metadata=who or suite.as_())


async def told(suite: Suite, org: str = "acme") -> list[pb.VocabularyChanged]:
    """All facts of the organization's log."""
    service = suite.as_("suggestions", "service", org=org)
    request = event_log_pb2.ReadRequest()
    batch = await suite.analytics_events.Read(request, metadata=service)
    assert [event.seq for event in batch.events] == list(range(1, len(batch.events) + 1))
    return [pb.VocabularyChanged.FromString(event.payload) for event in batch.events]


def names(fact: pb.VocabularyChanged) -> list[str]:
    return [term.name for term in fact.terms]


async def register(suite: Suite, shop: Shop) -> None:
    request = connections_pb2.CreateConnectionRequest(connection_id="shop", dsn=shop.dsn())
    await suite.connections.CreateConnection(request, metadata=suite.as_("root", "admin"))


async def unregister(suite: Suite) -> None:
    request = connections_pb2.DeleteConnectionRequest(connection_id="shop")
    await suite.connections.DeleteConnection(request, metadata=suite.as_("root", "admin"))


async def all_listed(suite: Suite) -> list[tuple[str, list[str]]]:
    """Connections and names, as a consumer that comes late is told."""
    service = suite.as_("suggestions", "service")
    request = pb.ListVocabulariesRequest()
    found: list[tuple[str, list[str]]] = []
    while True:
        page = await suite.vocabularies.ListVocabularies(request, metadata=service)
        if not page.vocabularies:
            return found
        found += [(one.connection_id, names(one)) for one in page.vocabularies]
        request.after_connection = found[-1][0]


async def define(
    admin: Connection,
    kind: str,
    name: str,
    content: Any,
    org: str = "acme",
    connection: str = "events",
) -> None:
    """Have the knowledge base hold an item."""
    await admin.execute(
        "INSERT INTO knowledge_items VALUES ($1, gen_random_uuid(), $2, $3, $4, $4, '', '{}', $5,"
        " 1, 'ann', now(), 'ann', now())",
        *(org, kind, connection, name, json.dumps(content)),
    )


CLINIC: dict[str, Any] = {
    "metrics": [
        Words.Metric(name="waiting time", synonyms=["wait"]),
        Words.Metric(name="no-show rate", derived=True),
    ],
    "dimensions": [Words.Dimension(name="department", values=["Cardiology", "Radiology"])],
    "entities": [Words.Entity(name="doctor", synonyms=["physician"])],
}


async def test_what_is_put_is_read_back_and_told_whole(suite: Suite) -> None:
    answer = await put(suite, **CLINIC)
    assert answer == await get(suite, who=suite.as_("bob", "viewer"))
    assert answer.updated_by == "ann"
    [fact] = await told(suite)
    assert (fact.connection_id, fact.deleted, fact.omitted) == ("clinic", False, 0)
    assert [(term.name, term.kind) for term in fact.terms] == [
        ("waiting time", pb.Term.KIND_METRIC),
        ("no-show rate", pb.Term.KIND_METRIC),
        ("department", pb.Term.KIND_DIMENSION),
        ("doctor", pb.Term.KIND_ENTITY),
    ]
    assert fact.terms[0].synonyms == ["wait"]
    assert [term.derived for term in fact.terms] == [False, True, False, False]
    assert fact.terms[2].values == ["Cardiology", "Radiology"]


async def test_what_is_put_takes_the_place_of_all_before(suite: Suite) -> None:
    await put(suite, **CLINIC)
    await put(suite, entities=[Words.Entity(name="nurse")])
    assert [entity.name for entity in (await get(suite)).entities] == ["nurse"]
    assert [names(fact) for fact in await told(suite)][-1] == ["nurse"]


async def test_a_connection_may_have_no_words_and_goes_when_they_are_dropped(suite: Suite) -> None:
    await put(suite)
    await drop(suite)
    assert [(fact.deleted, names(fact)) for fact in await told(suite)] == [(False, []), (True, [])]
    for gone in (get(suite), drop(suite)):
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await gone
        assert reason_of(err.value) == "NOT_FOUND"
    assert len(await told(suite)) == 2


async def test_words_are_kept_once_without_white_space_around_them(suite: Suite) -> None:
    words = Words.Dimension(name=" ward ", values=["A", " A", "B ", " "], synonyms=["unit", "unit"])
    answer = await put(suite, dimensions=[words])
    assert answer.dimensions[0] == Words.Dimension(
        name="ward", values=["A", "B"], synonyms=["unit"]
    )


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"metrics": [Words.Metric(name="!?")]}, "metrics[0].name"),
        ({"metrics": [Words.Metric(name="a"), Words.Metric(name=" A")]}, "metrics[1].name"),
        ({"entities": [Words.Entity(name="x" * 101)]}, "entities[0].name"),
        ({"dimensions": [Words.Dimension(name="a", values=[""])]}, "dimensions[0].values[0]"),
        ({"connection": "../acme"}, "connection_id"),
        (
            {
                "dimensions": [
                    Words.Dimension(name=f"d{n}", values=[f"{v:0200}" for v in range(500)])
                    for n in range(3)
                ]
            },
            "vocabulary",
        ),
    ],
)
async def test_what_cannot_be_said_is_refused(
    suite: Suite, words: dict[str, Any], field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await put(suite, **words)
    assert field in violations_of(err.value)
    assert await told(suite) == []


async def test_one_name_may_be_of_two_kinds(suite: Suite) -> None:
    both: dict[str, Any] = {
        "dimensions": [Words.Dimension(name="ward")],
        "entities": [Words.Entity(name="ward")],
    }
    await put(suite, **both)
    assert [names(fact) for fact in await told(suite)] == [["ward", "ward"]]


async def test_viewers_put_and_drop_nothing(suite: Suite) -> None:
    viewer = suite.as_("bob", "viewer")
    await put(suite)
    for refused in (put(suite, who=viewer), drop(suite, who=viewer)):
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await refused
        assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_those_who_publish_at_the_same_time_take_turns(suite: Suite) -> None:
    """The last fact of each connection says what its table says."""
    await asyncio.gather(
        *(
            put(suite, f"c{n % 3}", metrics=[Words.Metric(name=f"m{n}")])
            for n in range(30)
        )
    )  # fmt: skip
    facts = await told(suite)
    assert len(facts) == 30
    newest = {fact.connection_id: names(fact) for fact in facts}
    for connection, last in newest.items():
        assert [metric.name for metric in (await get(suite, connection)).metrics] == last


async def test_a_late_consumer_gets_all_vocabularies_and_the_number_to_go_on_from(
    suite: Suite,
) -> None:
    for n in range(5):
        await put(suite, f"c{n}", metrics=[Words.Metric(name=f"m{n}")])
    await drop(suite, "c3")
    await put(suite, "theirs", who=suite.as_(org="other"))
    listed = [(name, words) for name, words in await all_listed(suite) if name != "events"]
    assert listed == [("c0", ["m0"]), ("c1", ["m1"]), ("c2", ["m2"]), ("c4", ["m4"])]
    request, service = pb.ListVocabulariesRequest(), suite.as_("suggestions", "service")
    page = await suite.vocabularies.ListVocabularies(request, metadata=service)
    assert page.as_of == 6
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await suite.vocabularies.ListVocabularies(request, metadata=suite.as_(role="admin"))
    assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_what_cannot_be_told_is_not_stored(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(store, "append_fact", fails)
    with pytest.raises(grpc.aio.AioRpcError):
        await put(suite, **CLINIC)
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await get(suite)
    assert reason_of(err.value) == "NOT_FOUND"


async def test_a_registered_connection_is_told_of_and_goes_when_it_is_deleted(
    suite: Suite, shop: Shop
) -> None:
    await register(suite, shop)
    await unregister(suite)
    assert [(fact.connection_id, fact.deleted) for fact in await told(suite)] == [
        ("shop", False),
        ("shop", True),
    ]


async def test_what_was_put_outlives_the_registered_connection(suite: Suite, shop: Shop) -> None:
    await register(suite, shop)
    await put(suite, "shop", metrics=[Words.Metric(name="revenue")])
    await unregister(suite)
    assert [(fact.deleted, names(fact)) for fact in await told(suite)] == [
        (False, []),
        (False, ["revenue"]),
        (False, ["revenue"]),
    ]


async def test_a_late_consumer_is_told_of_registered_connections_and_of_the_built_in_one(
    suite: Suite, shop: Shop
) -> None:
    await register(suite, shop)
    await put(suite, "aside")
    assert [one for one, _ in await all_listed(suite)] == ["aside", "events", "shop"]


async def test_definitions_are_told_as_they_are_said(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with connected(servers.admin_dsn(database), "analytics") as admin:
        for kind, name, content in (
            ("business_metric", "order_count", {"display_name": "Orders", "synonyms": ["sales"]}),
            ("business_metric", "margin", {"type": "ratio", "formula": "x"}),
            ("dimension", "country", {"values": ["DE", "FR"], "relation": "orders"}),
            ("entity", "customer", {"key": "id"}),
            ("event_definition", "purchase", {}),
        ):
            await define(admin, kind, name, content)
        await define(admin, "entity", "theirs", {}, org="other")
        await define(admin, "entity", "elsewhere", {}, connection="shop")
    await put(suite, "events", metrics=[Words.Metric(name="margin", synonyms=["gross margin"])])
    [fact] = await told(suite)
    assert [(term.name, [*term.synonyms], term.derived, [*term.values]) for term in fact.terms] == [
        ("margin", [], True, []),
        ("order count", ["Orders", "sales"], False, []),
        ("margin", ["gross margin"], False, []),
        ("country", [], False, ["DE", "FR"]),
        ("customer", [], False, []),
    ]


async def test_the_built_in_connection_never_goes(suite: Suite) -> None:
    await put(suite, "events", metrics=[Words.Metric(name="visits")])
    await drop(suite, "events")
    assert [(fact.deleted, names(fact)) for fact in await told(suite)] == [
        (False, ["visits"]),
        (False, []),
    ]
