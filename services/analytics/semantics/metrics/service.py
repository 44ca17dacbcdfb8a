"""The gRPC face of business metrics: translate, check, store, answer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attune.analytics.v1 import business_metrics_pb2 as pb
from attune.analytics.v1 import business_metrics_pb2_grpc as pb_grpc
from google.protobuf.field_mask_pb2 import FieldMask

from services.analytics.knowledge.serving import OURS, delete, facts_of, found, listed, version_in
from services.analytics.knowledge.versions.domain import BUSINESS_METRIC, Filters, Item
from services.analytics.knowledge.versions.items import Items
from services.analytics.semantics import integrity, wire
from services.analytics.semantics.domain import Aggregate, Grain
from services.analytics.semantics.metrics.domain import (
    EVENTS_CONNECTION,
    SQL,
    BusinessMetric,
    changed,
    draft_of,
    metric_in,
    needs,
)
from services.analytics.semantics.store import definitions_of
from services.common.caller import caller
from services.common.errors import InvalidFields, Violation
from services.common.idempotency import claim_of
from services.common.interceptors import Context
from services.common.masks import masked

# What a caller may send back as it was read.
TOLD = {*OURS, "needs", "used_by", "connection_id"}


class BusinessMetricsService(pb_grpc.BusinessMetricsServiceServicer):
    def __init__(self, items: Items) -> None:
        self._items = items

    async def CreateBusinessMetric(
        self, request: pb.CreateBusinessMetricRequest, context: Context
    ) -> pb.BusinessMetric:
        who, told = caller(), request.business_metric
        metric = changed(BusinessMetric(), changes_of(told, FieldMask()))
        draft = draft_of(metric, told.connection_id or EVENTS_CONNECTION)
        claim = claim_of(who.subject, request)
        item = await self._items.create(who, BUSINESS_METRIC, draft, note=request.note, claim=claim)
        return metric_to_pb(item)

    async def ListBusinessMetrics(
        self, request: pb.ListBusinessMetricsRequest, context: Context
    ) -> pb.ListBusinessMetricsResponse:
        filters = Filters(
            connection_id=request.connection_id,
            name=request.name,
            category=request.category,
            tags=sorted(set(request.tags)),
            text=request.text,
        )
        page, token = await listed(self._items.store, BUSINESS_METRIC, filters, request)
        return pb.ListBusinessMetricsResponse(
            business_metrics=map(metric_to_pb, page), next_page_token=token
        )

    async def GetBusinessMetric(
        self, request: pb.GetBusinessMetricRequest, context: Context
    ) -> pb.BusinessMetric:
        item = await found(self._items, BUSINESS_METRIC, request.business_metric_id)
        key = (caller().organization_id, item.connection_id)
        known = await definitions_of(self._items.store.pool, *key)
        return metric_to_pb(item, integrity.users_of(item.name, known))

    async def UpdateBusinessMetric(
        self, request: pb.UpdateBusinessMetricRequest, context: Context
    ) -> pb.BusinessMetric:
        told = request.business_metric
        known = await found(
            self._items, BUSINESS_METRIC, request.business_metric_id, version_in(told)
        )
        if told.connection_id not in ("", known.connection_id):
            raise InvalidFields(Violation("connection_id", "does not change: make another metric"))
        metric = changed(metric_in(known.content), changes_of(told, request.update_mask))
        draft = draft_of(metric, known.connection_id)
        return metric_to_pb(await self._items.change(caller(), known, draft, note=request.note))

    async def DeleteBusinessMetric(
        self, request: pb.DeleteBusinessMetricRequest, context: Context
    ) -> pb.DeleteBusinessMetricResponse:
        await delete(self._items, BUSINESS_METRIC, request.business_metric_id, request)
        return pb.DeleteBusinessMetricResponse()


def changes_of(told: pb.BusinessMetric, mask: FieldMask) -> Mapping[str, Any]:
    """The fields that a caller sets, as the domain has them."""
    changes = masked(told, mask, ignore=TOLD)
    translated: dict[str, Callable[[], Any]] = {
        "type": lambda: told.type or SQL,
        "filters": lambda: wire.filters_of(told.filters),
        "aggregate": lambda: Aggregate(told.aggregate) if told.aggregate else None,
        "grain": lambda: Grain(told.grain) if told.grain else None,
        "field": lambda: wire.field_of(told.field) if told.HasField("field") else None,
        "source": lambda: wire.source_of(told.source) if told.HasField("source") else None,
        "percentile": lambda: told.percentile if told.HasField("percentile") else None,
    }
    return changes | {name: translated[name]() for name in changes if name in translated}


def metric_to_pb(item: Item, used_by: Sequence[str] = ()) -> pb.BusinessMetric:
    metric = metric_in(item.content)
    source, field = metric.source, metric.field
    return pb.BusinessMetric(
        name=metric.name,
        display_name=metric.display_name,
        description=metric.description,
        synonyms=metric.synonyms,
        type=metric.type,
        connection_id=item.connection_id,
        formula=metric.formula,
        source=wire.source_to_pb(source) if source else None,
        aggregate=metric.aggregate or "",
        field=wire.field_to_pb(field) if field else None,
        percentile=metric.percentile,
        numerator=metric.numerator,
        denominator=metric.denominator,
        filters=wire.filters_to_pb(metric.filters),
        unit=metric.unit,
        grain=metric.grain or "",
        dimensions=metric.dimensions,
        owner=metric.owner,
        category=metric.category,
        tags=metric.tags,
        needs=needs(metric, item.connection_id),
        used_by=used_by,
        **facts_of(item),
    )
