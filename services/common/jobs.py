"""Background jobs and cron on pgqueuer: one execution however many workers there are.

A due cron entry only enqueues its job, so that a scheduled run and one by hand are the same thing:
claimed with SKIP LOCKED, redelivered when its worker dies, recorded in job_runs.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import structlog

from services.common.clock import Clock, utc_now
from services.common.db import Connection, Pool, load_queries
from services.common.errors import FailedPrecondition, NotFound
from services.common.telemetry import JOB_RUNS

if TYPE_CHECKING:
    from pgqueuer import PgQueuer
    from pgqueuer.domain.types import JobId
    from pgqueuer.models import Job as QueuedJob
    from pgqueuer.models import Schedule
    from pgqueuer.queries import Queries

log = structlog.get_logger(__name__)

SQL = load_queries(__package__, "jobs.sql")
RETRY_SECONDS = 30
POLL = timedelta(seconds=5)


class Skipped(Exception):
    """Raised by a job that left work to its next run because others were at it."""


@dataclass(frozen=True)
class Job:
    """Something to do in the background; `run` gets the payload that was enqueued."""

    name: str
    run: Callable[[bytes], Awaitable[None]]
    cron: str | None = None
    # How many of it may run at once, over all workers; 0 is any number.
    at_once: int = 0
    # What to do where it cannot be run by hand, because its payload says for what.
    instead: str = ""


@dataclass(frozen=True)
class JobState:
    """A job as `attune jobs list` shows it. Times are UTC; None means never."""

    name: str
    cron: str | None
    next_run: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    error: str | None


def queue_queries(conn: Connection, schema: str) -> "Queries":
    """pgqueuer's queries for one schema; its NOTIFY channel is the schema's own.

    pgqueuer is imported at its first use, 0.1 s: all know of jobs, and workers run them.
    """
    from pgqueuer.adapters.persistence.qb import (
        QueryBuilderEnvironment,
        QueryQueueBuilder,
        QuerySchedulerBuilder,
    )
    from pgqueuer.db import AsyncpgDriver
    from pgqueuer.domain.settings import DBSettings
    from pgqueuer.domain.types import Channel
    from pgqueuer.queries import Queries

    settings = DBSettings(db_schema=schema, channel=Channel(f"attune_{schema}_jobs"))
    return Queries(
        AsyncpgDriver(conn),  # type: ignore[arg-type]  # asyncpg's stubs split proxy and connection
        QueryBuilderEnvironment(settings),
        QueryQueueBuilder(settings),
        QuerySchedulerBuilder(settings),
    )


async def install_queue(conn: Connection) -> None:
    """Make or upgrade pgqueuer's tables in the current schema."""
    schema = await conn.fetchval("SELECT current_schema()")
    queries = queue_queries(conn, schema)
    if await queries.schema_is_installed():
        await queries.upgrade()
    else:
        await queries.install(create_schema=False)


async def enqueue_once(conn: Connection, schema: str, name: str, payload: bytes = b"") -> None:
    """Put a job into the queue in this transaction, unless the same waits there already."""
    once: list[str | None] = [f"{name}:{payload.decode()}"]
    queries = queue_queries(conn, schema)
    await queries.enqueue([name], [payload], [0], dedupe_key=once, on_conflict="skip")


@asynccontextmanager
async def working_jobs(
    pool: Pool, schema: str, jobs: Sequence[Job], now: Clock = utc_now
) -> AsyncIterator[None]:
    """Run the jobs of a schema until the block ends; those under way may finish."""
    stop = asyncio.Event()
    task = asyncio.create_task(keep_working(pool, schema, jobs, now, stop))
    try:
        yield
    finally:
        stop.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(task, RETRY_SECONDS)


async def keep_working(
    pool: Pool, schema: str, jobs: Sequence[Job], now: Clock, stop: asyncio.Event
) -> None:
    """Work the queue; where the database goes away, come back when it does."""
    while not stop.is_set():
        try:
            async with pool.acquire() as conn:
                try:
                    await work_queue(conn, pool, schema, jobs, now, stop)
                finally:
                    await conn.close()  # pgqueuer leaves its listener on it
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, RuntimeError) as err:
            log.warning("job queue lost; reconnecting", schema=schema, error=str(err))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 1)


async def work_queue(
    conn: Connection, pool: Pool, schema: str, jobs: Sequence[Job], now: Clock, stop: asyncio.Event
) -> None:
    from pgqueuer import PgQueuer

    queries = queue_queries(conn, schema)
    settings = queries.qbe.settings
    queuer = PgQueuer(queries.driver, channel=settings.channel, queries=queries)
    for job in jobs:
        register(queuer, pool, schema, job, now)
    stopping = asyncio.create_task(relay(stop, queuer.shutdown))
    try:
        await queuer.run(
            dequeue_timeout=POLL,
            heartbeat_timeout=timedelta(seconds=RETRY_SECONDS),
            shutdown_on_listener_failure=True,
        )
    finally:
        stopping.cancel()


async def relay(stop: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stop.wait()
    shutdown.set()


def register(queuer: "PgQueuer", pool: Pool, schema: str, job: Job, now: Clock) -> None:
    async def run(queued: "QueuedJob") -> None:
        await recorded(pool, job, queued.payload or b"", now)

    async def due(_schedule: object) -> None:
        async with pool.acquire() as conn:
            await enqueue_once(conn, schema, job.name)

    queuer.entrypoint(job.name, concurrency_limit=job.at_once, accepts_context=False)(run)
    if job.cron:
        queuer.schedule(job.name, job.cron, clean_old=True, accepts_context=False)(due)


async def recorded(pool: Pool, job: Job, payload: bytes, now: Clock) -> None:
    """Run the job and keep how it went."""
    await pool.execute(SQL["start_job_run"], job.name, now())
    outcome, error = "ok", None
    try:
        await job.run(payload)
    except Skipped as err:
        outcome = "skipped"
        log.info("job skipped", job=job.name, reason=str(err))
    except BaseException as err:  # one that is cut off while the worker stops did not succeed
        outcome, error = "error", f"{type(err).__name__}: {err}"
        log.error("job failed", job=job.name, exc_info=err)
        raise
    finally:
        JOB_RUNS.labels(job.name, outcome).inc()
        await pool.execute(SQL["end_job_run"], job.name, now(), error)


async def list_jobs(conn: Connection, schema: str, jobs: Sequence[Job]) -> list[JobState]:
    """Each job with its schedule and newest run."""
    schedules: dict[str, Schedule] = {
        s.entrypoint: s for s in await queue_queries(conn, schema).peek_schedule()
    }
    runs = {row["job"]: row for row in await conn.fetch(SQL["list_job_runs"])}
    return [state_of(job, schedules.get(job.name), runs.get(job.name)) for job in jobs]


def state_of(job: Job, schedule: "Schedule | None", run: asyncpg.Record | None) -> JobState:
    return JobState(
        name=job.name,
        cron=job.cron,
        next_run=schedule.next_run if schedule else None,
        started_at=run["started_at"] if run else None,
        ended_at=run["ended_at"] if run else None,
        error=run["error"] if run else None,
    )


async def run_job(
    conn: Connection, schema: str, jobs: Sequence[Job], name: str, patience: float = 600
) -> None:
    """Enqueue a job and wait until a worker has run it.

    Raises NotFound for an unknown name, FailedPrecondition where it failed, none ran it or it
    is not run by hand.
    """
    job = next((job for job in jobs if job.name == name), None)
    if job is None:
        raise NotFound(f"no job is named {name!r}")
    if job.instead:
        raise FailedPrecondition(f"{name} is run by {job.instead}")
    queries = queue_queries(conn, schema)
    [job_id] = await queries.enqueue(name, None)
    try:
        async with asyncio.timeout(patience):
            status = await finished(queries, job_id)
    except TimeoutError:
        raise FailedPrecondition(f"no worker ran {name} in {patience:.0f} s") from None
    if status != "successful":
        raise FailedPrecondition(f"{name} ended as {status}; the worker's log says why")


async def finished(queries: "Queries", job_id: "JobId") -> str:
    while True:
        status = dict(await queries.job_status([job_id])).get(job_id, "queued")
        if status not in ("queued", "picked"):
            return status
        await asyncio.sleep(0.1)  # another process works: there is no event to await here
