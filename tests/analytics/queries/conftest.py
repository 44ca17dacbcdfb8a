"""Queries over gRPC, on a database of the tests' own, without the firewall before them.

What they test has to hold for any statement, and statements that wait (pg_sleep) pass no firewall.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NoReturn

import grpc
import pytest
from attune.analytics.v1 import queries_pb2 as pb
from attune.analytics.v1 import queries_pb2_grpc as pb_grpc
from attune.analytics.v1 import query_cache_pb2_grpc as cache_grpc
from attune.analytics.v1.metrics_pb2 import CompileMetricsRequest
from redis.asyncio import Redis

from services.analytics import app
from services.analytics.execution.domain import Limits
from services.analytics.execution.pools import Pools
from services.analytics.queries.checking import NotAllowed
from services.analytics.queries.running import Bounds
from services.analytics.queries.served import (
    Data,
    opened_queries,
    served_queries,
    served_query_cache,
)
from services.common.clock import utc_now
from services.common.errors import NotFound
from services.common.server import serving
from services.common.tokens import TokenVerifier
from tests.analytics.executing import One
from tests.clock import Clock
from tests.suite import PUBLIC_KEY, Servers, Suite

BOUNDS = Bounds(Limits(), at_once=4, at_once_of_one=2, kept_bytes=10**6)


@dataclass(frozen=True)
class Passed:
    sql: str

    relations = frozenset[tuple[str, str]]()

    @property
    def tree_hash(self) -> str:
        return sha256(" ".join(self.sql.split()).encode()).hexdigest()


class Open:
    """Lets everything pass that does not ask to be refused."""

    async def approved(self, organization_id: str, connection_id: str, sql: str) -> Passed:
        if "refuse me" in sql:
            raise NotAllowed("write", "may only read", sql.index("refuse me"))
        return Passed(sql)


class Unmeasured:
    """An organization that has defined no metrics."""

    async def compiled(self, organization_id: str, asked: CompileMetricsRequest) -> NoReturn:
        raise NotFound("nothing is measured")


class Nothing:
    """Knows of no catalogue, which running statements does not need."""

    async def read(self, organization_id: str, connection_id: str) -> None:
        return None


@dataclass
class Queries:
    """The service, with the database on which its statements run."""

    suite: Suite
    stub: "pb_grpc.QueriesServiceAsyncStub"
    cache: "cache_grpc.QueryCacheServiceAsyncStub"
    at: str
    clock: Clock

    async def run(
        self, sql: str, user: str = "ann", role: str = "analyst", org: str = "acme", **fields: Any
    ) -> pb.RunQueryResponse:
        request = pb.RunQueryRequest(sql=sql, connection_id="test", **fields)
        metadata = self.suite.as_(user, role, org=org)
        found: pb.RunQueryResponse = await self.stub.RunQuery(request, metadata=metadata)
        return found

    async def listed(
        self, user: str = "ann", role: str = "analyst", org: str = "acme", **fields: Any
    ) -> list[pb.Query]:
        request = pb.ListQueriesRequest(**fields)
        found = await self.stub.ListQueries(request, metadata=self.suite.as_(user, role, org=org))
        return list(found.queries)

    async def get(self, query_id: str, user: str = "ann", **who: Any) -> pb.Query:
        request = pb.GetQueryRequest(query_id=query_id)
        found: pb.Query = await self.stub.GetQuery(request, metadata=self.suite.as_(user, **who))
        return found

    async def results(self, query_id: str, user: str = "ann") -> pb.GetQueryResultsResponse:
        request = pb.GetQueryResultsRequest(query_id=query_id)
        found: pb.GetQueryResultsResponse = await self.stub.GetQueryResults(
            request, metadata=self.suite.as_(user)
        )
        return found


@asynccontextmanager
async def serving_queries(
    suite: Suite, at: str, redis_url: str, bounds: Bounds = BOUNDS
) -> AsyncIterator[Queries]:
    """A process of its own, as far as queries are concerned."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(app.pool_of(suite.analytics_settings))
        redis = await stack.enter_async_context(Redis.from_url(redis_url))
        pools = await stack.enter_async_context(Pools(4))
        data = Data(Nothing(), Open(), One(at), pools)
        opening = opened_queries(pool, redis, data, bounds, clock)
        opened = await stack.enter_async_context(opening)
        serve = serving(
            [served_queries(opened, Unmeasured(), clock), served_query_cache(opened, clock)],
            domain="analytics",
            verifier=TokenVerifier(PUBLIC_KEY, utc_now),
            ready=lambda: None,
        )
        address = await stack.enter_async_context(serve)
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(address))
        stubs = pb_grpc.QueriesServiceStub(channel), cache_grpc.QueryCacheServiceStub(channel)
        yield Queries(suite, *stubs, at, clock)


@pytest.fixture
async def queries(suite: Suite, servers: Servers, at: str) -> AsyncIterator[Queries]:
    async with Redis.from_url(servers.valkey.url()) as redis:
        async for key in redis.scan_iter("attune:queries:*", count=1000):
            await redis.delete(key)  # all tests share one server
    async with serving_queries(suite, at, servers.valkey.url()) as queries:
        yield queries
