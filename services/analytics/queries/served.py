"""The RPC services of queries, each made of what it needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from attune.analytics.v1 import (
    queries_pb2,
    queries_pb2_grpc,
    query_cache_pb2,
    query_cache_pb2_grpc,
    query_editor_pb2,
    query_editor_pb2_grpc,
)
from redis.asyncio import Redis

from services.analytics.catalogue.store import Catalogues, CatalogueStore
from services.analytics.connections.connections import Connections
from services.analytics.connections.opening import Opener
from services.analytics.connections.store import ConnectionStore
from services.analytics.editor.improving.improver import Improver
from services.analytics.editor.service import QueryEditorService
from services.analytics.editor.store import NameStore
from services.analytics.editor.validating import Validator
from services.analytics.execution.domain import Limits
from services.analytics.execution.executor import Executor, Targets
from services.analytics.execution.pools import Pools
from services.analytics.queries.cancelling import Running
from services.analytics.queries.checking import CataloguesRead, Wall
from services.analytics.queries.firewall import Firewall
from services.analytics.queries.running import Bounds, Runner
from services.analytics.queries.service import MetricCompiler, QueriesService
from services.analytics.queries.store import QueryStore
from services.analytics.queries.targets import EventStore, Registered
from services.analytics.results.cache import ResultCache
from services.analytics.results.service import QueryCacheService
from services.analytics.results.store import CacheStore
from services.analytics.settings import Settings
from services.analytics.store.roles import QueryRoles
from services.common.clock import Clock
from services.common.db import Pool
from services.common.llm.model import Model
from services.common.server import Served
from services.common.vault import Vault


@dataclass(frozen=True)
class Data:
    """What statements run on: checked by the wall, where the targets lead, over the pools."""

    catalogues: CataloguesRead
    wall: Wall
    targets: Targets
    pools: Pools

    @property
    def executor(self) -> Executor:
        return Executor(self.targets, self.pools)


@asynccontextmanager
async def opened_data(
    settings: Settings, pool: Pool, vault: Vault, opener: Opener, now: Clock
) -> AsyncIterator[Data]:
    """The event store and the registered databases, until the block ends."""
    catalogues = Catalogues(CatalogueStore(pool), now)
    store = EventStore(QueryRoles(pool, vault), settings.analytics_database_url)
    connections = Connections(ConnectionStore(pool), vault, opener, now)
    async with Pools(settings.query_connections) as pools:
        targets = Registered(connections, opener, store)
        yield Data(catalogues, Firewall(catalogues), targets, pools)


@dataclass(frozen=True)
class Queries:
    """What the services have in common that run statements or tell of them."""

    runner: Runner
    running: Running
    store: QueryStore
    directory: CacheStore
    cache: ResultCache
    names: NameStore


@asynccontextmanager
async def opened_queries(
    pool: Pool, redis: Redis, data: Data, bounds: Bounds, now: Clock
) -> AsyncIterator[Queries]:
    """Statements run until the block ends."""
    store, directory = QueryStore(pool), CacheStore(pool)
    cache = ResultCache(redis, directory, bounds.kept_bytes, now)
    async with Running(store).looking() as running:
        runner = Runner(data.wall, data.executor, store, cache, running, bounds, now)
        yield Queries(runner, running, store, directory, cache, NameStore(pool))


def served_of_queries(
    queries: Queries, data: Data, metrics: MetricCompiler, improver: Improver, now: Clock
) -> list[Served]:
    return [
        served_queries(queries, metrics, now),
        served_query_cache(queries, now),
        served_query_editor(data, queries.names, improver),
    ]


def served_queries(queries: Queries, metrics: MetricCompiler, now: Clock) -> Served:
    q = queries
    return Served(
        queries_pb2.DESCRIPTOR.services_by_name["QueriesService"],
        queries_pb2_grpc.add_QueriesServiceServicer_to_server,
        QueriesService(q.runner, metrics, q.running, q.store, q.cache, now),
    )


def served_query_cache(queries: Queries, now: Clock) -> Served:
    return Served(
        query_cache_pb2.DESCRIPTOR.services_by_name["QueryCacheService"],
        query_cache_pb2_grpc.add_QueryCacheServiceServicer_to_server,
        QueryCacheService(queries.directory, queries.cache, now),
    )


def improver_of(data: Data, model: Model, name: str) -> Improver:
    """Asks the model `name`, where it is not empty, for better statements."""
    return Improver(Validator(data.wall, data.executor), data.catalogues, model, name)


def served_query_editor(data: Data, names: NameStore, improver: Improver) -> Served:
    return Served(
        query_editor_pb2.DESCRIPTOR.services_by_name["QueryEditorService"],
        query_editor_pb2_grpc.add_QueryEditorServiceServicer_to_server,
        QueryEditorService(data.wall, data.executor, data.catalogues, names, improver),
    )


def bounds_of(settings: Settings) -> Bounds:
    limits = Limits(
        seconds=settings.query_seconds, bytes=settings.query_bytes, cost=settings.query_cost
    )
    return Bounds(
        limits,
        settings.queries_at_once,
        settings.queries_at_once_per_user,
        settings.query_results_bytes,
    )
