"""What the tests of analytics share."""

from collections.abc import AsyncIterator

import pytest

from tests.databases import connected
from tests.suite import Servers

NAME = "executed"


@pytest.fixture(scope="session")
async def at(servers: Servers) -> AsyncIterator[str]:
    """The DSN of an empty database."""
    async with connected(servers.admin_dsn()) as admin:
        await admin.execute(f"CREATE DATABASE {NAME}")
        yield servers.admin_dsn(NAME)
        await admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
