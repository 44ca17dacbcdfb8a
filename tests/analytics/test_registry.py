"""The registry over gRPC: what is learned of events, how they drift, what is proposed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attune.analytics.v1 import event_definitions_pb2, event_definitions_pb2_grpc, registry_pb2_grpc
from attune.analytics.v1 import registry_pb2 as pb
from attune.common.v1.json_pb2 import Json
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.registry.domain import MOST_PROPERTIES, Drift, breaks_of, volume_expected
from services.analytics.registry.learning import find_breaks
from services.common.clock import utc_now
from tests.analytics.following import NOON, arrive, followed, happened, pool_of
from tests.suite import Suite


def stub_of(suite: Suite) -> "registry_pb2_grpc.RegistryServiceAsyncStub":
    return registry_pb2_grpc.RegistryServiceStub(suite.analytics_channel)


async def schemas(suite: Suite, org: str = "acme", **asked: Any) -> list[pb.EventSchema]:
    """All pages of one."""
    found: list[pb.EventSchema] = []
    token = None
    while True:
        request = pb.ListEventSchemasRequest(page_size=1, page_token=token, **asked)
        metadata = suite.as_("ann", "analyst", org=org)
        answer = await stub_of(suite).ListEventSchemas(request, metadata=metadata)
        found += answer.event_schemas
        token = answer.next_page_token
        if not token:
            return found


async def drifts(suite: Suite, org: str = "acme", **asked: Any) -> list[tuple[Any, ...]]:
    request = pb.ListSchemaDriftsRequest(**asked)
    metadata = suite.as_("ann", "analyst", org=org)
    answer = await stub_of(suite).ListSchemaDrifts(request, metadata=metadata)
    return [(d.kind, d.event, d.property, d.type, d.observed) for d in answer.drifts]


def orders(count: int, **properties: Any) -> list[Any]:
    return [
        happened(NOON + timedelta(seconds=n), properties={"total": n + 0.5, **properties})
        for n in range(count)
    ]


async def test_what_comes_is_learned_with_types_times_and_masked_examples(suite: Suite) -> None:
    odd = happened(NOON + timedelta(days=1), properties={"total": "12", "gift": None})
    contact = happened(event="View", properties={"contact": "ann@example.com", "on": "2026-03-04"})
    async with pool_of(suite) as pool:
        await arrive(pool, [*orders(3, paid_at="2026-03-04T12:00:00Z"), odd, contact])
        await arrive(pool, [happened(org="other", event="Secret")])
        await followed(pool, "acme", "other")
    order, view = await schemas(suite)
    types = {(p.name, t.type): t.occurrences for p in order.properties for t in p.types}
    assert types == {
        ("total", "number"): 3,
        ("total", "string"): 1,
        ("paid_at", "timestamp"): 3,
        ("gift", "null"): 1,
    }
    assert (order.event, order.events) == ("Order", 4)
    assert order.first_seen.ToDatetime(UTC) == NOON
    assert order.last_seen.ToDatetime(UTC) == NOON + timedelta(days=1)
    assert [(d.day, d.events) for d in order.days] == [("2026-03-05", 1), ("2026-03-04", 3)]
    assert {p.name: p.share for p in order.properties}["paid_at"] == 0.75
    shown = {p.name: list(p.types[0].examples) for p in view.properties}
    assert shown == {"contact": ["[email]"], "on": ["2026-03-04"]}
    assert [view.event] == [s.event for s in await schemas(suite, event="View")]
    assert [s.event for s in await schemas(suite, "other")] == ["Secret"]


async def test_arrivals_are_counted_once_however_they_are_cut(suite: Suite) -> None:
    async with pool_of(suite) as pool:
        for part in range(5):
            await arrive(pool, orders(10, part=part))
            if part % 2:
                await followed(pool)
        await followed(pool)
        await followed(pool)
    [order] = await schemas(suite)
    assert order.events == 50
    assert {p.name: p.types[0].occurrences for p in order.properties} == {"total": 50, "part": 50}


async def test_what_is_new_of_an_event_that_is_known_well_is_told(suite: Suite) -> None:
    async with pool_of(suite) as pool:
        await arrive(pool, orders(200))
        await followed(pool)
        assert await drifts(suite) == []
        new = [happened(properties={"total": "1,50", "coupon": "X"}), happened(event="Refund")]
        await arrive(pool, [*new, happened(properties={"total": None})])
        await followed(pool)
        again = {"total": "1,60", "coupon": "Y"}
        await arrive(pool, [happened(properties=again), happened(event="Refund")])
        await followed(pool)
    found = await drifts(suite)
    assert sorted(found) == [
        ("new_event", "Refund", "", "", 1),
        ("new_property", "Order", "coupon", "string", 1),
        ("new_type", "Order", "total", "string", 1),
    ]
    assert await drifts(suite, kind="new_type") == [("new_type", "Order", "total", "string", 1)]
    assert await drifts(suite, "other") == []


async def test_a_property_that_vanished_and_a_break_of_volume_are_told_once(suite: Suite) -> None:
    first = datetime(2026, 3, 1, 12, tzinfo=UTC)
    async with pool_of(suite) as pool:
        events = [
            happened(first + timedelta(days=day, seconds=n), properties={"total": 1})
            for day in range(10)
            for n in range(60 + day % 3)
        ]
        last = first + timedelta(days=10)
        events += [happened(last, properties={"sum": 1}) for _ in range(200)]
        await arrive(pool, events)
        await followed(pool)
        for _ in range(2):
            await find_breaks(pool, "acme", last.date(), utc_now())
    request = pb.ListSchemaDriftsRequest()
    answer = await stub_of(suite).ListSchemaDrifts(request, metadata=suite.as_("ann", "analyst"))
    found = {(d.kind, d.property, d.observed): d.expected for d in answer.drifts}
    assert found == {("volume_break", "", 200): 61.0, ("property_vanished", "total", 0): 200.0}
    assert {d.happened_at.ToDatetime(UTC) for d in answer.drifts} == {last.replace(hour=0)}


async def test_a_proposal_is_a_definition_that_may_be_created_as_it_is(suite: Suite) -> None:
    definitions = event_definitions_pb2_grpc.EventDefinitionsServiceStub(suite.analytics_channel)
    admin = suite.as_("root", "admin")
    async with pool_of(suite) as pool:
        await arrive(pool, orders(3, when="2026-03-04", tags=["a"]))
        await arrive(pool, [happened(event="attune.query"), happened(event="View")])
        await followed(pool)
    asked = pb.ListProposedDefinitionsRequest()
    answer = await stub_of(suite).ListProposedDefinitions(asked, metadata=admin)
    order, view = answer.event_definitions
    assert [(p.name, p.type, p.required) for p in order.properties] == [
        ("tags", "array", True),
        ("total", "number", True),
        ("when", "string", True),
    ]
    assert order.properties[1].example == Json(utf8=b"0.5")
    order.description = "Somebody bought something."
    create = event_definitions_pb2.CreateEventDefinitionRequest(event_definition=order)
    await definitions.CreateEventDefinition(create, metadata=admin)
    answer = await stub_of(suite).ListProposedDefinitions(asked, metadata=admin)
    assert [one.name for one in answer.event_definitions] == [view.name] == ["View"]


async def test_names_without_number_are_not_all_kept(suite: Suite) -> None:
    async with pool_of(suite) as pool:
        for part in range(3):
            names = {f"p{part}-{n}": 1 for n in range(MOST_PROPERTIES // 2)}
            await arrive(pool, [happened(properties=names)])
            await followed(pool)
    [order] = await schemas(suite)
    assert len(order.properties) == MOST_PROPERTIES


@given(st.lists(st.integers(40, 60), min_size=7, max_size=28), st.integers(40, 60))
def test_a_usual_day_is_no_break(history: list[int], count: int) -> None:
    assert volume_expected(history, count) is None


@pytest.mark.parametrize(("count", "expected"), [(0, 100.0), (20, 100.0), (400, 100.0), (90, None)])
def test_a_day_far_from_all_others_is_a_break(count: int, expected: float | None) -> None:
    assert volume_expected([98, 99, 100, 100, 101, 102, 104], count) == expected
    assert volume_expected([100] * 6, count) is None


def test_a_day_without_any_event_is_a_break() -> None:
    day = date(2026, 3, 20)
    counts = {day - timedelta(days=n): 100 for n in range(1, 15)}
    at = datetime(2026, 3, 20, tzinfo=UTC)
    found = [*breaks_of({("Order", ""): counts, ("Order", "total"): counts}, day, at)]
    assert found == [Drift("volume_break", "Order", "", "", at, 0, 100.0)]
