"""The figures about suggestions, against the document's own SQL and against what was done."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc
import pytest
from attune.activity.v1 import activity_pb2
from attune.suggestions.v1 import metrics_pb2 as pb
from prometheus_client import REGISTRY

from services.common.clock import utc_now
from services.common.db import Connection
from services.suggestions.app import pool_of
from services.suggestions.metrics import store as storing
from services.suggestions.metrics.counting import RequestCounts, forgetting_requests
from services.suggestions.metrics.domain import CacheEntries, Requests, bucket_of, percent
from services.suggestions.metrics.store import MetricsStore
from services.suggestions.metrics.telemetry import measure
from tests.databases import connected
from tests.suggestions.asking import ask, cached, learned, suggest
from tests.suite import ORGANIZATION, Servers, Suite, running_suite
from tests.waiting import until

NOW = datetime(2026, 11, 21, 10, 7, 30, tzinfo=UTC)
DOCUMENTED_HIT_RATE = """
SELECT
  COUNT(*) FILTER (WHERE hit_count > 0) * 100.0 / COUNT(*) as cache_hit_rate_percent
FROM suggestion_cache
WHERE generated_at >= NOW() - INTERVAL '24 hours';
"""


async def cache(suite: Suite, who: Any = None, **fields: Any) -> pb.GetCacheMetricsResponse:
    request = pb.GetCacheMetricsRequest(**fields)
    return await suite.suggestion_metrics.GetCacheMetrics(request, metadata=who or suite.as_())


async def popular(suite: Suite, who: Any = None, **fields: Any) -> dict[str, tuple[int, int]]:
    """Count and people by text, in order."""
    request = pb.ListPopularSuggestionsRequest(**fields)
    answer = await suite.suggestion_metrics.ListPopularSuggestions(
        request, metadata=who or suite.as_("root", "admin")
    )
    return {one.text: (one.count, one.people) for one in answer.suggestions}


async def click_through(
    suite: Suite, who: Any = None, **fields: Any
) -> pb.GetServingClickThroughResponse:
    request = pb.GetServingClickThroughRequest(**fields)
    return await suite.suggestion_metrics.GetServingClickThrough(
        request, metadata=who or suite.as_()
    )


@asynccontextmanager
async def tables(servers: Servers, database: str) -> AsyncIterator[Connection]:
    async with connected(servers.admin_dsn(database), "suggestions") as conn:
        yield conn


async def serve_one(
    conn: Connection, user: str, texts: list[str], when: datetime, clicked: int | None = None
) -> None:
    """A serving as it is written down, and a click on one of its places."""
    serving = uuid4()
    await conn.execute(
        "INSERT INTO servings (organization_id, user_id, served_at, id, connection_id, job_role,"
        " source, typed, suggestions, text_keys, template_keys)"
        " VALUES ($1, $2, $3, $4, 'my-database', 'analyst', 'patterns', 0, $5, '{}', '{}')",
        *(ORGANIZATION, user, when, serving, json.dumps([{"text": text} for text in texts])),
    )
    if clicked is not None:
        await add_click(conn, user, when + timedelta(seconds=3), (serving, when, clicked))


async def add_click(
    conn: Connection, user: str, when: datetime, shown: tuple[Any, datetime, int] | None
) -> None:
    serving, served_at, position = shown or (None, None, None)
    number = await conn.fetchval("SELECT count(*) + 1 FROM suggestion_clicks")
    await conn.execute(
        "INSERT INTO suggestion_clicks (organization_id, activity_id, user_id, job_role, text_key,"
        " clicked_at, serving_id, served_at, position) VALUES ($1, $2, $3, '', '', $4, $5, $6, $7)",
        *(ORGANIZATION, number, user, when, serving, served_at, position),
    )


def test_a_bucket_is_a_quarter_of_an_hour_in_utc() -> None:
    quarter = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert bucket_of(NOW) == bucket_of(quarter) == quarter
    assert bucket_of(quarter - timedelta(microseconds=1)) == quarter - timedelta(minutes=15)


def test_a_share_of_nothing_is_none() -> None:
    assert percent(0, 0) is None
    assert percent(1, 4) == 25.0


async def test_with_nothing_on_record_the_rates_are_left_out(suite: Suite) -> None:
    found = await cache(suite)
    assert (found.hours, found.entries, found.requests, found.hits) == (24, 0, 0, 0)
    assert not found.HasField("cache_hit_rate_percent")
    assert not found.HasField("request_hit_rate_percent")
    assert list(found.sources) == []
    clicks = await click_through(suite)
    assert (clicks.days, clicks.servings, clicks.clicks) == (30, 0, 0)
    assert not clicks.HasField("click_through_rate")
    for by in ("hits", "servings", "clicks"):
        assert await popular(suite, by=by) == {}


async def test_the_hit_rates_are_by_entry_as_documented_and_by_request(
    suite: Suite, servers: Servers, database: str
) -> None:
    for typed in ("show me", "show me", "show me", "top 5", "compare"):
        await suggest(suite, typed)
    found = await cache(suite)
    async with tables(servers, database) as conn:
        documented = await conn.fetchval(DOCUMENTED_HIT_RATE)
    assert found.cache_hit_rate_percent == pytest.approx(float(documented))
    assert (found.entries, found.entries_hit) == (3, 1)
    assert (found.requests, found.hits, found.request_hit_rate_percent) == (5, 2, 40.0)
    assert {s.source: s.requests for s in found.sources} == {"patterns": 3, "cached": 2}


async def test_requests_are_remembered_when_the_cache_forgets(
    suite: Suite, servers: Servers, database: str
) -> None:
    for _ in range(2):
        await suggest(suite)
    await cache(suite)
    async with tables(servers, database) as conn:
        await conn.execute("TRUNCATE suggestion_cache")
    found = await cache(suite)
    assert (found.entries, found.requests, found.hits) == (0, 2, 1)


async def test_what_was_counted_is_stored_when_the_service_stops(
    servers: Servers, database: str
) -> None:
    async with running_suite(servers, database) as suite:
        await asyncio.gather(*(suggest(suite, who=suite.as_(f"u{n}")) for n in range(5)))
    async with running_suite(servers, database) as suite:
        assert (await cache(suite)).requests == 5


async def test_counts_wait_while_the_database_is_down(suite: Suite) -> None:
    async with pool_of(suite.suggestions_settings) as pool:
        store = MetricsStore(pool)
        counts = RequestCounts(store, utc_now)
        counts.add(ORGANIZATION, "patterns", True)
        await pool.close()
        with pytest.raises(Exception, match="closed"):
            await counts.flush(ORGANIZATION)
    async with pool_of(suite.suggestions_settings) as pool:
        counts._store = MetricsStore(pool)
        counts.add(ORGANIZATION, "patterns", True)
        await counts.flush(ORGANIZATION)
        await counts.flush(ORGANIZATION)
        stored = await counts._store.requests(ORGANIZATION, utc_now() - timedelta(minutes=30))
        assert stored == {"patterns": Requests(2, 2)}


async def test_a_window_counts_its_oldest_quarter_whole_and_nothing_before(suite: Suite) -> None:
    async with pool_of(suite.suggestions_settings) as pool:
        store = MetricsStore(pool)
        edge = bucket_of(utc_now() - timedelta(hours=2))
        before = edge - timedelta(minutes=15)
        await store.add_requests(
            ORGANIZATION, {(edge, "cached"): Requests(3), (before, "cached"): Requests(4)}
        )
        await store.add_requests(ORGANIZATION, {(edge, "cached"): Requests(1)})
        await store.add_requests("other", {(edge, "cached"): Requests(100)})
    assert (await cache(suite, hours=2)).requests == 4
    assert (await cache(suite, hours=3)).requests == 8


async def test_counts_that_no_window_reaches_are_forgotten(suite: Suite) -> None:
    async with pool_of(suite.suggestions_settings) as pool:
        store = MetricsStore(pool)
        old, new = (bucket_of(utc_now() - timedelta(days=days)) for days in (101, 89))
        await store.add_requests(
            ORGANIZATION, {(old, "cached"): Requests(1), (new, "cached"): Requests(1)}
        )
        await forgetting_requests(store, utc_now).run(b"")
        assert await store.requests(ORGANIZATION, old) == {"cached": Requests(1)}


async def test_popular_patterns_are_those_of_the_document(
    learning: Suite, servers: Servers, database: str
) -> None:
    trader = learning.as_("tom", job_role="trader")
    await ask(learning, *["Top 10 stocks by volume"] * 3, "Show me profit for Q1 2024")
    await ask(learning, "Top 5 stocks by price", who=trader)
    await learned(learning, 4)
    await learned(learning, 1, who=trader)
    async with tables(servers, database) as conn:
        documented = await conn.fetch(
            "SELECT target_id AS role, query_template, frequency, success_rate FROM query_patterns"
            " WHERE pattern_type = 'role_based' ORDER BY frequency DESC LIMIT 10"
        )
    find = learning.suggestion_metrics.ListPopularPatterns
    answer = await find(pb.ListPopularPatternsRequest(), metadata=learning.as_())
    found = [(p.role, p.query_template, p.frequency, p.success_rate) for p in answer.patterns]
    assert sorted(found) == sorted(tuple(row) for row in documented)
    assert found[0] == ("analyst", "Top {N} {entity} by {metric}", 3, 1.0)
    for fields, count in (({"role": "trader"}, 1), ({"role": "nobody"}, 0), ({"days": 1}, 3)):
        request = pb.ListPopularPatternsRequest(**fields)
        assert len((await find(request, metadata=learning.as_())).patterns) == count
    one = await find(pb.ListPopularPatternsRequest(limit=1), metadata=learning.as_())
    assert len(one.patterns) == 1


async def test_popular_suggestions_by_hits_add_up_the_hits_of_entries(suite: Suite) -> None:
    shown = {}
    for user, times in (("ann", 3), ("bob", 2), ("eve", 1)):
        for _ in range(times):
            answer = await suggest(suite, who=suite.as_(user))
        shown[user] = {s.text for s in answer.suggestions}
    found = await popular(suite)
    assert set(found) == shown["ann"] | shown["bob"]
    assert all(counted == (3, 2) for text, counted in found.items() if text in shown["bob"])


async def test_popular_suggestions_by_servings_and_by_clicks(
    suite: Suite, servers: Servers, database: str
) -> None:
    now = utc_now() - timedelta(minutes=5)
    async with tables(servers, database) as conn:
        for user in ("ann", "bob", "eve"):
            await serve_one(conn, user, ["profit by region", "top 5"], now, clicked=1)
        await serve_one(conn, "ann", ["top 5", "what eve earns"], now, clicked=2)
        await serve_one(conn, "ann", ["long ago"], now - timedelta(hours=30), clicked=1)
    assert await popular(suite, by="servings") == {
        "top 5": (4, 3),
        "profit by region": (3, 3),
        "what eve earns": (1, 1),
    }
    assert await popular(suite, by="clicks") == {
        "profit by region": (3, 3),
        "what eve earns": (1, 1),
    }
    assert "long ago" in await popular(suite, by="clicks", hours=48)
    assert len(await popular(suite, by="servings", limit=2)) == 2


async def test_what_few_people_were_shown_or_clicked_is_for_admins(
    suite: Suite, servers: Servers, database: str
) -> None:
    now = utc_now() - timedelta(minutes=5)
    async with tables(servers, database) as conn:
        for user in ("ann", "bob", "eve"):
            await serve_one(conn, user, ["profit by region"], now, clicked=1)
        for user in ("ann", "bob"):
            await serve_one(conn, user, ["what eve earns"], now, clicked=1)
    for by in ("servings", "clicks"):
        assert set(await popular(suite, suite.as_(), by=by)) == {"profit by region"}
        assert set(await popular(suite, by=by)) == {"profit by region", "what eve earns"}
    for user in ("ann", "bob"):
        for _ in range(2):
            await suggest(suite, who=suite.as_(user))
    assert await popular(suite, suite.as_()) == {}
    assert await popular(suite)


async def test_click_through_is_the_share_of_servings_with_a_click(
    suite: Suite, servers: Servers, database: str
) -> None:
    now = utc_now() - timedelta(minutes=1)
    async with pool_of(suite.suggestions_settings) as pool:
        await MetricsStore(pool).add_requests(
            ORGANIZATION, {(bucket_of(now), "patterns"): Requests(9, 8)}
        )
    async with tables(servers, database) as conn:
        await serve_one(conn, "ann", ["a", "b"], now, clicked=2)
        await serve_one(conn, "bob", ["a", "b"], now, clicked=1)
        [serving] = await conn.fetch("SELECT id, served_at FROM servings WHERE user_id = 'bob'")
        await add_click(conn, "bob", now, (serving["id"], serving["served_at"], 2))
        await add_click(conn, "bob", now, None)
        await add_click(conn, "bob", now - timedelta(days=40), None)
    found = await click_through(suite)
    assert (found.servings, found.clicked_servings, found.click_through_rate) == (8, 2, 25.0)
    assert (found.clicks, found.unmatched_clicks) == (3, 1)
    assert [(p.position, p.clicks) for p in found.positions] == [(1, 1), (2, 2)]
    assert (await click_through(suite, days=60)).unmatched_clicks == 2


async def test_a_click_on_what_was_suggested_is_counted_with_its_place(learning: Suite) -> None:
    before = REGISTRY.get_sample_value("attune_suggestion_clicks_total") or 0.0
    shown = (await suggest(learning)).suggestions
    click = activity_pb2.LogActivityRequest(
        activity_type="suggestion_click", suggestion_clicked=shown[1].text
    )
    await learning.activity.LogActivity(click, metadata=learning.as_())

    async def joined() -> bool:
        return (await click_through(learning)).clicks == 1

    await until(joined)
    found = await click_through(learning)
    assert (found.servings, found.clicked_servings, found.click_through_rate) == (1, 1, 100.0)
    assert [(p.position, p.clicks) for p in found.positions] == [(2, 1)]
    assert REGISTRY.get_sample_value("attune_suggestion_clicks_total") == before + 1
    assert await popular(learning, by="clicks") == {shown[1].text: (1, 1)}
    assert set(await popular(learning, by="servings")) == {one.text for one in shown}


async def test_metrics_are_not_for_viewers(suite: Suite) -> None:
    viewer = suite.as_("vic", "viewer")
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await cache(suite, viewer)
    assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED
    for call in (popular, click_through):
        with pytest.raises(grpc.aio.AioRpcError):
            await call(suite, viewer)


@pytest.mark.parametrize("hours", [0, -1, 2161])
async def test_a_window_out_of_bounds_is_refused(suite: Suite, hours: int) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await cache(suite, hours=hours)
    assert err.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_prometheus_counts_requests_by_source_and_entries_by_hit(suite: Suite) -> None:
    name = "attune_suggestion_requests_total"
    before = REGISTRY.get_sample_value(name, {"source": "cached"}) or 0.0
    for typed in ("", "", "top 5"):
        await suggest(suite, typed)
    assert REGISTRY.get_sample_value(name, {"source": "cached"}) == before + 1
    await cached(suite)
    async with pool_of(suite.suggestions_settings) as pool:
        await measure(MetricsStore(pool), utc_now)
    for hit in ("yes", "no"):
        assert REGISTRY.get_sample_value("attune_suggestion_cache_entries", {"hit": hit}) == 1


async def test_of_a_large_cache_a_sample_is_measured(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with pool_of(suite.suggestions_settings) as pool:
        await pool.execute(
            "INSERT INTO suggestion_cache (organization_id, user_id, context_hash, suggestions,"
            " user_patterns, role_patterns, source, version, generation, generated_at, expires_at,"
            " hit_count) SELECT 'acme', 'ann', n::text, '[]', '[]', '[]', 'patterns', 0, 0, now(),"
            " now(), n % 2 FROM generate_series(1, 20000) n"
        )
        store = MetricsStore(pool)
        since = utc_now() - timedelta(hours=1)
        assert await store.everybodys_entries(since) == CacheEntries(20_000, 10_000)
        size = await pool.fetchval("SELECT pg_relation_size('suggestion_cache')")
        monkeypatch.setattr(storing, "SAMPLED_BYTES", size // 4)
        found = await store.everybodys_entries(since)
    assert 12_000 < found.entries < 28_000
    assert found.entries_hit == pytest.approx(found.entries / 2, rel=0.1)
