"""The gRPC face of the metrics: translate, count, answer."""

from datetime import datetime, timedelta

from attune.activity.v1 import metrics_pb2 as pb
from attune.activity.v1 import metrics_pb2_grpc as pb_grpc

from services.activity.metrics.domain import CLICKABLE, TypeCount, Window, percent
from services.activity.metrics.store import MetricsStore
from services.common.caller import caller
from services.common.clock import Clock
from services.common.errors import InvalidFields, Violation
from services.common.interceptors import Context
from services.common.pages import filters_hash, page_token, position_of

BREAKDOWN_DAYS, CLICK_DAYS = 7, 30
PAGE_SIZE = 100
# Where the first page starts: before a rate of 100 % and every user.
FIRST = (-101.0, "")
# How long somebody may take from the first page to the last.
TOKEN_LIFE = timedelta(days=1)


class ActivityMetricsService(pb_grpc.ActivityMetricsServiceServicer):
    def __init__(self, store: MetricsStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def GetActivityBreakdown(
        self, request: pb.GetActivityBreakdownRequest, context: Context
    ) -> pb.GetActivityBreakdownResponse:
        days = request.days or BREAKDOWN_DAYS
        window = Window.of(self._now() - timedelta(days=days))
        types = await self._store.breakdown(caller().organization_id, window)
        return pb.GetActivityBreakdownResponse(
            days=days,
            since=window.since,
            activities=map(type_to_pb, types),
            click_through=click_through_of(types),
        )

    async def ListClickThroughRates(
        self, request: pb.ListClickThroughRatesRequest, context: Context
    ) -> pb.ListClickThroughRatesResponse:
        days, limit = request.days or CLICK_DAYS, request.page_size or PAGE_SIZE
        since, after = self._start(request, days)
        organization, window = caller().organization_id, Window.of(since)
        found = await self._store.click_through(organization, window, after, limit)
        page, more = found[:limit], len(found) > limit
        token = None
        if more:
            position = (since, -page[-1].click_through_rate, page[-1].user_id)
            token = page_token(filters_hash(days), position)
        return pb.ListClickThroughRatesResponse(
            days=days,
            since=since,
            users=[pb.ListClickThroughRatesResponse.User(**vars(user)) for user in page],
            next_page_token=token,
        )

    def _start(
        self, request: pb.ListClickThroughRatesRequest, days: int
    ) -> tuple[datetime, tuple[float, str]]:
        """When the window begins, the same for all pages, and where the page does."""
        since = self._now() - timedelta(days=days)
        if not request.page_token:
            return since, FIRST
        shape = tuple[datetime, float, str]
        began, rate, user_id = position_of(request.page_token, filters_hash(days), shape)
        if not since - TOKEN_LIFE <= began <= since:
            raise InvalidFields(Violation("page_token", "is too old; start without one"))
        return began, (rate, user_id)


def type_to_pb(counted: TypeCount) -> pb.GetActivityBreakdownResponse.Type:
    return pb.GetActivityBreakdownResponse.Type(
        activity_type=counted.activity_type,
        count=counted.activities,
        unique_users=counted.unique_users,
    )


def click_through_of(types: list[TypeCount]) -> pb.GetActivityBreakdownResponse.ClickThrough:
    among = [counted for counted in types if counted.activity_type in CLICKABLE]
    total, clicked = sum(c.activities for c in among), sum(c.clicks for c in among)
    return pb.GetActivityBreakdownResponse.ClickThrough(
        total_queries=total,
        clicked_suggestions=clicked,
        click_through_rate=percent(clicked, total),
    )
