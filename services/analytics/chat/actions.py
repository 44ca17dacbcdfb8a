"""What can be done next: whole requests, of which the caller is offered those that they may make.

All kinds of actions are in KINDS. Which roles and scopes a request needs, and where it goes, is
told by the RPC that it is for.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from attune.analytics.v1 import (
    business_metrics_pb2,
    charts_pb2,
    chat_quality_pb2,
    dimensions_pb2,
    event_definitions_pb2,
    insights_pb2,
    metrics_pb2,
    queries_pb2,
    saved_queries_pb2,
)
from attune.analytics.v1 import chat_pb2 as pb
from attune.common.v1.json_pb2 import Json
from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor

from services.analytics.charts.choosing import ChartType
from services.analytics.chat.charting import Drawn
from services.analytics.chat.domain import (
    CERTIFY,
    CHART,
    DEFINE_DIMENSION,
    DEFINE_EVENT,
    DEFINE_METRIC,
    DRILL_DID_NOT_DO,
    DRILL_METRICS,
    DRILL_TREND,
    EXPORT,
    RUN,
    SAVE,
    Offer,
    Planned,
    Question,
)
from services.analytics.chat.drilling import drill_downs
from services.analytics.chat.quality.domain import is_certifiable
from services.analytics.chat.requests import chart_source, named
from services.analytics.queries.running import Answer
from services.common.access import rule_of
from services.common.caller import Caller
from services.common.errors import PermissionDenied

# So many other types of a chart are offered.
OTHER_TYPES = 2
LONGEST_TITLE = 200


def rpc_of(module: Any, service: str, method: str) -> MethodDescriptor:
    found: MethodDescriptor = module.DESCRIPTOR.services_by_name[service].methods_by_name[method]
    return found


# An action's type is what its kind starts with, until the dot.
KINDS: Mapping[str, MethodDescriptor] = {
    SAVE: rpc_of(saved_queries_pb2, "SavedQueriesService", "CreateSavedQuery"),
    CHART: rpc_of(charts_pb2, "ChartsService", "CreateChart"),
    CERTIFY: rpc_of(chat_quality_pb2, "ChatQualityService", "CertifyAnswer"),
    EXPORT: rpc_of(queries_pb2, "QueriesService", "ExportQuery"),
    RUN: rpc_of(queries_pb2, "QueriesService", "RunQuery"),
    DRILL_METRICS: rpc_of(metrics_pb2, "MetricsService", "QueryMetrics"),
    DRILL_TREND: rpc_of(insights_pb2, "InsightsService", "QueryTrend"),
    DRILL_DID_NOT_DO: rpc_of(insights_pb2, "InsightsService", "QueryDidNotDo"),
    DEFINE_METRIC: rpc_of(business_metrics_pb2, "BusinessMetricsService", "CreateBusinessMetric"),
    DEFINE_DIMENSION: rpc_of(dimensions_pb2, "DimensionsService", "CreateDimension"),
    DEFINE_EVENT: rpc_of(event_definitions_pb2, "EventDefinitionsService", "CreateEventDefinition"),
}


def offered(who: Caller, offers: Iterable[Offer]) -> list[pb.ChatAction]:
    """As actions, those that the caller's role and key allow."""
    return [action_of(offer) for offer in offers if may(who, KINDS[offer.kind])]


def may(who: Caller, rpc: MethodDescriptor) -> bool:
    try:
        rule_of(rpc).check(who, None)
    except PermissionDenied:
        return False
    return True


def action_of(offer: Offer) -> pb.ChatAction:
    rule = KINDS[offer.kind].GetOptions().Extensions[annotations_pb2.http]
    request = {
        "method": "POST",
        "path": rule.post.format(**offer.place),
        "body": offer.body,
    }
    return pb.ChatAction(
        type=offer.kind.partition(".")[0],
        label=offer.label,
        data=Json(utf8=msgspec.json.encode(request)),
    )


def of_results(question: Question, planned: Planned, answer: Answer) -> list[pb.ChatAction]:
    statement = {"connection_id": question.connection_id}
    save = statement | {"name": question.text[:LONGEST_TITLE], "query": planned.sql}
    export = statement | {"sql": planned.sql, "format": "csv", "name": named(question.text)}
    if question.message_id is not None:
        save["message_id"] = str(question.message_id)
    offers = [Offer(SAVE, "Save this query", save), Offer(EXPORT, "Download as CSV", export)]
    offers += [*certifying(question, planned), *drill_downs(question, planned, answer)]
    return offered(question.who, offers)


def certifying(question: Question, planned: Planned) -> Iterator[Offer]:
    told = (planned.way, planned.sql, question.text)
    if question.message_id is not None and is_certifiable(*told, follows=planned.follows):
        place = {"message_id": str(question.message_id)}
        yield Offer(CERTIFY, "Propose as a certified question", {}, place)


def of_chart(question: Question, planned: Planned, chart: Drawn) -> list[pb.ChatAction]:
    """Keep it as it is, or as another type that fits."""
    body = {
        "name": chart.title[:LONGEST_TITLE],
        "source": chart_source(planned, question.connection_id),
    }
    offers = [Offer(CHART, "Keep this chart", body | {"design": chart.design})]
    for kind in chart.others[:OTHER_TYPES]:
        design = {"type": kind, "title": chart.design.get("title", "")}
        article = "an" if kind == ChartType.AREA else "a"
        label = f"Keep it as {article} {kind} chart"
        offers.append(Offer(CHART, label, body | {"design": design}))
    return offered(question.who, offers)
