"""Metrics and dimensions as tests define them over gRPC."""

from typing import Any

import grpc
import msgspec
import pytest
from attune.analytics.v1 import business_metrics_pb2 as pb
from attune.analytics.v1 import dimensions_pb2, tracking_pb2
from attune.analytics.v1 import metrics_pb2 as metrics
from attune.common.v1.json_pb2 import Json
from google.api.httpbody_pb2 import HttpBody

from tests.suite import Suite

PURCHASES = pb.MetricSource(event="purchase")
VISITS = pb.MetricSource(event="visit")
USER = pb.MetricField(column="user_id")
AMOUNT = pb.MetricField(column="properties", path=["amount"], cast="numeric")
COUNTRY = pb.MetricField(column="properties", path=["country"])


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await call
    return err.value


def json(value: Any) -> Json:
    return Json(utf8=msgspec.json.encode(value))


async def define(suite: Suite, name: str, *, by: Any = None, **fields: Any) -> pb.BusinessMetric:
    request = pb.CreateBusinessMetricRequest(business_metric=pb.BusinessMetric(name=name, **fields))
    made: pb.BusinessMetric = await suite.business_metrics.CreateBusinessMetric(
        request, metadata=by or suite.as_()
    )
    return made


async def dimension(suite: Suite, name: str, *, by: Any = None, **fields: Any) -> Any:
    told = {"relation": "events", "field": COUNTRY, **fields}
    request = dimensions_pb2.CreateDimensionRequest(
        connection_id="events", dimension=dimensions_pb2.Dimension(name=name, **told)
    )
    return await suite.dimensions.CreateDimension(request, metadata=by or suite.as_())


async def delete(suite: Suite, made: Any) -> None:
    if isinstance(made, pb.BusinessMetric):
        request = pb.DeleteBusinessMetricRequest(business_metric_id=made.id)
        await suite.business_metrics.DeleteBusinessMetric(request, metadata=suite.as_())
    else:
        of = dimensions_pb2.DeleteDimensionRequest(connection_id="events", dimension_id=made.id)
        await suite.dimensions.DeleteDimension(of, metadata=suite.as_())


async def update(suite: Suite, made: pb.BusinessMetric, **fields: Any) -> pb.BusinessMetric:
    request = pb.UpdateBusinessMetricRequest(
        business_metric_id=made.id, business_metric=pb.BusinessMetric(**fields)
    )
    request.update_mask.paths.extend(fields)
    changed: pb.BusinessMetric = await suite.business_metrics.UpdateBusinessMetric(
        request, metadata=suite.as_()
    )
    return changed


async def shop_metrics(suite: Suite, **who: Any) -> dict[str, Any]:
    """Buyers, visitors, revenue and what follows from them, by their names."""
    count = {"aggregate": "count_distinct", "field": USER, "type": "simple", **who}
    revenue = {"aggregate": "sum", "field": AMOUNT, "type": "simple", "unit": "EUR", **who}
    ratio = {"type": "ratio", "numerator": "buyers", "denominator": "visitors", **who}
    made = [
        await define(suite, "buyers", source=PURCHASES, **count),
        await define(suite, "visitors", source=VISITS, **count),
        await define(suite, "revenue", source=PURCHASES, **revenue),
        await define(suite, "conversion_rate", **ratio),
        await define(suite, "per_buyer", type="derived", formula="revenue / buyers", **who),
        await dimension(suite, "country", **who),
    ]
    return {one.name: one for one in made}


async def happen(suite: Suite, *events: dict[str, Any], by: Any = None) -> None:
    """Product events, through the API."""
    body = HttpBody(data=msgspec.json.encode(events))
    request = tracking_pb2.IngestEventsRequest(body=body)
    answer = await suite.tracking.IngestEvents(request, metadata=by or suite.as_())
    assert answer.accepted == len(events)


async def ask(suite: Suite, *names: str, by: Any = None, **fields: Any) -> Any:
    request = metrics.QueryMetricsRequest(metrics=names, **fields)
    return await suite.metrics.QueryMetrics(request, metadata=by or suite.as_())


def rows(answer: Any) -> list[list[Any]]:
    found: list[list[Any]] = msgspec.json.decode(answer.rows.utf8)
    return found
