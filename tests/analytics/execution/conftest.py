"""A database of the tests' own, which statements run on without a firewall before them."""

from collections.abc import AsyncIterator

import pytest

from services.analytics.execution.executor import Executor
from services.analytics.execution.pools import Pools
from tests.databases import connected
from tests.suite import Servers

NAME = "executed"


class One:
    """Every connection leads to one database."""

    def __init__(self, dsn: str) -> None:
        self.at = dsn

    async def dsn(self, organization_id: str, connection_id: str) -> str:
        return self.at


@pytest.fixture(scope="session")
async def at(servers: Servers) -> AsyncIterator[str]:
    """The DSN of an empty database."""
    async with connected(servers.admin_dsn()) as admin:
        await admin.execute(f"CREATE DATABASE {NAME}")
        yield servers.admin_dsn(NAME)
        await admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@pytest.fixture
async def executor(at: str) -> AsyncIterator[Executor]:
    async with Pools(2) as pools:
        yield Executor(One(at), pools)
