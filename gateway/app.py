"""The gateway, wired: settings in, a listening HTTP server out."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Annotated, Any

import structlog
import uvicorn
from pydantic import Field, field_validator
from pydantic_settings import NoDecode
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.middleware.cors import CORSMiddleware

from gateway.admission.admission import Admission
from gateway.admission.forgetting import forgetting
from gateway.admission.identity import Exchange
from gateway.admission.limits import Limiter
from gateway.operations import operations
from gateway.replicas import Replicas
from gateway.routing.routes import discover
from gateway.transcode import Bounds, Transcoder, routes
from services.common.channels import channel_to
from services.common.settings import ProcessSettings

log = structlog.get_logger(__name__)

SUFFIX = "_address"
GRACE_SECONDS = 5
REDIS_SECONDS = 0.1
BACKLOG = 2048
EXPOSED = [
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "X-Request-Id",
]
ALLOWED = ["Authorization", "Content-Type", "Content-Encoding", "Idempotency-Key"]
ALLOWED += ["Last-Event-ID", "X-Request-Id"]

Names = Annotated[list[str], NoDecode]


class Settings(ProcessSettings):
    """Each is the variable ATTUNE_<NAME>. <service>_address is where attune.<service>.v1 is."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=0, le=65535)
    activity_address: str = "127.0.0.1:50051"
    suggestions_address: str = "127.0.0.1:50052"
    analytics_address: str = "127.0.0.1:50053"
    rate_limit: int = Field(default=6000, ge=0)  # requests a minute of one caller; 0 is no limit
    stranger_rate_limit: int = Field(default=300, ge=0)  # the same, of one address, unidentified
    cors_origins: Names = Field(default_factory=list)
    trusted_proxies: Names = Field(
        default_factory=list
    )  # whose X-Forwarded-For names the caller's address
    body_limit: int = Field(default=4 * 1024 * 1024, ge=1)  # bytes, after inflation
    upload_limit: int = Field(default=256 * 1024 * 1024, ge=1)  # the same, of streamed uploads
    call_seconds: float = Field(default=30, gt=0)
    stream_seconds: float = Field(default=3600, gt=0)
    body_seconds: float = Field(default=30, gt=0)
    heartbeat_seconds: float = Field(default=15, gt=0)

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def split(cls, value: Any) -> Any:
        """Names with commas between."""
        return (
            [n.strip() for n in value.split(",") if n.strip()] if isinstance(value, str) else value
        )

    @property
    def services(self) -> dict[str, str]:
        """Address by service."""
        own = [name for name in type(self).model_fields if name not in ProcessSettings.model_fields]
        names = [name for name in own if name.endswith(SUFFIX)]
        return {name.removesuffix(SUFFIX): getattr(self, name) for name in names}

    @property
    def bounds(self) -> Bounds:
        return Bounds(
            body=self.body_limit,
            upload=self.upload_limit,
            call=self.call_seconds,
            stream=self.stream_seconds,
            patience=self.body_seconds,
            heartbeat=self.heartbeat_seconds,
        )


class Server(uvicorn.Server):
    """uvicorn without its own signal handlers: whoever enters `running` decides when to stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running(settings: Settings, clock: Callable[[], float] = time.time) -> AsyncIterator[str]:
    """Run the gateway until the block ends; yields its address, host:port."""
    async with AsyncExitStack() as stack:
        channels = {
            service: await stack.enter_async_context(channel_to(address))
            for service, address in settings.services.items()
        }
        redis = await stack.enter_async_context(redis_for(settings))
        exchange = Exchange(channels["activity"], clock)
        if settings.redis_url:
            listening_for = forgetting(settings.redis_url, exchange.forget_caller)
            await stack.enter_async_context(listening_for)
        admission = Admission(
            exchange,
            Limiter(settings.rate_limit, redis, clock),
            Limiter(settings.stranger_rate_limit, None, clock),
        )
        replicas = {
            service: await stack.enter_async_context(Replicas(address).looked_up())
            for service, address in settings.services.items()
        }
        table = routes(discover(settings.services), channels, replicas, settings.bounds)
        handlers = operations(channels)
        app = Transcoder(table, admission, handlers, settings.bounds)
        yield await stack.enter_async_context(serving(with_cors(app, settings), settings))


@asynccontextmanager
async def redis_for(settings: Settings) -> AsyncIterator[Redis | None]:
    if not settings.redis_url:
        yield None
        return
    once = Retry(NoBackoff(), 0)  # a limit is not worth a caller's wait
    async with Redis.from_url(
        settings.redis_url,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        retry=once,
    ) as redis:
        yield redis


def with_cors(app: Any, settings: Settings) -> Any:
    if not settings.cors_origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=ALLOWED,
        expose_headers=EXPOSED,
    )


@asynccontextmanager
async def serving(app: Any, settings: Settings) -> AsyncIterator[str]:
    """Listen; at the end stop accepting, and let requests under way finish within the grace."""
    config = uvicorn.Config(
        app,
        interface="asgi3",
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = Server(config)
    with listening(settings.http_host, settings.http_port) as sock:
        host, port = sock.getsockname()[:2]
        task = asyncio.create_task(server.serve(sockets=[sock]))
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        log.info("serving", service="gateway", address=address)
        try:
            yield address
        finally:
            server.should_exit = True
            await task
            log.info("stopped", service="gateway")


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        sock = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        raise OSError(f"cannot listen on {host}:{port}: {reason}") from None
    with sock:
        # Answers are small and written at once: waiting for more of them costs 40 ms.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        yield sock
