"""The gRPC face of kept results: translate, check, store, answer."""

from attune.analytics.v1 import query_cache_pb2 as pb
from attune.analytics.v1 import query_cache_pb2_grpc as pb_grpc

from services.analytics.results.cache import ResultCache
from services.analytics.results.store import CacheStore, Entry
from services.common.caller import caller
from services.common.clock import Clock
from services.common.interceptors import Context
from services.common.pages import filters_hash, page_token, position_of

RESULTS = 100
FILTERS = filters_hash("cached results")


class QueryCacheService(pb_grpc.QueryCacheServiceServicer):
    def __init__(self, store: CacheStore, cache: ResultCache, now: Clock) -> None:
        self._store = store
        self._cache = cache
        self._now = now

    async def ListCachedResults(
        self, request: pb.ListCachedResultsRequest, context: Context
    ) -> pb.ListCachedResultsResponse:
        limit, after = request.page_size or RESULTS, ""
        if request.page_token:
            [after] = position_of(request.page_token, FILTERS, tuple[str])
        found = await self._store.page(caller().organization_id, self._now(), after, limit)
        page, more = found[:limit], len(found) > limit
        return pb.ListCachedResultsResponse(
            results=map(entry_to_pb, page),
            next_page_token=page_token(FILTERS, (page[-1].key,)) if more else None,
        )

    async def InvalidateCachedResults(
        self, request: pb.InvalidateCachedResultsRequest, context: Context
    ) -> pb.InvalidateCachedResultsResponse:
        dropped = await self._cache.invalidate(
            caller().organization_id,
            key=request.key,
            connection_id=request.connection_id,
            tree_hash=request.tree_hash,
        )
        return pb.InvalidateCachedResultsResponse(dropped=dropped)


def entry_to_pb(entry: Entry) -> pb.CachedResult:
    fields = dict(vars(entry))
    del fields["result_id"]
    return pb.CachedResult(**fields)
