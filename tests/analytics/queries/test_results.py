"""The directory of kept results, and the figures of all statements."""

from typing import Any

from attune.analytics.v1 import queries_pb2 as pb
from attune.analytics.v1 import query_cache_pb2 as cache_pb

from services.analytics import app
from services.analytics.results.store import CacheStore, forgetting_results
from tests.analytics.calls import refused
from tests.analytics.queries.conftest import Queries
from tests.suite import reason_of

WIDE = "SELECT repeat('{}', 300000)"


async def kept(
    queries: Queries, org: str = "acme", **fields: Any
) -> cache_pb.ListCachedResultsResponse:
    request = cache_pb.ListCachedResultsRequest(**fields)
    metadata = queries.suite.as_("root", "admin", org=org)
    found: cache_pb.ListCachedResultsResponse = await queries.cache.ListCachedResults(
        request, metadata=metadata
    )
    return found


async def drop(queries: Queries, org: str = "acme", **fields: Any) -> int:
    request = cache_pb.InvalidateCachedResultsRequest(**fields)
    metadata = queries.suite.as_("root", "admin", org=org)
    return int((await queries.cache.InvalidateCachedResults(request, metadata=metadata)).dropped)


async def test_the_directory_tells_what_is_kept_and_how_often_it_answered(
    queries: Queries,
) -> None:
    for _ in range(3):
        await queries.run("SELECT 1 AS one")
    [entry] = (await kept(queries)).results
    assert (entry.hits, entry.row_count, entry.size, entry.connection_id) == (2, 1, 3, "test")
    assert entry.expires_at.seconds - entry.as_of.seconds == 60
    assert not (await kept(queries, "other")).results


async def test_what_is_dropped_answers_no_more(queries: Queries) -> None:
    answer = await queries.run("SELECT 1")
    await queries.run("SELECT 2")
    assert await drop(queries, "other") == 0
    assert await drop(queries, connection_id="events") == 0
    assert (await queries.run("SELECT 1")).metadata.cached
    record = await queries.get(answer.metadata.query_id)
    assert await drop(queries, tree_hash=record.tree_hash) == 1
    assert not (await queries.run("SELECT 1")).metadata.cached
    assert await drop(queries) == 2


async def test_no_result_of_before_answers_when_a_connection_leads_elsewhere(
    queries: Queries,
) -> None:
    async with app.pool_of(queries.suite.analytics_settings) as pool:
        await pool.execute(
            "INSERT INTO connections (organization_id, connection_id, name, dsn_shown, secret_id,"
            " secret, sample_values, created_by, created_at, updated_at)"
            " VALUES ('acme', 'test', '', '', gen_random_uuid(), '', false, '', now(), now())"
        )
        await queries.run("SELECT 1")
        assert (await queries.run("SELECT 1")).metadata.cached
        await pool.execute("UPDATE connections SET secret_id = gen_random_uuid()")
        assert not (await queries.run("SELECT 1")).metadata.cached


async def test_the_oldest_results_make_room(queries: Queries) -> None:
    for letter in "abcd":
        await queries.run(WIDE.format(letter))
        queries.clock.advance(seconds=1)
    assert len((await kept(queries)).results) == 3
    assert not (await queries.run(WIDE.format("a"))).metadata.cached
    assert (await queries.run(WIDE.format("d"))).metadata.cached


async def test_results_of_one_statement_make_room_too(queries: Queries) -> None:
    answers = []
    for _ in range(5):
        answers.append(await queries.run(WIDE.format("a"), no_cache=True))
        queries.clock.advance(seconds=1)
    assert len((await kept(queries)).results) == 3
    assert (await queries.run(WIDE.format("a"))).metadata.cached
    first, *_, before_last, _ = [answer.metadata.query_id for answer in answers]
    assert (await queries.results(before_last)).row_count == 1
    assert "not kept" in str((await refused(queries.results(first))).details())


async def test_entries_are_forgotten_when_their_results_are(queries: Queries) -> None:
    await queries.run("SELECT 1")
    async with app.pool_of(queries.suite.analytics_settings) as pool:
        job = forgetting_results(CacheStore(pool), queries.clock)
        await job.run(b"")
        assert await pool.fetchval("SELECT count(*) FROM analytics_cache") == 1
        queries.clock.advance(minutes=11)
        await job.run(b"")
        assert await pool.fetchval("SELECT count(*) FROM analytics_cache") == 0


async def test_the_directory_is_paged(queries: Queries) -> None:
    for number in range(5):
        await queries.run(f"SELECT {number}")
    first = await kept(queries, page_size=3)
    second = await kept(queries, page_size=3, page_token=first.next_page_token)
    keys = [entry.key for page in (first, second) for entry in page.results]
    assert (keys, second.next_page_token) == (sorted(keys), "")
    assert len(set(keys)) == 5


async def stats(
    queries: Queries, user: str = "root", role: str = "admin", **fields: Any
) -> pb.GetQueryStatsResponse:
    request = pb.GetQueryStatsRequest(**fields)
    metadata = queries.suite.as_(user, role)
    found: pb.GetQueryStatsResponse = await queries.stub.GetQueryStats(request, metadata=metadata)
    return found


async def test_figures_are_right_by_connection_person_and_statement(queries: Queries) -> None:
    for user in ("ann", "bob", "ann"):
        await queries.run("SELECT i FROM generate_series(1, 5) i", user)
    await refused(queries.run("SELECT 'refuse me'", "bob"))
    await refused(queries.run("SELECT nothing", "bob"))
    found = await stats(queries)
    total = found.total
    assert (total.count, total.errors, total.refused, total.row_count) == (5, 1, 1, 15)
    assert total.cache_share == 0.4
    assert total.p50_ms == total.p95_ms >= 0
    assert [(g.key, g.count) for g in found.groups] == [("test", 5)]
    by_user = await stats(queries, by="user")
    assert [(g.key, g.count, g.errors) for g in by_user.groups] == [("bob", 3, 1), ("ann", 2, 0)]
    by_statement = (await stats(queries, by="statement")).groups
    assert (by_statement[0].count, by_statement[0].query[:8]) == (3, "SELECT i")
    assert found.slowest[0].execution_time >= found.slowest[-1].execution_time


async def test_figures_are_ones_own_but_for_admins(queries: Queries) -> None:
    await queries.run("SELECT 1", "ann")
    await queries.run("SELECT 2", "bob")
    assert (await stats(queries, "ann", "analyst")).total.count == 1
    assert (await stats(queries, user_id="bob")).total.count == 1
    err = await refused(stats(queries, "ann", "analyst", user_id="bob"))
    assert reason_of(err) == "PERMISSION_DENIED"


async def test_figures_of_nothing_are_zero(queries: Queries) -> None:
    found = await stats(queries)
    assert (found.total.count, list(found.groups), list(found.slowest)) == (0, [], [])
