"""Statements whose work several processes share, on a real server: bounded as all others are."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.analytics.execution.domain import Limits
from services.analytics.execution.executor import Executor
from services.analytics.execution.failures import Rejected, TookTooLong
from services.analytics.execution.pools import Pools
from services.common.errors import InvalidFields
from tests.analytics.executing import One, nobody_runs, running
from tests.waiting import until

SERIES = "SELECT i FROM generate_series(1, {}) i ORDER BY i"
MARKED = "SELECT 'marked', pg_sleep(600)::text"


@pytest.fixture
async def sharing(at: str) -> AsyncIterator[Executor]:
    """On a server that shares all work that can be shared; one session at a time."""
    async with Pools(1) as pools:
        yield Executor(One(f"{at}?debug_parallel_query=on"), pools)


async def run(executor: Executor, sql: str, **limits: Any) -> tuple[list[bytes], bool]:
    """The rows, and whether there are more."""
    bounds = Limits(**limits)
    async with executor.running("acme", "events", sql, bounds, at_once=True) as rows:
        found = [row async for batch in rows for row in batch]
        assert (rows.count, rows.bytes) == (len(found), sum(map(len, found)))
        return found, rows.truncated


async def shared(at: str) -> None:
    """Wait until a statement runs in two processes."""

    async def two() -> bool:
        return await running(at, "marked") == 2

    await until(two)


async def test_a_statement_runs_in_several_processes(sharing: Executor, at: str) -> None:
    task = asyncio.create_task(run(sharing, MARKED))
    await shared(at)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await nobody_runs(at)
    assert await run(sharing, SERIES.format(1)) == ([b"[1]"], False)


async def test_all_end_at_the_deadline(sharing: Executor, at: str) -> None:
    with pytest.raises(TookTooLong):
        await run(sharing, MARKED, seconds=0.5)
    await nobody_runs(at)


@pytest.mark.parametrize("there", [0, 99, 100, 101, 5000])
async def test_rows_end_at_the_cap_in_their_order(sharing: Executor, there: int) -> None:
    found, more = await run(sharing, SERIES.format(there), rows=100)
    assert found == [b"[%d]" % i for i in range(1, min(there, 100) + 1)]
    assert more == (there > 100)


async def test_bytes_end_at_the_cap(sharing: Executor) -> None:
    wide = "SELECT repeat('x', 1000) FROM generate_series(1, 5000)"
    found, more = await run(sharing, wide, bytes=100_000)
    assert more
    assert sum(map(len, found)) <= 100_000 < sum(map(len, found)) + 1010


async def test_what_is_larger_than_planned_comes_by_and_by(sharing: Executor) -> None:
    """The planner takes the text for 32 bytes."""
    wide = "SELECT repeat('x', 10000) FROM generate_series(1, 5000)"
    found, more = await run(sharing, wide, rows=3000, bytes=40_000_000)
    assert (len(found), more) == (3000, True)
    found, more = await run(sharing, wide)
    assert more
    assert sum(map(len, found)) <= Limits().bytes


async def test_values_that_the_server_writes_as_json_are_read(sharing: Executor) -> None:
    sql = "SELECT int4range(1, 3) AS a, 1.10 AS a, ROW(1, 'x') AS b, ARRAY[1, NULL] AS c, '' AS d"
    found, _ = await run(sharing, sql)
    assert found == [b'["[1,3)",1.10,{"f1":1,"f2":"x"},[1,null],""]']


async def test_what_goes_wrong_is_told_as_ever(sharing: Executor) -> None:
    with pytest.raises(InvalidFields, match="would cost"):
        await run(sharing, SERIES.format(10**6), cost=100.0)
    with pytest.raises(Rejected) as refused:
        await run(sharing, "SELECT 1 / (i - 3) FROM generate_series(1, 9) i")
    assert refused.value.sqlstate == "22012"
