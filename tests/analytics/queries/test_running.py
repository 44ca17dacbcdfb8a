"""Running statements over gRPC: answers, the record, the cache, the end."""

import asyncio
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from attune.analytics.v1 import queries_pb2 as pb

from services.analytics import app
from services.analytics.queries.jobs import ending_abandoned
from services.analytics.queries.store import QueryStore
from tests.analytics.calls import refused
from tests.analytics.executing import nobody_runs, somebody_runs
from tests.analytics.queries.conftest import BOUNDS, Queries, serving_queries
from tests.suite import Servers, Suite, reason_of, violations_of
from tests.waiting import until

SLOW = "SELECT '{}', pg_sleep(600)"
CLOCK = "SELECT clock_timestamp()"


def rows(answer: Any) -> Any:
    return json.loads(answer.rows.utf8)


async def test_an_answer_has_columns_rows_and_how_it_went(queries: Queries) -> None:
    answer = await queries.run("SELECT 1 AS one, 'x' AS text")
    assert [(c.name, c.type) for c in answer.columns] == [("one", "integer"), ("text", "text")]
    assert rows(answer) == [[1, "x"]]
    told = answer.metadata
    assert (told.row_count, told.truncated, told.cached) == (1, False, False)
    assert told.as_of.ToDatetime() == queries.clock.now.replace(tzinfo=None)


async def test_a_limit_bounds_the_rows_and_says_so(queries: Queries) -> None:
    sql = "SELECT i FROM generate_series(1, 20) i"
    answer = await queries.run(sql, limit=7)
    assert (answer.metadata.row_count, answer.metadata.truncated) == (7, True)
    assert not (await queries.run(sql)).metadata.truncated


async def test_what_ran_is_on_record_with_a_sample(queries: Queries) -> None:
    answer = await queries.run("SELECT i FROM generate_series(1, 20) i")
    record = await queries.get(answer.metadata.query_id)
    assert (record.user_id, record.status, record.verdict) == ("ann", "completed", "allowed")
    assert (record.row_count, record.bytes, record.connection_id) == (20, 71, "test")
    assert record.cost > 0
    assert record.HasField("completed_at")
    shown = json.loads(record.result.utf8)
    assert shown["columns"] == [{"name": "i", "type": "integer"}]
    assert shown["rows"] == [[i] for i in range(1, 11)]


async def test_what_is_refused_is_on_record_with_the_reason(queries: Queries) -> None:
    err = await refused(queries.run("SELECT 'refuse me'"))
    assert violations_of(err) == {"sql": "may only read (at position 8)"}
    [record] = await queries.listed(status="refused")
    assert (record.verdict, record.error, record.row_count) == ("write", "may only read", 0)


async def test_what_postgresql_says_comes_with_its_place_in_the_callers_text(
    queries: Queries,
) -> None:
    err = await refused(queries.run("SELECT 1,\n  nothing"))
    assert reason_of(err) == "INVALID_FIELD"
    assert 'column "nothing" does not exist (at position 12)' in violations_of(err)["sql"]
    [record] = await queries.listed()
    assert (record.status, record.sqlstate) == ("failed", "42703")
    assert record.HasField("execution_time")


async def test_the_same_statement_is_answered_from_the_cache_for_a_minute(
    queries: Queries,
) -> None:
    first, second = await queries.run(CLOCK), await queries.run(f"  {CLOCK}  ")
    assert (first.metadata.cached, second.metadata.cached) == (False, True)
    assert rows(first) == rows(second)
    assert first.metadata.as_of == second.metadata.as_of
    assert first.metadata.query_id != second.metadata.query_id
    assert sorted(q.cached for q in await queries.listed()) == [False, True]
    fresh = await queries.run(CLOCK, no_cache=True)
    assert not fresh.metadata.cached
    assert rows(fresh) != rows(first)
    assert rows(await queries.run(CLOCK)) == rows(fresh)


@pytest.mark.parametrize(
    "other",
    [{"org": "other"}, {"role": "admin"}, {"time_zone": "Asia/Tokyo"}, {"limit": 5}],
    ids=str,
)
async def test_the_cache_never_answers_for_what_could_differ(
    queries: Queries, other: dict[str, Any]
) -> None:
    first = await queries.run(CLOCK)
    second = await queries.run(CLOCK, **other)
    assert not second.metadata.cached
    assert rows(first) != rows(second)


async def test_callers_at_the_same_time_share_one_run(queries: Queries) -> None:
    sql = "SELECT clock_timestamp(), pg_sleep(0.3)"
    answers = await asyncio.gather(*(queries.run(sql, user) for user in ("ann", "bob", "cid")))
    assert len({answer.rows.utf8 for answer in answers}) == 1
    assert sorted(answer.metadata.cached for answer in answers) == [False, True, True]


async def test_who_leaves_takes_only_their_own_call_along(queries: Queries) -> None:
    sql = "SELECT 'shared', pg_sleep(1)"
    first = asyncio.ensure_future(queries.run(sql, "ann"))
    await somebody_runs(queries.at, "shared")
    second = asyncio.ensure_future(queries.run(sql, "bob"))
    await until_pending(queries, 2)
    first.cancel()
    assert rows(await second) == [["shared", ""]]


async def until_pending(queries: Queries, number: int) -> None:
    async def there() -> bool:
        return len(await queries.listed("root", "admin", status="pending")) == number

    await until(there)


async def test_a_caller_who_leaves_ends_the_statement_on_the_server(queries: Queries) -> None:
    call = asyncio.ensure_future(queries.run(SLOW.format("left")))
    await somebody_runs(queries.at, "left")
    call.cancel()
    await nobody_runs(queries.at, "left")

    async def recorded() -> bool:
        return [q.status for q in await queries.listed()] == ["cancelled"]

    await until(recorded)


async def test_a_statement_is_cancelled_by_its_id(queries: Queries) -> None:
    call = asyncio.ensure_future(queries.run(SLOW.format("ended")))
    await somebody_runs(queries.at, "ended")
    [record] = await queries.listed(status="pending")
    await cancel(queries, record.id)
    assert reason_of(await refused(call)) == "CANCELLED"
    await nobody_runs(queries.at, "ended")
    assert (await queries.get(record.id)).status == "cancelled"


async def cancel(queries: Queries, query_id: str, user: str = "ann") -> pb.Query:
    request = pb.CancelQueryRequest(query_id=query_id)
    found: pb.Query = await queries.stub.CancelQuery(request, metadata=queries.suite.as_(user))
    return found


async def test_another_process_hears_of_it(
    queries: Queries, suite: Suite, servers: Servers
) -> None:
    call = asyncio.ensure_future(queries.run(SLOW.format("elsewhere")))
    await somebody_runs(queries.at, "elsewhere")
    [record] = await queries.listed(status="pending")
    async with serving_queries(suite, queries.at, servers.valkey.url()) as other:
        await cancel(other, record.id)
        assert reason_of(await refused(call)) == "CANCELLED"


async def test_only_so_many_run_at_once_of_one_person_and_of_all(queries: Queries) -> None:
    calls = [
        asyncio.ensure_future(queries.run(SLOW.format(f"{user}{n}"), user))
        for user in ("ann", "bob")
        for n in range(2)
    ]
    await until_pending(queries, 4)
    assert reason_of(await refused(queries.run("SELECT 1", "cid"))) == "RATE_LIMITED"
    assert rows(await queries.run("SELECT 1", "ann", org="other")) == [[1]]
    calls.pop().cancel()
    await until_pending(queries, 3)
    assert reason_of(await refused(queries.run("SELECT 1", "ann"))) == "RATE_LIMITED"
    assert rows(await queries.run("SELECT 1", "cid")) == [[1]]
    for call in calls:
        call.cancel()
    await until_pending(queries, 0)


async def test_the_deadline_is_told_and_recorded(suite: Suite, servers: Servers, at: str) -> None:
    bounds = replace(BOUNDS, limits=replace(BOUNDS.limits, seconds=0.2))
    async with serving_queries(suite, at, servers.valkey.url(), bounds) as queries:
        err = await refused(queries.run(SLOW.format("late")))
        assert reason_of(err) == "DEADLINE_EXCEEDED"
        [record] = await queries.listed()
        assert (record.status, "more than 0.2 s" in record.error) == ("failed", True)
        await nobody_runs(at, "late")


async def test_without_redis_all_runs_and_pages_are_not_to_be_had(suite: Suite, at: str) -> None:
    async with serving_queries(suite, at, "redis://127.0.0.1:1") as queries:
        for _ in range(2):
            answer = await queries.run("SELECT 1")
            assert (rows(answer), answer.metadata.cached) == ([[1]], False)
        err = await refused(page(queries, answer.metadata.query_id))
        assert reason_of(err) == "FAILED_PRECONDITION"


async def page(queries: Queries, query_id: str, **fields: Any) -> pb.GetQueryResultsResponse:
    request = pb.GetQueryResultsRequest(query_id=query_id, **fields)
    metadata = queries.suite.as_()
    found: pb.GetQueryResultsResponse = await queries.stub.GetQueryResults(
        request, metadata=metadata
    )
    return found


async def test_pages_show_all_rows_of_the_result_that_was_kept(queries: Queries) -> None:
    sql = "SELECT i, clock_timestamp() FROM generate_series(1, 1234) i"
    answer = await queries.run(sql)
    found, token = [], ""
    while True:
        one = await page(queries, answer.metadata.query_id, page_size=300, page_token=token)
        assert (one.row_count, one.as_of) == (1234, answer.metadata.as_of)
        found += rows(one)
        token = one.next_page_token
        if not token:
            break
    assert found == rows(answer)


async def test_a_stream_has_the_columns_then_rows_then_how_it_went(queries: Queries) -> None:
    request = pb.StreamQueryRequest(
        sql="SELECT i FROM generate_series(1, 5000) i", connection_id="test"
    )
    call = queries.stub.StreamQuery(request, metadata=queries.suite.as_())
    first, *parts, last = [message async for message in call]
    assert [c.name for c in first.columns] == ["i"]
    assert [row for part in parts for row in rows(part)] == [[i] for i in range(1, 5001)]
    assert (last.metadata.row_count, last.metadata.truncated) == (5000, False)
    record = await queries.get(first.query_id)
    assert (record.status, record.row_count) == ("completed", 5000)


async def test_a_stream_that_its_reader_leaves_ends_on_the_server(queries: Queries) -> None:
    sql = (
        "SELECT 'streamed', CASE WHEN i > 100 THEN pg_sleep(600) END FROM generate_series(1, 999) i"
    )
    request = pb.StreamQueryRequest(sql=sql, connection_id="test")
    call = queries.stub.StreamQuery(request, metadata=queries.suite.as_())
    await call.read()
    await somebody_runs(queries.at, "streamed")
    call.cancel()
    await nobody_runs(queries.at, "streamed")


async def test_what_lost_its_process_does_not_stay_pending(queries: Queries) -> None:
    call = asyncio.ensure_future(queries.run(SLOW.format("lost")))
    await until_pending(queries, 1)
    async with app.pool_of(queries.suite.analytics_settings) as pool:
        job = ending_abandoned(QueryStore(pool), queries.clock)
        await job.run(b"")
        await until_pending(queries, 1)
        queries.clock.advance(seconds=331)
        await job.run(b"")
    [record] = await queries.listed()
    assert (record.status, record.error) == ("failed", "the process that ran it has ended")
    call.cancel()
    await nobody_runs(queries.at, "lost")
    assert (await queries.get(record.id)).status == "failed"


async def test_the_history_is_ones_own_or_everybodys_for_admins(queries: Queries) -> None:
    mine = (await queries.run("SELECT 1", "ann")).metadata.query_id
    queries.clock.advance(seconds=1)
    await queries.run("SELECT 2", "bob")
    await queries.run("SELECT 3", "ann", org="other")
    assert [q.query for q in await queries.listed("ann")] == ["SELECT 1"]
    assert [q.query for q in await queries.listed("root", "admin")] == ["SELECT 2", "SELECT 1"]
    assert [q.query for q in await queries.listed("root", "admin", user_id="bob")] == ["SELECT 2"]
    assert reason_of(await refused(queries.listed("ann", user_id="bob"))) == "PERMISSION_DENIED"
    assert (await queries.get(mine, "root", role="admin")).query == "SELECT 1"
    for who in ({"user": "bob"}, {"user": "root", "role": "admin", "org": "other"}):
        assert reason_of(await refused(queries.get(mine, **who))) == "NOT_FOUND"
    assert reason_of(await refused(cancel(queries, mine, "bob"))) == "NOT_FOUND"


async def test_the_history_is_filtered_and_paged(queries: Queries) -> None:
    for number in range(5):
        await queries.run(f"SELECT {number} AS Found")
        queries.clock.advance(seconds=10)
    assert len(await queries.listed(text="as found")) == 5
    assert [q.query[7] for q in await queries.listed(text="4 AS")] == ["4"]
    assert await queries.listed(connection_id="events") == []
    assert await queries.listed(status="failed") == []
    since = queries.clock.now
    queries.clock.advance(seconds=1)
    await queries.run("SELECT 5 AS Found")
    assert [q.query[7] for q in await queries.listed(since=since)] == ["5"]
    assert [q.query[7] for q in await queries.listed(until=since)] == ["4", "3", "2", "1", "0"]
    request = pb.ListQueriesRequest(page_size=4)
    seen = []
    while True:
        answer = await queries.stub.ListQueries(request, metadata=queries.suite.as_())
        seen += [UUID(q.id) for q in answer.queries]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 6
