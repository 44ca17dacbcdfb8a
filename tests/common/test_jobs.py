"""Background jobs on a real queue, with workers that come and go."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import pytest

from services.common.db import Connection, Pool, pool_for
from services.common.errors import FailedPrecondition, NotFound
from services.common.jobs import (
    Job,
    JobState,
    Skipped,
    enqueue_once,
    list_jobs,
    run_job,
    working_jobs,
)
from services.common.telemetry import JOB_RUNS
from tests.clock import Clock
from tests.databases import connected
from tests.suite import Servers
from tests.waiting import until

SCHEMA = "activity"
NEVER = "0 0 1 1 *"


class Work:
    """A job that counts its runs by payload and waits at a gate."""

    def __init__(self) -> None:
        self.runs: Counter[bytes] = Counter()
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None

    async def __call__(self, payload: bytes) -> None:
        self.runs[payload] += 1
        await self.gate.wait()
        if self.error:
            raise self.error

    def job(self, cron: str | None = None) -> Job:
        return Job("work", self, cron)


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
async def conn(servers: Servers, database: str) -> AsyncIterator[Connection]:
    async with connected(servers.dsn(database, SCHEMA), SCHEMA) as conn:
        yield conn


@pytest.fixture
async def pools(servers: Servers, database: str) -> AsyncIterator[list[Pool]]:
    """Pools of two worker processes."""
    async with AsyncExitStack() as stack:
        dsn = servers.dsn(database, SCHEMA)
        yield [await stack.enter_async_context(pool_for(dsn, SCHEMA, 2)) for _ in range(2)]


@asynccontextmanager
async def workers(pools: list[Pool], *jobs: Job) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for pool in pools:
            await stack.enter_async_context(working_jobs(pool, SCHEMA, jobs, Clock()))
        yield


async def state_of(conn: Connection, job: Job) -> JobState:
    [state] = await list_jobs(conn, SCHEMA, [job])
    return state


async def test_of_two_workers_one_runs_each_job_once(
    pools: list[Pool], conn: Connection, work: Work
) -> None:
    payloads = [b"%d" % n for n in range(30)]
    for payload in payloads:
        await enqueue_once(conn, SCHEMA, "work", payload)

    async def idle() -> bool:
        return bool(await conn.fetchval("SELECT count(*) FROM pgqueuer") == 0)

    async with workers(pools, work.job()):
        await until(idle)
    assert work.runs == Counter(payloads)


async def test_what_waits_already_is_not_put_into_the_queue_again(
    pools: list[Pool], conn: Connection, work: Work
) -> None:
    for payload in (b"a", b"a", b"b", b"a"):
        await enqueue_once(conn, SCHEMA, "work", payload)
    async with workers(pools, work.job()):
        await until(lambda: is_true(work.runs.total() >= 2))
    assert work.runs == {b"a": 1, b"b": 1}


async def test_a_job_that_was_enqueued_in_a_transaction_that_failed_never_runs(
    pools: list[Pool], conn: Connection, work: Work
) -> None:
    transaction = conn.transaction()
    await transaction.start()
    await enqueue_once(conn, SCHEMA, "work", b"never")
    await transaction.rollback()
    async with workers(pools, work.job()):
        await run_job(conn, SCHEMA, [work.job()], "work", patience=20)
    assert work.runs == {b"": 1}


async def test_a_due_cron_entry_runs_and_shows_when_it_will_again(
    pools: list[Pool], conn: Connection, work: Work
) -> None:
    every_second = work.job("* * * * * *")
    async with workers(pools, every_second):
        await until(lambda: is_true(work.runs.total() > 0))
        state = await state_of(conn, every_second)
    assert state.cron == "* * * * * *"
    assert state.next_run is not None


async def test_a_run_is_recorded_with_its_times_by_the_clock(
    pools: list[Pool], conn: Connection, work: Work
) -> None:
    clock = Clock()
    job = work.job(NEVER)
    async with working_jobs(pools[0], SCHEMA, [job], clock):
        await run_job(conn, SCHEMA, [job], "work", patience=20)
        state = await state_of(conn, job)
    assert (state.started_at, state.ended_at, state.error) == (clock(), clock(), None)


async def test_a_failure_is_recorded_and_the_next_run_clears_it(
    pools: list[Pool], conn: Connection, work: Work
) -> None:
    work.error = ValueError("no such thing")
    async with workers(pools, work.job()):
        with pytest.raises(FailedPrecondition):
            await run_job(conn, SCHEMA, [work.job()], "work", patience=20)
        assert (await state_of(conn, work.job())).error == "ValueError: no such thing"
        work.error = None
        await run_job(conn, SCHEMA, [work.job()], "work", patience=20)
        assert (await state_of(conn, work.job())).error is None


async def test_a_job_that_leaves_its_work_to_the_next_run_is_skipped_and_no_failure(
    pools: list[Pool], conn: Connection, work: Work
) -> None:
    outcomes = [JOB_RUNS.labels("work", outcome)._value for outcome in ("skipped", "ok", "error")]
    before = [value.get() for value in outcomes]
    work.error = Skipped("others are at it")
    async with workers(pools, work.job()):
        await run_job(conn, SCHEMA, [work.job()], "work", patience=20)
    assert (await state_of(conn, work.job())).error is None
    assert [value.get() - old for value, old in zip(outcomes, before, strict=True)] == [1, 0, 0]


async def test_a_failing_job_stops_no_other(
    pools: list[Pool], conn: Connection, work: Work
) -> None:
    async def fail(_: bytes) -> None:
        raise KeyError("a bug")

    jobs = [Job("fails", fail), work.job()]
    async with workers(pools, *jobs):
        with pytest.raises(FailedPrecondition):
            await run_job(conn, SCHEMA, jobs, "fails", patience=20)
        await run_job(conn, SCHEMA, jobs, "work", patience=20)


async def test_an_unknown_job_is_not_found_and_one_without_a_worker_is_said_to_have_none(
    conn: Connection, work: Work
) -> None:
    with pytest.raises(NotFound):
        await run_job(conn, SCHEMA, [work.job()], "nonsense")
    with pytest.raises(FailedPrecondition, match="no worker"):
        await run_job(conn, SCHEMA, [work.job()], "work", patience=0.2)


async def test_one_that_is_not_run_by_hand_tells_what_to_do_instead(
    conn: Connection, work: Work
) -> None:
    job = Job("work", work, instead="`attune patterns rebuild`")
    with pytest.raises(FailedPrecondition, match="work is run by `attune patterns rebuild`"):
        await run_job(conn, SCHEMA, [job], "work")


async def test_a_job_that_never_ran_is_listed_as_such(conn: Connection, work: Work) -> None:
    state = await state_of(conn, work.job(NEVER))
    assert state == JobState("work", NEVER, None, None, None, None)


async def test_a_job_whose_worker_died_is_run_again(
    servers: Servers, database: str, pools: list[Pool], conn: Connection, work: Work
) -> None:
    await enqueue_once(conn, SCHEMA, "work", b"left behind")
    async with connected(servers.admin_dsn(database), SCHEMA) as admin:
        await admin.execute(  # as a killed worker leaves it
            "UPDATE pgqueuer SET status = 'picked', queue_manager_id = gen_random_uuid(),"
            " heartbeat = now() - interval '10 minutes'"
        )
    async with workers(pools, work.job()):
        await until(lambda: is_true(work.runs.total() > 0))
    assert work.runs == {b"left behind": 1}


async def test_stopping_waits_for_the_job_under_way(
    pools: list[Pool], conn: Connection, work: Work
) -> None:
    work.gate.clear()
    async with workers(pools[:1], work.job()):
        await enqueue_once(conn, SCHEMA, "work")
        await until(lambda: is_true(work.runs.total() == 1))
        asyncio.get_running_loop().call_later(0.05, work.gate.set)
    state = await state_of(conn, work.job())
    assert (state.ended_at is not None, state.error) == (True, None)


async def test_a_job_that_is_cut_off_is_not_recorded_as_good(
    pools: list[Pool], conn: Connection, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.common.jobs.RETRY_SECONDS", 1)
    work.gate.clear()
    async with workers(pools[:1], work.job()):
        await enqueue_once(conn, SCHEMA, "work")
        await until(lambda: is_true(work.runs.total() == 1))
    assert "CancelledError" in ((await state_of(conn, work.job())).error or "")


async def test_workers_come_back_when_the_database_does(
    servers: Servers, database: str, pools: list[Pool], work: Work
) -> None:
    async with (
        workers(pools[:1], work.job()),
        connected(servers.admin_dsn(database), SCHEMA) as admin,
    ):
        await run_job(admin, SCHEMA, [work.job()], "work", patience=20)
        await admin.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'attune_activity' AND datname = current_database()"
        )
        await run_job(admin, SCHEMA, [work.job()], "work", patience=20)
    assert work.runs.total() == 2


async def is_true(value: bool) -> bool:
    return value


async def test_every_schema_has_the_queue_of_its_own(servers: Servers, database: str) -> None:
    for schema in ("activity", "suggestions"):
        async with connected(servers.dsn(database, schema), schema) as conn:
            await enqueue_once(conn, schema, "work")
            assert await conn.fetchval("SELECT count(*) FROM pgqueuer") == 1


async def test_a_job_run_of_another_schema_is_not_seen(conn: Connection) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.fetch("SELECT job FROM suggestions.job_runs")
