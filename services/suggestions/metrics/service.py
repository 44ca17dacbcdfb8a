"""The gRPC face of the metrics: translate, count, answer."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from attune.suggestions.v1 import metrics_pb2 as pb
from attune.suggestions.v1 import metrics_pb2_grpc as pb_grpc

from services.common.caller import Caller, caller
from services.common.clock import Clock
from services.common.interceptors import Context
from services.suggestions.metrics.counting import RequestCounts
from services.suggestions.metrics.domain import CACHED, Requests, bucket_of, percent
from services.suggestions.metrics.store import MetricsStore

HOURS, DAYS, LIMIT = 24, 30, 10
BY = "hits"
EVER = datetime(1, 1, 1, tzinfo=UTC)


class SuggestionMetricsService(pb_grpc.SuggestionMetricsServiceServicer):
    def __init__(
        self,
        store: MetricsStore,
        counts: RequestCounts,
        settled: Callable[[str], Awaitable[None]],
        min_people: int,
        now: Clock,
    ) -> None:
        """`settled` waits until the answers that an organization was just given are cached."""
        self._store = store
        self._settled = settled
        self._counts = counts
        self._min_people = min_people
        self._now = now

    async def GetCacheMetrics(
        self, request: pb.GetCacheMetricsRequest, context: Context
    ) -> pb.GetCacheMetricsResponse:
        hours = request.hours or HOURS
        since = self._now() - timedelta(hours=hours)
        organization = caller().organization_id
        await self._settled(organization)
        cache = await self._store.entries(organization, since)
        requests = await self._requests(organization, since)
        total = sum(counted.requests for counted in requests.values())
        hits = requests[CACHED].requests if CACHED in requests else 0
        return pb.GetCacheMetricsResponse(
            hours=hours,
            since=since,
            **vars(cache),
            cache_hit_rate_percent=percent(cache.entries_hit, cache.entries),
            requests=total,
            hits=hits,
            request_hit_rate_percent=percent(hits, total),
            sources=map(source_to_pb, requests.items()),
        )

    async def ListPopularPatterns(
        self, request: pb.ListPopularPatternsRequest, context: Context
    ) -> pb.ListPopularPatternsResponse:
        since = self._now() - timedelta(days=request.days) if request.days else EVER
        role, limit = request.role or None, request.limit or LIMIT
        found = await self._store.patterns(caller().organization_id, role, since, limit)
        return pb.ListPopularPatternsResponse(
            patterns=[pb.ListPopularPatternsResponse.Pattern(**vars(p)) for p in found]
        )

    async def ListPopularSuggestions(
        self, request: pb.ListPopularSuggestionsRequest, context: Context
    ) -> pb.ListPopularSuggestionsResponse:
        who, by = caller(), request.by or BY
        since = self._now() - timedelta(hours=request.hours or HOURS)
        limit, min_people = request.limit or LIMIT, self._min_people_for(who)
        await self._settled(who.organization_id)
        found = await self._store.popular(who.organization_id, by, since, limit, min_people)
        return pb.ListPopularSuggestionsResponse(
            by=by,
            since=since,
            suggestions=[pb.ListPopularSuggestionsResponse.Suggestion(**vars(p)) for p in found],
        )

    async def GetServingClickThrough(
        self, request: pb.GetServingClickThroughRequest, context: Context
    ) -> pb.GetServingClickThroughResponse:
        days = request.days or DAYS
        since = self._now() - timedelta(days=days)
        organization = caller().organization_id
        requests = await self._requests(organization, since)
        servings = sum(counted.shown for counted in requests.values())
        clicks = await self._store.clicks(organization, since)
        return pb.GetServingClickThroughResponse(
            days=days,
            since=since,
            servings=servings,
            clicked_servings=clicks.clicked_servings,
            click_through_rate=percent(clicks.clicked_servings, servings),
            clicks=sum(clicks.by_position.values()),
            unmatched_clicks=clicks.unmatched,
            positions=map(position_to_pb, clicks.by_position.items()),
        )

    async def _requests(self, organization_id: str, since: datetime) -> dict[str, Requests]:
        """Requests by source, with those that this process has yet to store."""
        await self._counts.flush(organization_id)
        return await self._store.requests(organization_id, bucket_of(since))

    def _min_people_for(self, who: Caller) -> int:
        """How many people a text must concern for this caller to see it."""
        return 1 if who.may_read_others else self._min_people


def source_to_pb(counted: tuple[str, Requests]) -> pb.GetCacheMetricsResponse.Source:
    source, requests = counted
    return pb.GetCacheMetricsResponse.Source(source=source, requests=requests.requests)


def position_to_pb(counted: tuple[int, int]) -> pb.GetServingClickThroughResponse.Position:
    position, clicks = counted
    return pb.GetServingClickThroughResponse.Position(position=position, clicks=clicks)
