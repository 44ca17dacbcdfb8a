"""Real servers for the tests: one PostgreSQL and one Valkey a run, a fresh database a test."""

import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest
from anyio.pytest_plugin import get_runner

from cli.local.postgres import Postgres
from cli.local.process import free_ports, running
from cli.local.valkey import Valkey
from services.activity import app as activity_app
from services.analytics import app as analytics_app
from services.common.migrate import migrate
from services.suggestions import app as suggestions_app
from tests.suite import PASSWORD, Servers, Suite, install_vocabulary, running_suite


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def one_event_loop(anyio_backend: str) -> Iterator[None]:
    """Keeps the loop until the run ends: gRPC may still tell a call's end when its test is over."""
    with get_runner(anyio_backend, {}):
        yield


# What databases of tests and their logs take at most.
ROOM_BYTES = 4 * 1024**3


def folder_in_memory() -> str | None:
    """A file system in memory, where there is one with room: a database is cloned in a tenth of
    the time that its thousand files take on a disk.
    """
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and shutil.disk_usage(folder).free >= ROOM_BYTES
    return str(folder) if roomy and os.access(folder, os.W_OK) else None


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """A PostgreSQL and a Valkey of this run's own, stopped at its end."""
    with TemporaryDirectory(prefix="attune-tests-", dir=folder_in_memory()) as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
        ports = free_ports(2)
        postgres = Postgres(folder / "postgres", "test-superuser", ports[0], durable=False)
        valkey = Valkey(folder / "valkey", "test-valkey", ports[1], durable=False)
        with (
            running(postgres, folder / "postgres.log"),
            running(valkey, folder / "valkey.log"),
        ):
            yield Servers(postgres, valkey)


@pytest.fixture(scope="session")
async def template_db(servers: Servers) -> str:
    """A fully migrated database with one vocabulary; each test clones it."""
    name = f"template_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(servers.admin_dsn())
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    for app in (activity_app, suggestions_app, analytics_app):
        await migrate(servers.admin_dsn(name), app.SCHEMA, str(app.__package__), PASSWORD)
    await install_vocabulary(servers.admin_dsn(name))
    return name


@pytest.fixture
async def database(servers: Servers, template_db: str) -> AsyncIterator[str]:
    """The name of a database of the test's own."""
    name = f"test_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(servers.admin_dsn())
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template_db} STRATEGY file_copy")
    yield name
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def suite(servers: Servers, database: str) -> AsyncIterator[Suite]:
    """All services, served on free ports over the test's own database, without workers."""
    async with running_suite(servers, database) as suite:
        yield suite
