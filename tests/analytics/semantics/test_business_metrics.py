"""Business metrics, dimensions and entities: kept whole, checked before, and by whom needed."""

from typing import Any

import grpc
import pytest
from attune.analytics.v1 import business_metrics_pb2 as pb
from attune.analytics.v1 import dimensions_pb2, knowledge_items_pb2, vocabulary_pb2

from services.analytics.vocabulary.publishing import FACT
from tests.analytics.semantics.defining import (
    AMOUNT,
    PURCHASES,
    USER,
    define,
    delete,
    dimension,
    json,
    refused,
    shop_metrics,
    update,
)
from tests.databases import connected
from tests.suite import Suite

INVALID, CONFLICT = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION
CONVERSION = "count(DISTINCT CASE WHEN event = 'purchase' THEN user_id END) * 100.0 / count(*)"


async def get(suite: Suite, made: Any, **who: Any) -> pb.BusinessMetric:
    request = pb.GetBusinessMetricRequest(business_metric_id=made.id)
    got: pb.BusinessMetric = await suite.business_metrics.GetBusinessMetric(
        request, metadata=suite.as_(**who)
    )
    return got


async def test_the_documented_fields_are_enough_for_a_metric(suite: Suite) -> None:
    made = await define(
        suite,
        "conversion_rate",
        description="Buyers by events.",
        formula=CONVERSION,
        unit="%",
        tags=["b", "a", "b"],
        category="growth",
    )
    assert (made.type, made.connection_id, made.version) == ("sql", "events", 1)
    assert (made.unit, list(made.tags), made.category) == ("%", ["a", "b"], "growth")
    assert await get(suite, made) == made


async def test_every_field_is_read_as_it_was_written(suite: Suite) -> None:
    await dimension(suite, "country")
    where = pb.MetricFilter(dimension="country", operator="in", values=[json("DE"), json("O'x")])
    amount = pb.MetricFilter(field=AMOUNT, operator=">", values=[json(1.5)])
    made = await define(
        suite,
        "p95",
        type="simple",
        aggregate="percentile",
        percentile=0.95,
        field=AMOUNT,
        source=PURCHASES,
        filters=[where, amount],
        grain="week",
        dimensions=["country"],
        display_name="95 of 100 pay less",
        synonyms=["p ninety-five"],
        owner="ann",
    )
    assert made.filters == [where, amount]
    assert (made.percentile, made.field, made.source) == (0.95, AMOUNT, PURCHASES)
    assert (made.grain, list(made.dimensions), made.owner) == ("week", ["country"], "ann")
    assert await get(suite, made) == made
    changed = await update(suite, made, owner="bob", version=1)
    assert (changed.version, changed.owner, changed.filters) == (2, "bob", made.filters)


@pytest.mark.parametrize(
    ("fields", "where", "said"),
    [
        ({"formula": "count(DISTINCT nobody)"}, "formula", "has no column 'nobody'"),
        ({"formula": "count("}, "formula", "is no SQL"),
        ({"formula": "1) FROM events; DROP TABLE x --"}, "formula", "is no SQL"),
        ({"formula": "pg_sleep(10)"}, "formula", "pg_sleep"),
        ({"formula": "user_id"}, "formula", "GROUP BY"),
        ({"formula": "(SELECT count(*) FROM secrets)"}, "formula", "secrets"),
        ({"formula": "count(*) + (SELECT 1)"}, "formula", "subquery"),
        ({"formula": "count(*) OVER ()"}, "formula", "window"),
        ({"formula": "count(*), 1"}, "formula", "one expression"),
        ({"formula": "count(*) FROM events"}, "formula", "one expression"),
        ({"formula": "SELECT count(*) FROM pg_authid"}, "formula", "pg_authid"),
        ({}, "formula", "needs it"),
        ({"type": "derived", "formula": "nothing + 1"}, "formula", "no metric 'nothing'"),
        ({"type": "derived", "formula": "1 + drop table"}, "formula", "'table' at 9"),
        ({"type": "ratio", "numerator": "a"}, "denominator", "needs it"),
        ({"type": "ratio", "numerator": "a", "denominator": "b"}, "numerator", "no metric 'a'"),
        ({"type": "simple", "aggregate": "sum", "field": USER}, "field", "cast it to numeric"),
        ({"type": "simple", "aggregate": "sum"}, "field", "needs a column"),
        ({"type": "simple", "aggregate": "count", "formula": "1"}, "formula", "has none"),
        (
            {"type": "simple", "aggregate": "count", "dimensions": ["planet"]},
            "dimensions",
            "no dimension 'planet'",
        ),
        (
            {
                "type": "simple",
                "aggregate": "count",
                "source": pb.MetricSource(relation="pg_authid"),
            },
            "source",
            "no relation",
        ),
    ],
)
async def test_what_does_not_compile_or_may_not_run_is_not_kept(
    suite: Suite, fields: dict[str, Any], where: str, said: str
) -> None:
    error = await refused(define(suite, "bad", **fields))
    assert error.code() is INVALID
    assert said in str(error.details())
    assert str(error.details()).startswith(where)


async def test_metrics_of_a_connection_that_is_not_there_are_not_found(suite: Suite) -> None:
    error = await refused(define(suite, "x", formula="count(*)", connection_id="nowhere"))
    assert error.code() is grpc.StatusCode.NOT_FOUND


async def test_metrics_that_need_each_other_in_a_circle_are_refused_with_the_way(
    suite: Suite,
) -> None:
    made = await shop_metrics(suite)
    error = await refused(update(suite, made["revenue"], type="derived", formula="per_buyer * 2"))
    assert error.code() is INVALID
    assert "revenue → per_buyer → revenue" in str(error.details())
    error = await refused(define(suite, "self", type="derived", formula="self + 1"))
    assert "self → self" in str(error.details())


async def test_who_needs_a_metric_is_told_and_keeps_it_from_being_deleted(suite: Suite) -> None:
    made = await shop_metrics(suite)
    assert (await get(suite, made["buyers"])).used_by == ["conversion_rate", "per_buyer"]
    assert (await get(suite, made["per_buyer"])).needs == ["buyers", "revenue"]
    error = await refused(delete(suite, made["buyers"]))
    assert error.code() is CONFLICT
    assert "conversion_rate, per_buyer" in str(error.details())
    assert (await refused(update(suite, made["buyers"], name="shoppers"))).code() is CONFLICT
    assert (await get(suite, made["buyers"])).version == 1
    for name in ("conversion_rate", "per_buyer", "buyers"):
        await delete(suite, made[name])


async def test_a_dimension_that_a_metric_filters_by_cannot_be_deleted(suite: Suite) -> None:
    country = await dimension(suite, "country", values=["DE"])
    where = pb.MetricFilter(dimension="country", operator="=", values=[json("DE")])
    metric = await define(suite, "german", type="simple", aggregate="count", filters=[where])
    error = await refused(delete(suite, country))
    assert (error.code(), "german" in str(error.details())) == (CONFLICT, True)
    request = dimensions_pb2.GetDimensionRequest(connection_id="events", dimension_id=country.id)
    got = await suite.dimensions.GetDimension(request, metadata=suite.as_())
    assert (list(got.used_by), list(got.values)) == (["german"], ["DE"])
    await delete(suite, metric)
    await delete(suite, country)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"field": pb.MetricField(column="nothing")}, "field: events has no column 'nothing'"),
        ({"field": pb.MetricField(column="properties")}, "path"),
        ({"relation": "nowhere"}, "relation: there is no relation"),
        ({"field": pb.MetricField(column="user_id", path=["x"])}, "only JSON columns"),
    ],
)
async def test_a_dimension_needs_a_column_that_is_there(
    suite: Suite, fields: dict[str, Any], said: str
) -> None:
    error = await refused(dimension(suite, "bad", **fields))
    assert (error.code(), said in str(error.details())) == (INVALID, True)


async def test_entities_are_kept_and_their_key_is_checked(suite: Suite) -> None:
    def told(key: str) -> dimensions_pb2.CreateEntityRequest:
        entity = dimensions_pb2.Entity(name="customer", relation="events", key=key)
        return dimensions_pb2.CreateEntityRequest(connection_id="events", entity=entity)

    error = await refused(suite.entities.CreateEntity(told("nobody"), metadata=suite.as_()))
    assert error.code() is INVALID
    assert str(error.details()).startswith("key: events has no column 'nobody'")
    made = await suite.entities.CreateEntity(told("user_id"), metadata=suite.as_())
    request = dimensions_pb2.ListEntitiesRequest(connection_id="events")
    assert (await suite.entities.ListEntities(request, metadata=suite.as_())).entities == [made]
    other = dimensions_pb2.GetEntityRequest(connection_id="other", entity_id=made.id)
    error = await refused(suite.entities.GetEntity(other, metadata=suite.as_()))
    assert error.code() is grpc.StatusCode.NOT_FOUND


async def test_a_deleted_metric_comes_back_and_a_version_can_be_restored(suite: Suite) -> None:
    made = await define(suite, "events_all", formula="count(*)")
    await update(suite, made, formula="count(DISTINCT user_id)")
    await delete(suite, made)
    request = knowledge_items_pb2.RestoreItemRequest(item_id=made.id, version=1)
    await suite.knowledge_items.RestoreItem(request, metadata=suite.as_())
    assert (await get(suite, made)).formula == "count(*)"


async def test_another_organization_has_its_own_metrics(suite: Suite) -> None:
    made = await define(suite, "mine", formula="count(*)")
    request = pb.GetBusinessMetricRequest(business_metric_id=made.id)
    call = suite.business_metrics.GetBusinessMetric(request, metadata=suite.as_(org="other"))
    assert (await refused(call)).code() is grpc.StatusCode.NOT_FOUND
    assert (await define(suite, "mine", formula="count(*)", by=suite.as_(org="other"))).version == 1


async def test_viewers_read_metrics_and_do_not_write_them(suite: Suite) -> None:
    made = await define(suite, "mine", formula="count(*)")
    assert (await get(suite, made, role="viewer")).name == "mine"
    error = await refused(define(suite, "x", formula="count(*)", by=suite.as_(role="viewer")))
    assert error.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_what_data_are_called_is_told_in_the_transaction_that_defines_it(
    suite: Suite,
) -> None:
    await shop_metrics(suite)
    dsn = suite.analytics_settings.analytics_database_url
    async with connected(dsn, "analytics") as conn:
        payload = await conn.fetchval(
            "SELECT payload FROM event_log WHERE organization_id = 'acme' AND type = $1"
            " ORDER BY seq DESC LIMIT 1",
            FACT,
        )
    fact = vocabulary_pb2.VocabularyChanged.FromString(payload)
    derived = {term.name: term.derived for term in fact.terms}
    assert derived == {
        "buyers": False,
        "conversion rate": True,
        "country": False,
        "per buyer": True,
        "revenue": False,
        "visitors": False,
    }
