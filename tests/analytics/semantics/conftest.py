"""A database that is a shop's, and nothing of Attune's."""

import uuid
from collections.abc import AsyncIterator

import pytest

from services.common.db import Connection
from tests.analytics.semantics.shop import DDL
from tests.databases import connected
from tests.suite import Servers


@pytest.fixture(scope="module")
async def shop_db(servers: Servers) -> AsyncIterator[Connection]:
    name = f"shop_{uuid.uuid4().hex}"
    async with connected(servers.admin_dsn()) as admin:
        await admin.execute(f"CREATE DATABASE {name}")
        async with connected(servers.admin_dsn(name)) as conn:
            await conn.execute(DDL)
            yield conn
        await admin.execute(f"DROP DATABASE {name}")
