"""An event store whose rows tests replace, read as an organization's role reads it."""

import uuid
from collections.abc import AsyncIterator

import pytest

from services.analytics import app
from services.analytics.catalogue.store import Catalogues, CatalogueStore
from services.common.clock import utc_now
from services.common.db import pool_for
from services.common.migrate import migrate
from tests.analytics.insights.happening import Store
from tests.analytics.store.conftest import OURS, opened
from tests.databases import connected
from tests.suite import PASSWORD, Servers


@pytest.fixture(scope="module")
async def happened(servers: Servers) -> AsyncIterator[Store]:
    name = f"insights_{uuid.uuid4().hex}"
    async with connected(servers.admin_dsn()) as admin:
        await admin.execute(f"CREATE DATABASE {name}")
        try:
            await migrate(servers.admin_dsn(name), app.SCHEMA, str(app.__package__), PASSWORD)
            dsns = await opened(servers, name)
            async with pool_for(servers.dsn(name, app.SCHEMA), app.SCHEMA) as pool:
                catalogue = await Catalogues(CatalogueStore(pool), utc_now).read(OURS, "events")
            assert catalogue
            async with connected(dsns.admin) as conn, connected(dsns.ours) as role:
                yield Store(conn, role, catalogue)
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
