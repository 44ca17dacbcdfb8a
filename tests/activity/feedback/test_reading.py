"""Votes listed, counted and exported: to whom they may be shown, and right at any moment."""

import random
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from services.activity import app
from services.activity.app import pool_of
from services.activity.feedback import retention, service
from services.activity.feedback.listening import CONSUMER, Listener
from services.activity.feedback.retention import forgetting_feedback
from services.activity.feedback.sentiment import Tone, tone_of
from services.activity.feedback.store import SQL, FeedbackStore
from services.common.clock import utc_now
from services.common.db import Pool
from services.common.event_log import upkeep
from tests.activity.feedback.voting import Voter, told
from tests.databases import connected
from tests.suite import Servers, Suite, reason_of, violations_of
from tests.waiting import until


@pytest.fixture
async def pool(suite: Suite) -> AsyncIterator[Pool]:
    async with pool_of(suite.activity_settings) as pool:
        yield pool


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return error.value


def moment(when: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(when)
    return stamp


async def backdate(pool: Pool, conversation: str, by: timedelta) -> None:
    """As if the conversation's votes had been given so long before."""
    moved = (
        "WITH old AS (SELECT * FROM interaction_logs WHERE conversation_id = $1),"
        " moved AS (UPDATE interaction_logs SET created_at = created_at - $2::interval,"
        " updated_at = updated_at - $2::interval WHERE conversation_id = $1 RETURNING *)"
        " SELECT count(*) FROM moved"
    )
    await pool.fetchval(moved, conversation, by)
    await pool.execute("DELETE FROM interaction_log_counts")
    await pool.execute(
        "INSERT INTO interaction_log_counts SELECT organization_id,"
        " date_bin('15 minutes', created_at, '2000-01-01 00:00:00+00'),"
        + ",".join(f" count(*) FILTER (WHERE user_feedback_score = {n})" for n in range(1, 6))
        + ", coalesce(sum(latency_ms::numeric), 0), count(latency_ms),"
        " coalesce(sum(tokens_used), 0), count(tokens_used)"
        " FROM interaction_logs GROUP BY 1, 2"
    )


async def test_of_nothing_averages_are_absent_and_counts_zero(suite: Suite) -> None:
    ann, root = Voter(suite), Voter(suite, "root", "admin")
    await ann.start("c")
    for stats in (
        await ann.stats(),
        await root.stats(),
        await ann.stats(conversation_id="c"),
        await root.stats(conversation_id="c"),
    ):
        assert {field.name for field, _ in stats.ListFields()} == set()
    assert (await root.trend()).periods == []
    assert (await root.page()).feedback == []
    assert await root.export_csv() == []


async def test_the_documented_figures(suite: Suite) -> None:
    ann, bob, root = Voter(suite), Voter(suite, "bob"), Voter(suite, "root", "admin")
    votes = [(ann, "a", 5, 100.0, 10), (ann, "b", 4, None, 20), (bob, "c", 1, 50.5, None)]
    for voter, name, score, latency, tokens in votes:
        await voter.start(name)
        await voter.vote(name, score, latency_ms=latency, tokens_used=tokens)
    everybody = await root.stats()
    assert everybody.avg_score == pytest.approx(10 / 3)
    assert everybody.total_count == 3
    assert (everybody.score_1, everybody.score_2, everybody.score_3) == (1, 0, 0)
    assert (everybody.score_4, everybody.score_5) == (1, 1)
    assert (everybody.avg_latency_ms, everybody.avg_tokens) == (75.25, 15)
    assert (await Voter(suite, "eve", "analyst").stats()) == everybody
    own = await ann.stats()
    assert (own.total_count, own.avg_score, own.avg_latency_ms) == (2, 4.5, 100)
    assert (await root.stats(conversation_id="c")).avg_score == 1
    assert reason_of(await refused(ann.stats(conversation_id="c"))) == "NOT_FOUND"


async def recomputed(pool: Pool) -> dict[str, Any]:
    row = await pool.fetchrow(
        "SELECT avg(user_feedback_score)::float8 AS avg_score, count(*) AS total_count,"
        + ",".join(
            f" count(*) FILTER (WHERE user_feedback_score = {n}) AS score_{n}" for n in range(1, 6)
        )
        + ", avg(latency_ms) AS avg_latency_ms, avg(tokens_used)::float8 AS avg_tokens"
        " FROM interaction_logs WHERE organization_id = 'acme'"
    )
    assert row
    return dict(row)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_people_do_the_figures_are_those_of_the_votes_that_count(
    suite: Suite, pool: Pool, seed: int
) -> None:
    chance = random.Random(seed)
    service_ = Voter(suite, "service:x", "service")
    root = Voter(suite, "root", "admin")
    names = [f"c{n}" for n in range(4)]
    for name in names:
        await Voter(suite, f"user-{name}").start(name)
    for step in range(60):
        name = chance.choice(names)
        if chance.random() < 0.25:
            if await service_.votes(conversation_id=name):
                await service_.withdraw(name)
        else:
            latency = chance.choice((None, chance.random() * 1000))
            tokens = chance.choice((None, chance.randrange(5000)))
            score = chance.randint(1, 5)
            await service_.vote(name, score, latency_ms=latency, tokens_used=tokens)
        if step % 10 == 9:
            stats, expected = await root.stats(), await recomputed(pool)
            for field, value in expected.items():
                if value is None:
                    assert not stats.HasField(field)
                else:
                    assert getattr(stats, field) == pytest.approx(value)


async def test_who_reads_what(suite: Suite) -> None:
    ann, bob = Voter(suite), Voter(suite, "bob")
    for voter, name in ((ann, "a"), (bob, "b")):
        await voter.start(name)
        await voter.vote(name, 3)
    assert [v.user_id for v in await ann.votes()] == ["ann"]
    assert [v.user_id for v in await ann.votes(user_id="ann")] == ["ann"]
    for call in (ann.page(user_id="bob"), ann.export(user_id="bob"), ann.trend()):
        assert reason_of(await refused(call)) == "PERMISSION_DENIED"
    for call in (ann.page(conversation_id="b"), ann.export(conversation_id="b")):
        assert reason_of(await refused(call)) == "NOT_FOUND"
    assert [row["user_id"] for row in await ann.export_json()] == ["ann"]
    for role in ("analyst", "admin", "service"):
        reader = Voter(suite, "root", role)
        assert {v.user_id for v in await reader.votes()} == {"ann", "bob"}
        assert [v.user_id for v in await reader.votes(user_id="bob")] == ["bob"]
        assert len(await reader.export_json()) == 2


async def test_lists_are_filtered_and_come_in_pages(suite: Suite, pool: Pool) -> None:
    ann, root = Voter(suite), Voter(suite, "root", "admin")
    ids = []
    for n in range(7):
        ids.append(await ann.start(f"c{n}"))
        await ann.vote(f"c{n}", 1 + n % 5)
    await backdate(pool, ids[0], timedelta(days=3))
    scores = [v.user_feedback_score for v in await root.votes(min_score=2, max_score=3)]
    assert scores == [2, 3, 2]
    assert [v.external_id for v in await root.votes(conversation_id="c3")] == ["c3"]
    since = moment(utc_now() - timedelta(days=1))
    assert len(await root.votes(start_time=since)) == 6
    assert [v.external_id for v in await root.votes(end_time=since)] == ["c0"]
    seen, token = [], None
    for _ in range(4):
        page = await root.page(page_size=2, page_token=token)
        seen += [v.external_id for v in page.feedback]
        token = page.next_page_token or None
    assert (seen, token) == ([f"c{n}" for n in range(6, -1, -1)], None)
    error = await refused(root.page(min_score=4, max_score=2))
    assert list(violations_of(error)) == ["min_score"]
    first = await root.page(page_size=2)
    error = await refused(root.page(page_size=2, min_score=3, page_token=first.next_page_token))
    assert list(violations_of(error)) == ["page_token"]


async def test_exports_hold_every_vote_once_and_no_formula(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "EXPORTED_AT_ONCE", 2)
    ann, root = Voter(suite), Voter(suite, "root", "analyst")
    for n in range(5):
        await ann.start(f"c{n}")
        await ann.vote(f"c{n}", 1 + n, text="=1+1", latency_ms=2.5)
    rows = await root.export_csv()
    assert [row["external_id"] for row in rows] == [f"c{n}" for n in range(4, -1, -1)]
    assert {row["user_feedback_text"] for row in rows} == {"'=1+1"}
    assert rows[0].keys() == (await root.export_json())[0].keys()
    [row] = await root.export_json(min_score=5)
    assert (row["user_feedback_text"], row["latency_ms"]) == ("=1+1", 2.5)
    assert row["metadata"]["message_count"] == 2


async def test_sentiments_follow_after_the_answer_and_after_each_change(suite: Suite) -> None:
    ann, root = Voter(suite), Voter(suite, "root", "admin")
    await ann.start("c")
    await ann.start("d")
    await ann.vote("c", 5, text="Great answer, I love how clear it is!")
    await ann.vote("d", 1, text="Die Antwort war leider völlig falsch und hat nicht geholfen.")

    async def labels() -> dict[str, tuple[str, str]]:
        votes = await root.votes()
        return {v.external_id: (v.sentiment, v.sentiment_source) for v in votes}

    async with app.working(suite.activity_settings):

        async def found() -> bool:
            return await labels() == {
                "c": ("positive", "score_and_text"),
                "d": ("negative", "score"),
            }

        await until(found)
        await ann.vote("c", 1, text="This is terrible and useless.")

        async def found_again() -> bool:
            return (await labels())["c"] == ("negative", "score_and_text")

        await until(found_again)
    assert len(await root.votes(sentiment="negative")) == 2
    assert await root.votes(sentiment="positive") == []


async def test_sentiments_are_made_from_the_table_where_the_log_is_gone(
    suite: Suite, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.activity.feedback.listening.AT_ONCE", 2)
    ann = Voter(suite)
    for n in range(5):
        await ann.start(f"c{n}")
        await ann.vote(f"c{n}", 1 + n)
    later = utc_now() + timedelta(days=90)
    drop = next(j for j in upkeep(pool, lambda: later) if j.name == "drop_passed_events")
    await drop.run(b"")
    async with app.working(suite.activity_settings):

        async def all_found() -> bool:
            return all(v.sentiment for v in await ann.votes())

        await until(all_found)


async def test_sentiments_are_found_beside_the_event_loop(
    suite: Suite, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = set()

    def noting(score: int, text: str | None) -> Tone:
        threads.add(threading.current_thread())
        return tone_of(score, text)

    monkeypatch.setattr("services.activity.feedback.listening.tone_of", noting)
    ann, listener = Voter(suite), Listener(FeedbackStore(pool))
    await ann.start("c")
    await ann.vote("c", 5, text="Great answer!")
    async with pool.acquire() as conn:
        await listener.apply(conn, "acme", [(1, fact) for fact in await told(suite)])
    assert (await ann.votes())[0].sentiment == "positive"
    assert threads
    assert threading.main_thread() not in threads


async def test_a_sentiment_of_an_earlier_revision_is_not_kept(suite: Suite, pool: Pool) -> None:
    ann, listener = Voter(suite), Listener(FeedbackStore(pool))
    await ann.start("c")
    await ann.vote("c", 5)
    first = await told(suite)
    await ann.vote("c", 1)
    async with pool.acquire() as conn:
        await listener.apply(conn, "acme", [(1, fact) for fact in first])
    assert not (await ann.votes())[0].HasField("sentiment")
    assert CONSUMER == "feedback_sentiment"


async def test_old_votes_go_with_their_history_and_their_part_of_the_figures(
    suite: Suite, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    ann, other = Voter(suite), Voter(suite, org="other")
    for n in range(5):
        old = await ann.start(f"old{n}")
        await ann.vote(f"old{n}", 1, latency_ms=1)
        await ann.vote(f"old{n}", 2, latency_ms=2)
        await backdate(pool, old, timedelta(days=91))
    await ann.start("new")
    await ann.vote("new", 5)
    await other.start("new")
    await other.vote("new", 4)
    job = forgetting_feedback(FeedbackStore(pool), 90, utc_now)
    await job.run(b"")
    assert [v.external_id for v in await ann.votes()] == ["new"]
    stats = await Voter(suite, "root", "admin").stats()
    assert (stats.total_count, stats.avg_score, stats.HasField("avg_latency_ms")) == (1, 5, False)
    assert (await other.stats()).total_count == 1
    assert await pool.fetchval("SELECT count(*) FROM interaction_log_history") == 0
    buckets = "SELECT count(*) FROM interaction_log_counts WHERE organization_id = 'acme'"
    assert await pool.fetchval(buckets) == 1
    await job.run(b"")
    assert (await ann.stats()).total_count == 1


async def test_an_admin_forgets_what_is_older_of_one_organization_alone(
    suite: Suite, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    ann, root, other = Voter(suite), Voter(suite, "root", "admin"), Voter(suite, org="other")
    for voter in (ann, other):
        for n, age in enumerate((29, 31, 32, 33)):
            old = await voter.start(f"c{n}")
            await voter.vote(f"c{n}", 1)
            await backdate(pool, old, timedelta(days=age))
    assert await root.forget(30) == 3
    assert [v.external_id for v in await ann.votes()] == ["c0"]
    assert (await root.stats()).total_count == 1
    assert (await other.stats()).total_count == 4
    assert await root.forget(30) == 0


async def test_only_admins_forget_and_say_how_old(suite: Suite) -> None:
    for role in ("viewer", "analyst"):
        assert reason_of(await refused(Voter(suite, role=role).forget(1))) == "PERMISSION_DENIED"
    for days in (None, 0, -1, 36501):
        error = await refused(Voter(suite, "root", "admin").forget(days))
        assert "older_than_days" in violations_of(error)


async def test_what_was_withdrawn_long_ago_goes_too(suite: Suite, pool: Pool) -> None:
    ann = Voter(suite)
    await ann.start("c")
    await ann.vote("c", 1)
    await ann.withdraw("c")
    later = utc_now() + timedelta(days=91)
    await forgetting_feedback(FeedbackStore(pool), 90, lambda: later).run(b"")
    for table in ("interaction_log_history", "interaction_log_counts", "feedback_votes"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_a_trend_is_by_the_organizations_own_days_and_weeks(suite: Suite, pool: Pool) -> None:
    ann, root = Voter(suite), Voter(suite, "root", "admin")
    when = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)  # a Sunday, and in Tokyo already Monday
    scored = ((0, 5), (2, 4), (6, 3))
    for days, score in scored:
        name = await ann.start(f"c{days}")
        await ann.vote(f"c{days}", score)
        [vote] = await ann.votes(conversation_id=name)
        await backdate(pool, name, vote.created_at.ToDatetime(UTC) - when - timedelta(days=days))
    await pool.execute(
        "INSERT INTO organizations (organization_id, name, time_zone, week_start, created_at)"
        " VALUES ('acme', 'acme', 'Asia/Tokyo', 2, now())"
    )
    during = {
        "start_time": moment(when - timedelta(days=9)),
        "end_time": moment(when + timedelta(days=9)),
    }
    daily = await root.trend(**during)
    assert (daily.period, daily.time_zone) == ("day", "Asia/Tokyo")
    starts = [(p.start, p.count, p.avg_score) for p in daily.periods]
    assert starts == [("2026-03-02", 1, 5), ("2026-03-04", 1, 4), ("2026-03-08", 1, 3)]
    assert (daily.prior.mean, daily.prior.weight) == (4, 10)
    assert daily.periods[0].bayesian_avg == pytest.approx((40 + 5) / 11)
    assert (daily.shift.detected, daily.shift.HasField("statistic")) == (False, False)
    weekly = await root.trend(period="week", **during)
    assert [(p.start, p.count) for p in weekly.periods] == [("2026-02-24", 1), ("2026-03-03", 2)]
    error = await refused(root.trend(start_time=during["end_time"], end_time=during["start_time"]))
    assert list(violations_of(error)) == ["start_time"]


async def filled_with(pool: Pool, votes: int) -> None:
    """So many votes of an organization, over three months."""
    await pool.execute(
        "INSERT INTO interaction_logs (organization_id, id, conversation_id, user_id,"
        " user_feedback_score, personal_data, created_at, updated_at, metadata, revision,"
        " content_hash)"
        " SELECT 'acme', n, uuid7_from(now() - n * interval '1 second'), 'u' || n % 50,"
        " 1 + n % 5, '{}', now() - interval '90 days' * n / $1, now(), '{}', 1, ''"
        " FROM generate_series(1, $1::int) n",
        votes,
    )


async def plan_of(conn: Any, name: str, values: str, mode: str) -> str:
    await conn.execute(f"SET plan_cache_mode = {mode}")
    await conn.execute(f"PREPARE asked AS {SQL[name]}")
    rows = await conn.fetch(f"EXPLAIN (COSTS OFF) EXECUTE asked({values})")
    await conn.execute("DEALLOCATE asked")
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize(
    ("user", "conversation", "index"),
    [
        ("NULL", "NULL", "idx_created_at"),
        ("'u1'", "NULL", "interaction_logs_user_id"),
        ("NULL", "gen_random_uuid()", "idx_conversation_id"),
    ],
)
async def test_a_page_is_read_in_the_order_of_an_index_and_nothing_is_sorted(
    suite: Suite,
    pool: Pool,
    servers: Servers,
    database: str,
    user: str,
    conversation: str,
    index: str,
) -> None:
    await filled_with(pool, 20_000)
    async with connected(servers.admin_dsn(database), "activity") as conn:
        await conn.execute("ANALYZE interaction_logs")
        rest = "'{1,2,3,4,5}', '2001-01-01', now(), 0, false, NULL, 101, NULL, NULL"
        values = f"'acme', {user}, {conversation}, {rest}"
        plan = await plan_of(conn, "list_votes", values, "force_custom_plan")
    assert f"using {index}" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("scores", ["{1,2,3,4,5}", "{5}"])
async def test_a_sentiment_that_is_rare_is_found_without_reading_all_votes(
    suite: Suite, pool: Pool, servers: Servers, database: str, scores: str
) -> None:
    await filled_with(pool, 20_000)
    async with connected(servers.admin_dsn(database), "activity") as conn:
        await conn.execute("UPDATE interaction_logs SET sentiment = 'positive' WHERE id > 3")
        await conn.execute("UPDATE interaction_logs SET sentiment = 'neutral' WHERE id <= 3")
        await conn.execute("ANALYZE interaction_logs")
        rest = "'2001-01-01', now(), 0, false, 'neutral', 101, NULL, NULL"
        values = f"'acme', NULL, NULL, '{scores}', {rest}"
        plan = await plan_of(conn, "list_votes", values, "force_custom_plan")
    assert "interaction_logs_sentiment" in plan


async def test_figures_of_everybody_read_no_votes(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with connected(servers.admin_dsn(database), "activity") as conn:
        plans = [
            await plan_of(conn, "stats", "'acme'", "auto"),
            await plan_of(conn, "count_by_day", "'acme', now(), now(), 'UTC'", "auto"),
        ]
    assert all("interaction_log_counts" in plan for plan in plans)
    assert not any("interaction_logs" in plan for plan in plans)
