import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from gateway import app
from services.analytics.chat.runs import journal
from tests.databases import cloned
from tests.suite import Servers, Suite, jwt_for, running_suite


@pytest.fixture(autouse=True)
def patient_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where many tests run side by side, Redis takes longer than an answer would wait for it."""
    monkeypatch.setattr(journal, "SECONDS", 20.0)


class Api:
    """REST over real HTTP, with the services behind it."""

    def __init__(self, address: str, suite: Suite) -> None:
        self.base_url = f"http://{address}"
        self.suite = suite

    @asynccontextmanager
    async def as_(
        self, user: str = "analyst001", **claims: Any
    ) -> AsyncIterator[httpx2.AsyncClient]:
        """A client with a person's credential."""
        headers = {"Authorization": f"Bearer {jwt_for(user, **claims)}"}
        async with httpx2.AsyncClient(
            base_url=self.base_url, headers=headers, timeout=30
        ) as client:
            yield client


@asynccontextmanager
async def running_api(servers: Servers, template: str, **changed: Any) -> AsyncIterator[Api]:
    """Gateway, services and workers over a database of their own."""
    async with (
        cloned(servers, template) as database,
        running_suite(servers, database) as suite,
        suite.worker(),
        gateway(suite, **changed) as address,
    ):
        yield Api(address, suite)


@asynccontextmanager
async def gateway(
    suite: Suite, clock: Callable[[], float] = time.time, **changed: Any
) -> AsyncIterator[str]:
    addresses = {f"{name}_address": address for name, address in suite.addresses.items()}
    settings = {
        "http_port": 0,
        "metrics_address": "",
        "redis_url": "",
        "rate_limit": 0,
        "stranger_rate_limit": 0,
    }
    async with app.running(app.Settings(**{**addresses, **settings, **changed}), clock) as address:
        yield address


@pytest.fixture(scope="module")
async def api(servers: Servers, template_db: str) -> AsyncIterator[Api]:
    """One for a module: each test has users of its own."""
    async with running_api(servers, template_db) as api:
        yield api


@pytest.fixture
async def client(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[httpx2.AsyncClient]:
    """A client as a person whom no other test knows."""
    async with api.as_(request.node.name[:100].encode("ascii", "replace").decode()) as client:
        yield client
