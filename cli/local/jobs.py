"""The background jobs of every service, over the database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from cli.local.errors import LocalError
from cli.local.migrations import explained
from cli.local.secrets import SERVICES

if TYPE_CHECKING:
    from services.common.db import Connection
    from services.common.jobs import Job, JobState


async def list_jobs(admin_dsn: str) -> "list[tuple[str, JobState]]":
    """Each service's jobs, with the service's name."""
    from services.common import jobs

    found = []
    for service in SERVICES:
        async with connected(admin_dsn, service) as (conn, known):
            states = await jobs.list_jobs(conn, service, known)
            found += [(service, state) for state in states]
    return found


async def run_job(admin_dsn: str, name: str) -> "list[tuple[str, JobState]]":
    """Enqueue a job in every service that has it, and wait until a worker ran it.

    Returns how it went in each. Raises LocalError where it is unknown or fails.
    """
    from services.common import jobs
    from services.common.errors import DomainError

    ran = []
    for service in SERVICES:
        async with connected(admin_dsn, service) as (conn, known):
            if name not in {job.name for job in known}:
                continue
            try:
                await jobs.run_job(conn, service, known, name)
            except DomainError as err:
                raise LocalError(f"{service}: {err}.") from None
            states = await jobs.list_jobs(conn, service, known)
            ran += [(service, state) for state in states if state.name == name]
    if not ran:
        raise LocalError(f"No job is named {name!r}: `attune jobs list` shows them.")
    return ran


@asynccontextmanager
async def connected(
    admin_dsn: str, service: str
) -> "AsyncIterator[tuple[Connection, Sequence[Job]]]":
    """A connection inside the service's schema, and the service's jobs."""
    import asyncpg

    app = import_module(f"services.{service}.app")
    async with (
        explained("Cannot reach the database"),
        asyncpg.create_pool(
            admin_dsn, min_size=0, max_size=1, server_settings={"search_path": service}
        ) as pool,
        pool.acquire() as conn,
        app.known_jobs(pool) as known,
    ):
        yield conn, known
