"""Other people's databases: in the cluster that Attune uses, and on a second server."""

from collections.abc import AsyncIterator, Iterator

import pytest

from cli.local.postgres import Postgres
from tests.analytics.connections.shops import Shop, made_shop
from tests.servers import own_postgres
from tests.suite import Servers


@pytest.fixture
async def shop(servers: Servers) -> AsyncIterator[Shop]:
    """In the cluster in which Attune's own database is."""
    async with made_shop(servers.postgres) as shop:
        yield shop


@pytest.fixture(scope="session")
def other_server() -> Iterator[Postgres]:
    """A second PostgreSQL, which holds nothing of Attune's."""
    with own_postgres() as own:
        yield own.server


@pytest.fixture
async def other_shop(other_server: Postgres) -> AsyncIterator[Shop]:
    async with made_shop(other_server) as shop:
        yield shop
