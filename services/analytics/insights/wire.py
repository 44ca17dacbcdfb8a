"""Requests as plans."""

from datetime import timedelta

from attune.analytics.v1 import insights_pb2 as pb

from services.analytics.insights.domain import (
    Breakdown,
    DidNotDo,
    Funnel,
    Measure,
    Quantity,
    Retention,
    Step,
    Trend,
)
from services.analytics.semantics.domain import Grain
from services.analytics.semantics.querying.asking import range_of
from services.analytics.semantics.wire import field_of, filters_of

TOP, PERIODS = 10, 8


def trend_of(request: pb.QueryTrendRequest) -> Trend:
    """Raises InvalidFields, as all here do."""
    breakdown = breakdown_of(request)
    top = request.top if request.HasField("top") else TOP if breakdown else None
    return Trend(
        step=step_of(request.step, "step"),
        time_range=range_of(request.time_range),
        measure=measure_of(request.measure),
        grain=Grain(request.grain) if request.grain else None,
        breakdown=breakdown,
        top=top,
    )


def funnel_of(request: pb.QueryFunnelRequest) -> Funnel:
    return Funnel(
        steps=tuple(step_of(one, f"steps[{n}]") for n, one in enumerate(request.steps)),
        within=timedelta(seconds=request.within_seconds),
        time_range=range_of(request.time_range),
        breakdown=breakdown_of(request),
    )


def retention_of(request: pb.QueryRetentionRequest) -> Retention:
    return Retention(
        first=step_of(request.first, "first"),
        again=step_of(request.again, "again") if request.HasField("again") else None,
        grain=Grain(request.grain or Grain.WEEK),
        periods=request.periods if request.HasField("periods") else PERIODS,
        time_range=range_of(request.time_range),
    )


def did_not_do_of(request: pb.QueryDidNotDoRequest) -> DidNotDo:
    """Without its page."""
    return DidNotDo(
        did=step_of(request.did, "did"),
        did_not=step_of(request.did_not, "did_not"),
        time_range=range_of(request.time_range),
    )


def step_of(told: pb.InsightStep, where: str) -> Step:
    return Step(told.event, filters_of(told.filters, f"{where}.filters"))


def measure_of(told: pb.InsightMeasure) -> Measure:
    field = field_of(told.field) if told.HasField("field") else None
    return Measure(Quantity(told.quantity or Quantity.EVENTS), field)


def breakdown_of(request: pb.QueryTrendRequest | pb.QueryFunnelRequest) -> Breakdown | None:
    if not request.HasField("breakdown"):
        return None
    told = request.breakdown
    return Breakdown(told.dimension, field_of(told.field) if told.HasField("field") else None)
