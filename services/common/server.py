"""How a service is served: the same way alone, under `make run` and in tests."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import structlog
from attune.common.v1 import multiplex_pb2_grpc
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.common.access import rules_of
from services.common.interceptors import Pipeline
from services.common.multiplex import Multiplexer
from services.common.tokens import TokenVerifier

log = structlog.get_logger(__name__)

GRACE_SECONDS = 5
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
OPTIONS = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    # Clients come back through the load balancer, so that new replicas get their share.
    ("grpc.max_connection_age_ms", 5 * 60 * 1000),
    # Streams under way may come to their end, which no deadline sets later than this.
    ("grpc.max_connection_age_grace_ms", 60 * 60 * 1000),
    # Clients ping every 30 s through long, silent streams.
    ("grpc.http2.min_ping_interval_without_data_ms", 20_000),
    ("grpc.so_reuseport", 0),
)


@dataclass(frozen=True)
class Served:
    """One proto service and the servicer that implements it."""

    descriptor: ServiceDescriptor
    register: Callable[[Any, Any], None]
    servicer: Any


@asynccontextmanager
async def serving(
    services: Sequence[Served],
    *,
    domain: str,
    verifier: TokenVerifier,
    ready: Callable[[], Any],
    address: str = "127.0.0.1:0",
) -> AsyncIterator[str]:
    """Serve until the block ends, then drain; yields the address bound.

    `ready` is awaited by every health check: it raises while the service's own database is down.
    Raises OSError where the address is taken.
    """
    rules = rules_of(s.descriptor for s in services)
    server = grpc.aio.server(options=OPTIONS)
    pipeline = Pipeline(domain, rules, verifier)
    for served in services:
        served.register(served.servicer, pipeline)
    server.add_generic_rpc_handlers((pipeline,))
    multiplexer = Multiplexer(pipeline)
    multiplex_pb2_grpc.add_MultiplexServiceServicer_to_server(multiplexer, server)
    names = [s.descriptor.full_name for s in services]
    health_pb2_grpc.add_HealthServicer_to_server(Health(ready), server)
    reflection.enable_server_reflection([*names, health.SERVICE_NAME], server)
    port = listen(server, address)
    await server.start()
    bound = f"{address.rpartition(':')[0]}:{port}"
    log.info("serving", service=domain, address=bound)
    try:
        yield bound
    finally:
        multiplexer.close()
        await server.stop(GRACE_SECONDS)
        log.info("stopped", service=domain)


def listen(server: grpc.aio.Server, address: str) -> int:
    try:
        return server.add_insecure_port(address)
    except RuntimeError:
        raise OSError(f"cannot listen on {address}: is the port in use?") from None


class Health(health_pb2_grpc.HealthServicer):  # type: ignore[misc]
    """grpc.health.v1: serving means that one's own database answers."""

    def __init__(self, ready: Callable[[], Any]) -> None:
        self._ready = ready

    async def Check(  # noqa: N802
        self, request: Any, context: Any
    ) -> health_pb2.HealthCheckResponse:
        try:
            await self._ready()
        except Exception as err:
            log.warning("not ready", error=str(err))
            return health_pb2.HealthCheckResponse(
                status=health_pb2.HealthCheckResponse.ServingStatus.NOT_SERVING
            )
        return health_pb2.HealthCheckResponse(
            status=health_pb2.HealthCheckResponse.ServingStatus.SERVING
        )
