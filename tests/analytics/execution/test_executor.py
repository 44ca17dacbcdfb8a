"""Statements within their bounds, on a real server."""

import asyncio
from typing import Any

import pytest

from services.analytics.execution.domain import Limits
from services.analytics.execution.executor import Executor
from services.analytics.execution.failures import Rejected, TookTooLong
from services.analytics.execution.pools import Pools
from services.common.errors import InvalidFields, Unavailable
from tests.analytics.executing import One, nobody_runs, somebody_runs
from tests.databases import connected

SERIES = "SELECT i FROM generate_series(1, {}) i"
MARKED = "SELECT 'marked', pg_sleep(600)"


class Result:
    def __init__(self) -> None:
        self.rows: list[bytes] = []
        self.truncated = False
        self.bytes = 0


async def run(executor: Executor, sql: str, **limits: Any) -> Result:
    result = Result()
    async with executor.running("acme", "events", sql, Limits(**limits)) as rows:
        async for batch in rows:
            result.rows += batch
        result.truncated, result.bytes = rows.truncated, rows.bytes
    assert rows.count == len(result.rows)
    return result


async def test_all_rows_come_in_their_order(executor: Executor) -> None:
    result = await run(executor, SERIES.format(7000))
    assert result.rows == [b"[%d]" % i for i in range(1, 7001)]
    assert not result.truncated


@pytest.mark.parametrize(
    ("there", "truncated"), [(0, False), (99, False), (100, False), (101, True)]
)
async def test_rows_end_at_the_cap_and_say_whether_there_are_more(
    executor: Executor, there: int, truncated: bool
) -> None:
    result = await run(executor, SERIES.format(there), rows=100)
    assert (len(result.rows), result.truncated) == (min(there, 100), truncated)


async def test_bytes_end_at_the_cap_and_say_that_there_are_more(executor: Executor) -> None:
    wide = "SELECT repeat('x', 1000) FROM generate_series(1, 5000)"
    result = await run(executor, wide, bytes=100_000)
    assert result.truncated
    assert result.bytes == sum(map(len, result.rows)) <= 100_000 < result.bytes + 1010


async def test_one_deadline_holds_over_many_fetches(at: str) -> None:
    passed = 0.0
    batches = 0

    async def read_slowly(executor: Executor) -> None:
        nonlocal passed, batches
        many = Limits(rows=10**6)
        async with executor.running("a", "b", SERIES.format(10**6), many) as rows:
            async for _ in rows:
                batches += 1
                passed += 7.0

    async with Pools(1) as pools:
        with pytest.raises(TookTooLong, match="more than 30 s"):
            await read_slowly(Executor(One(at), pools, lambda: passed))
    assert batches == 5


async def test_a_statement_that_does_not_answer_ends_at_its_deadline(
    executor: Executor, at: str
) -> None:
    with pytest.raises(TookTooLong):
        await run(executor, MARKED, seconds=0.2)
    await nobody_runs(at)


async def test_a_caller_who_leaves_takes_the_statement_along(executor: Executor, at: str) -> None:
    task = asyncio.create_task(run(executor, MARKED))
    await somebody_runs(at)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await nobody_runs(at)
    assert (await run(executor, SERIES.format(1))).rows == [b"[1]"]


async def test_an_expensive_statement_is_refused_before_it_runs(executor: Executor) -> None:
    with pytest.raises(InvalidFields, match="would cost 10,000"):
        await run(executor, SERIES.format(10**6), cost=100.0)
    assert (await run(executor, SERIES.format(10), cost=100.0)).rows


@pytest.mark.parametrize(
    ("sql", "sqlstate", "position"),
    [
        ("SELECT 1 / (i - 3) FROM generate_series(1, 9) i", "22012", None),
        ("SELECT nothing FROM pg_class", "42703", 7),
        ("SELECT 1 FROM nowhere", "42P01", 14),
        ("SELECT no_such_function(1)", "42883", 7),
        ("SELECT 'x'::int", "22P02", 7),
        ("CREATE TABLE made (x int)", "42601", 21),
        ("SELECT repeat('x', 2000000000)", "54000", None),
        ("SELECT nextval('none')", "42P01", 15),
    ],
)
async def test_what_postgresql_refuses_is_told_with_its_state_and_place(
    executor: Executor, sql: str, sqlstate: str, position: int | None
) -> None:
    with pytest.raises(Rejected) as err:
        await run(executor, sql)
    assert (err.value.sqlstate, err.value.position) == (sqlstate, position)


async def test_a_plan_of_many_levels_is_read(executor: Executor) -> None:
    links = [f"c{i} AS (SELECT * FROM c{i - 1} LIMIT 5)" for i in range(1, 100)]
    chain = f"WITH c0 AS (VALUES (1)), {', '.join(links)} SELECT * FROM c99"
    assert (await run(executor, chain)).rows == [b"[1]"]
    assert len((await executor.explain("acme", "events", chain)).root.walk()) >= 99


async def test_no_answer_brings_more_than_a_process_can_hold(executor: Executor, at: str) -> None:
    wide = "SELECT CASE WHEN i > 1 THEN repeat('x', 30000000) END FROM generate_series(1, 17) i"
    with pytest.raises(Rejected, match="too large") as err:
        await run(executor, wide)
    assert err.value.sqlstate == "54000"
    await nobody_runs(at)
    assert (await run(executor, SERIES.format(1))).rows == [b"[1]"]


async def test_a_statement_that_wants_all_the_memory_fails_alone(
    executor: Executor, at: str
) -> None:
    async with connected(at) as other:
        with pytest.raises(Rejected) as refused:
            await run(executor, "SELECT length(repeat('a', 1000000000) || repeat('b', 9))")
        assert refused.value.sqlstate == "53200"
        assert await other.fetchval("SELECT 1") == 1


async def test_nothing_can_be_written(executor: Executor, at: str) -> None:
    async with connected(at) as conn:
        await conn.execute("CREATE SEQUENCE IF NOT EXISTS counter")
    with pytest.raises(Rejected, match="read-only"):
        await run(executor, "SELECT nextval('counter')")


async def test_a_database_that_is_away_is_unavailable(at: str) -> None:
    async with Pools(1) as pools:
        executor = Executor(One("postgresql://nobody@127.0.0.1:1/none"), pools)
        with pytest.raises(Unavailable):
            await run(executor, "SELECT 1")
        wrong = at.replace("postgres:", "nobody:", 1)
        with pytest.raises(Unavailable, match="refuses"):
            await run(Executor(One(wrong), pools), "SELECT 1")


async def test_a_connection_that_breaks_is_unavailable_and_the_next_works(
    executor: Executor, at: str
) -> None:
    task = asyncio.create_task(run(executor, MARKED))
    await somebody_runs(at)
    async with connected(at) as conn:
        await conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE '%''marked''%' AND pid <> pg_backend_pid()"
        )
    with pytest.raises(Unavailable):
        await task
    assert (await run(executor, SERIES.format(1))).rows == [b"[1]"]


async def test_explaining_tells_cost_and_columns_and_runs_nothing(executor: Executor) -> None:
    plan = await executor.explain("a", "b", "SELECT 1 AS one, pg_sleep(600), now() AS at")
    assert [(c.name, c.type) for c in plan.columns][::2] == [
        ("one", "integer"),
        ("at", "timestamp with time zone"),
    ]
    assert plan.root.kind == "Result"
    assert plan.cost > 0


async def test_times_are_of_the_zone_that_was_asked_for(executor: Executor) -> None:
    sql = "SELECT date_trunc('day', timestamptz '2026-03-29 12:00Z')"
    found = []
    for zone in ("UTC", "Europe/Berlin"):
        async with executor.running("a", "b", sql, Limits(), zone) as rows:
            found += [row async for batch in rows for row in batch]
    assert found == [b'["2026-03-29T00:00:00Z"]', b'["2026-03-28T23:00:00Z"]']


async def test_an_unknown_zone_is_no_fault_of_ours(executor: Executor) -> None:
    with pytest.raises(Rejected):
        async with executor.running("a", "b", "SELECT 1", Limits(), "'; DROP TABLE x; --"):
            raise AssertionError
