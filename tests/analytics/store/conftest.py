"""An event store with rows of two organizations, freshly migrated: a cloned database keeps its
objects and loses what is said of the database itself.
"""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from services.analytics import app
from services.analytics.store import QueryRoles, store_dsn
from services.common.db import pool_for
from services.common.migrate import migrate
from services.common.vault import Keyring, Vault
from tests.databases import connected
from tests.suite import PASSWORD, Servers

KEYS = Keyring({"test": b"k" * 32})
OURS, THEIRS = "acme", "globex"
SECRET = "their-secret"


@dataclass(frozen=True)
class Store:
    """`ours` and `theirs` are DSNs of the organizations' query roles, `admin` one that may all."""

    admin: str
    ours: str
    theirs: str


@pytest.fixture(scope="module")
async def store(servers: Servers) -> AsyncIterator[Store]:
    name = f"store_{uuid.uuid4().hex}"
    async with connected(servers.admin_dsn()) as admin:
        await admin.execute(f"CREATE DATABASE {name}")
        try:
            await migrate(servers.admin_dsn(name), app.SCHEMA, str(app.__package__), PASSWORD)
            async with connected(servers.admin_dsn(name)) as conn:
                for organization, text in ((OURS, "ours"), (THEIRS, SECRET)):
                    await conn.execute(ROWS, organization, text)
            yield await opened(servers, name)
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


ROWS = """
INSERT INTO analytics.events
    (organization_id, timestamp, id, type, event, user_id, properties, source, received_at)
SELECT $1, now() - n * interval '1 hour', gen_random_uuid(), 'track', 'purchase', $2::text,
    jsonb_build_object('note', $2::text, 'n', n), 'test', now()
FROM generate_series(1, 50) AS n
"""


async def opened(servers: Servers, name: str) -> Store:
    dsn = servers.dsn(name, "analytics")
    async with pool_for(dsn, "analytics") as pool:
        roles = QueryRoles(pool, Vault(pool, KEYS))
        ours, theirs = [store_dsn(dsn, await roles.login(o)) for o in (OURS, THEIRS)]
    return Store(servers.admin_dsn(name), ours, theirs)
