"""What is recorded of what was shown, and how clicks and questions find it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attune.activity.v1 import activity_pb2
from attune.common.v1.json_pb2 import Json
from attune.suggestions.v1 import patterns_pb2

from services.common.clock import utc_now
from services.common.consumer import Consumer
from services.common.db import Connection
from services.suggestions import app
from services.suggestions.patterns.learning import CONSUMER
from services.suggestions.servings.joining import WAIT, Joiner, forgetting
from services.suggestions.servings.recording import DROPPED, Recorder
from services.suggestions.servings.store import ServingStore
from tests.clock import Clock
from tests.databases import connected
from tests.suggestions.asking import ask, learned, suggest
from tests.suggestions.servings.serving import serving
from tests.suite import Servers, Suite, running_suite
from tests.waiting import until

WINDOW = timedelta(hours=1)


@pytest.fixture
async def admin(servers: Servers, database: str) -> AsyncIterator[Connection]:
    async with connected(servers.admin_dsn(database), "suggestions") as conn:
        yield conn


async def recorded(admin: Connection, count: int) -> list[Any]:
    """The servings, oldest first, once there are so many."""
    found: list[Any] = []

    async def enough() -> bool:
        found[:] = await admin.fetch("SELECT * FROM servings ORDER BY served_at")
        return len(found) >= count

    await until(enough)
    return found


async def click(suite: Suite, text: str, who: Any = None, **metadata: str) -> int:
    request = activity_pb2.LogActivityRequest(
        activity_type="suggestion_click",
        suggestion_clicked=text,
        metadata=Json(utf8=b'{"session_id": "s1"}') if metadata else None,
    )
    answer = await suite.activity.LogActivity(request, metadata=who or suite.as_())
    return answer.activity_id


async def clicks(admin: Connection, joined: int) -> list[Any]:
    """The clicks, once so many have found their serving."""
    found: list[Any] = []

    async def enough() -> bool:
        found[:] = await admin.fetch("SELECT * FROM suggestion_clicks ORDER BY activity_id")
        return sum(row["serving_id"] is not None for row in found) >= joined

    await until(enough)
    return found


async def acceptance(admin: Connection, kind: str = "user_specific") -> tuple[int, int, int]:
    """Shown, accepted and executed over all templates."""
    row = await admin.fetchrow(
        "SELECT coalesce(sum(shown), 0), coalesce(sum(accepted), 0), coalesce(sum(executed), 0)"
        " FROM template_acceptance WHERE pattern_type = $1",
        kind,
    )
    assert row
    return (int(row[0]), int(row[1]), int(row[2]))


async def test_every_answer_is_recorded_also_one_from_the_cache(
    suite: Suite, admin: Connection
) -> None:
    first = await suggest(suite, "show me", session_id="s1")
    await suggest(suite, "show me")
    made, cached = await recorded(admin, 2)
    assert (made["source"], made["session_id"], made["typed"]) == ("patterns", "s1", 7)
    assert (cached["source"], cached["original_source"]) == ("cached", "patterns")
    assert (made["user_id"], made["job_role"], made["connection_id"]) == (
        "ann",
        "analyst",
        "my-database",
    )
    rows = await admin.fetch(
        "SELECT text, template, origin, position FROM served_suggestions WHERE serving_id = $1"
        " ORDER BY position",
        made["id"],
    )
    assert [row["text"] for row in rows] == [s.text for s in first.suggestions]
    assert [row["position"] for row in rows] == [*range(1, first.count + 1)]
    assert all(row["template"] and row["origin"] == "catalogue" for row in rows)


async def test_what_is_not_yet_stored_is_stored_before_the_service_stops(
    servers: Servers, database: str, admin: Connection
) -> None:
    async with running_suite(servers, database) as suite:
        await asyncio.gather(*(suggest(suite, f"show me {n}") for n in range(20)))
    assert await admin.fetchval("SELECT count(*) FROM servings") == 20


async def test_a_click_joins_the_newest_serving_of_the_text_to_that_person(
    learning: Suite, admin: Connection
) -> None:
    await suggest(learning, who=learning.as_("bob"))
    await suggest(learning)
    answer = await suggest(learning)
    rows = await recorded(admin, 3)
    await click(learning, f"  {answer.suggestions[2].text.upper()} ")
    [joined] = await clicks(admin, 1)
    assert (joined["serving_id"], joined["position"]) == (rows[-1]["id"], 3)
    row = await admin.fetchrow("SELECT * FROM servings WHERE id = $1", rows[-1]["id"])
    assert row
    assert (row["clicked"], row["executed"]) == ([3], [])
    for kind in ("user_specific", "role_based", "global"):
        shown, accepted, executed = await acceptance(admin, kind)
        assert (accepted, executed) == (1, 0)
        assert 1 < shown <= answer.count


async def test_a_session_id_of_the_metadata_comes_along(learning: Suite, admin: Connection) -> None:
    answer = await suggest(learning, session_id="s1")
    await recorded(admin, 1)
    await click(learning, answer.suggestions[0].text, session_id="s1")
    [joined] = await clicks(admin, 1)
    assert joined["session_id"] == "s1"


async def test_a_click_that_comes_before_its_serving_waits_for_it(
    suite: Suite, admin: Connection
) -> None:
    settings = suite.suggestions_settings
    async with app.pool_of(settings) as pool, app.working(settings):
        await click(suite, "Show me profit")
        await until(lambda: caught_up(suite, admin))
        [waiting] = await clicks(admin, 0)
        assert waiting["serving_id"] is None
        store = ServingStore(pool)
        await store.insert("acme", [serving("Show me profit")])
        await click(suite, "Something else")  # a batch tries its own clicks alone
        await until(lambda: caught_up(suite, admin))
        assert [row["serving_id"] for row in await clicks(admin, 0)] == [None, None]
        await Joiner(store, WINDOW, utc_now).job(CONSUMER).run(b"")
        first, second = await clicks(admin, 1)
    assert (first["position"], second["serving_id"]) == (1, None)
    assert await acceptance(admin) == (1, 1, 0)


async def test_the_job_joins_late_ones_and_gives_up_on_others(
    suite: Suite, admin: Connection
) -> None:
    clock = Clock()
    settings = suite.suggestions_settings
    async with app.pool_of(settings) as pool:
        store = ServingStore(pool)
        async with app.working(settings):
            await click(suite, "Show me profit")
            await click(suite, "never shown")
            await until(lambda: caught_up(suite, admin))
        await store.insert("acme", [serving("Show me profit")])
        job = Joiner(store, WINDOW, clock).job(CONSUMER)
        await job.run(b"")
        first, second = await clicks(admin, 1)
        assert (first["position"], second["wait_until"] is None) == (1, False)
        clock.advance(seconds=2 * WAIT.total_seconds())
        await job.run(b"")
        _, second = await clicks(admin, 1)
        assert second["wait_until"] is None
        assert second["serving_id"] is None
    assert await acceptance(admin) == (1, 1, 0)


async def test_an_old_serving_gets_no_click(suite: Suite, admin: Connection) -> None:
    settings = suite.suggestions_settings
    async with app.pool_of(settings) as pool, app.working(settings):
        old = serving("Show me profit", at=utc_now() - WINDOW - timedelta(minutes=1))
        await ServingStore(pool).insert("acme", [old])
        await click(suite, "Show me profit")
        await until(lambda: caught_up(suite, admin))
    assert await acceptance(admin) == (0, 0, 0)


async def test_events_that_are_told_again_count_once(suite: Suite, admin: Connection) -> None:
    settings = suite.suggestions_settings
    async with app.pool_of(settings) as pool, app.working(settings):
        store = ServingStore(pool)
        await store.insert("acme", [serving("Show me profit")])
        await click(suite, "Show me profit")
        await clicks(admin, 1)
        fact = activity_pb2.ActivityLogged(
            user_id="ann", activity_type="suggestion_click", suggestion_clicked="show me profit"
        )
        fact.created_at.GetCurrentTime()
        async with pool.acquire() as conn, conn.transaction():
            await Joiner(store, WINDOW, lambda: datetime.now(UTC)).apply(conn, "acme", [(1, fact)])
    assert await acceptance(admin) == (1, 1, 0)


async def test_a_question_that_was_shown_counts_as_executed(
    learning: Suite, admin: Connection
) -> None:
    answer = await suggest(learning)
    await recorded(admin, 1)
    await ask(learning, answer.suggestions[1].text)
    await learned(learning, 1)
    shown, accepted, executed = await acceptance(admin)
    assert (accepted, executed) == (0, 1)
    assert shown > 1
    [row] = await recorded(admin, 1)
    assert row["executed"] == [2]


async def test_acceptance_moves_with_the_counts_of_a_template(
    learning: Suite, admin: Connection
) -> None:
    answer = await suggest(learning)
    await recorded(admin, 1)
    await click(learning, answer.suggestions[0].text)
    await clicks(admin, 1)
    before = await acceptance(admin)
    keys = [row[0] for row in await admin.fetch("SELECT template_key FROM template_acceptance")]
    async with app.pool_of(learning.suggestions_settings) as pool, pool.acquire() as conn:
        merges = dict.fromkeys(keys, keys[0])
        await ServingStore(pool).move_acceptance(conn, "acme", merges, datetime.now(UTC))
    assert await acceptance(admin) == before
    left = await admin.fetch("SELECT DISTINCT template_key FROM template_acceptance")
    assert [row[0] for row in left] == [keys[0]]


async def test_a_rebuild_neither_loses_nor_doubles_what_was_accepted(
    learning: Suite, admin: Connection
) -> None:
    answer = await suggest(learning)
    await recorded(admin, 1)
    await click(learning, answer.suggestions[0].text)
    await ask(learning, answer.suggestions[0].text)
    await learned(learning, 1)
    await clicks(admin, 1)
    before = await acceptance(admin)
    root = learning.as_("root", "admin")
    for _ in range(2):
        await learning.patterns.RebuildQueryPatterns(
            patterns_pb2.RebuildQueryPatternsRequest(), metadata=root
        )
    assert await acceptance(admin) == before


async def test_a_rebuild_learns_the_same_signals(learning: Suite, admin: Connection) -> None:
    pairs = ["Report profit by region", "Chart price by quarter", "Margin in 2024"] * 4
    await ask(learning, *pairs)
    await ask(learning, *pairs[:5], who=learning.as_("bob"))
    await learned(learning, 12)
    await until(lambda: caught_up(learning, admin))
    live = "(SELECT coalesce(max(live), 0) FROM pattern_generations)"
    signals = (
        "SELECT pattern_type, target_id, template_key, recent, hours, followers, asked, opening"
        f" FROM query_patterns WHERE generation = {live} ORDER BY 1, 2, 3"
    )
    heads = f"SELECT user_id, heads FROM session_heads WHERE generation = {live} ORDER BY 1"
    before = [await admin.fetch(sql) for sql in (signals, heads)]
    assert len(before[0]) == 12
    await learning.patterns.RebuildQueryPatterns(
        patterns_pb2.RebuildQueryPatternsRequest(), metadata=learning.as_("root", "admin")
    )
    assert [await admin.fetch(sql) for sql in (signals, heads)] == before
    assert await admin.fetchval("SELECT count(DISTINCT generation) FROM session_heads") == 1


async def test_a_rebuild_counts_the_clicks_that_the_consumer_has_not_come_to(
    suite: Suite, admin: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await suggest(suite)
    await recorded(admin, 1)
    await click(suite, answer.suggestions[0].text)
    settings = suite.suggestions_settings

    async def never(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Consumer, "drain", never)
    async with app.working(settings):
        await suite.patterns.RebuildQueryPatterns(
            patterns_pb2.RebuildQueryPatternsRequest(), metadata=suite.as_("root", "admin")
        )
    assert (await acceptance(admin))[1] == 1


async def test_organizations_do_not_mix(learning: Suite, admin: Connection) -> None:
    await learning.install_vocabulary("other")
    answer = await suggest(learning)
    await recorded(admin, 1)
    other = learning.as_(org="other")
    await click(learning, answer.suggestions[0].text, who=other)
    await until(lambda: caught_up(learning, admin, "other"))
    rows = await admin.fetch("SELECT organization_id, serving_id FROM suggestion_clicks")
    assert [tuple(row) for row in rows] == [("other", None)]
    assert await acceptance(admin) == (0, 0, 0)


async def test_more_than_can_be_stored_is_dropped_and_counted(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = DROPPED.labels("full")._value.get()
    async with app.pool_of(suite.suggestions_settings) as pool:
        recorder = Recorder(ServingStore(pool))
        for _ in range(2_100):
            recorder.record(serving("Show me profit"))
        await recorder.flushed()
        stored = await pool.fetchval("SELECT count(*) FROM servings")
    assert stored == 2_000
    assert DROPPED.labels("full")._value.get() - dropped == 100


async def test_a_database_that_refuses_costs_the_record_and_not_the_answer(
    suite: Suite, admin: Connection
) -> None:
    dropped = DROPPED.labels("failed")._value.get()
    await admin.execute("REVOKE INSERT ON servings FROM attune_suggestions")
    assert (await suggest(suite)).count == 6

    async def counted() -> bool:
        return bool(DROPPED.labels("failed")._value.get() > dropped)

    await until(counted)
    await admin.execute("GRANT INSERT ON servings TO attune_suggestions")


async def test_what_was_shown_long_ago_is_dropped(suite: Suite, admin: Connection) -> None:
    clock = Clock()
    clock.advance(days=200)
    async with app.pool_of(suite.suggestions_settings) as pool:
        store = ServingStore(pool)
        await store.insert("acme", [serving("Show me profit")])
        await forgetting(store, timedelta(days=90), clock).run(b"")
    assert await admin.fetchval("SELECT count(*) FROM servings") == 0


async def caught_up(suite: Suite, admin: Connection, org: str = "acme") -> bool:
    seq = "SELECT seq FROM event_cursors WHERE organization_id = $1 AND consumer = $2"
    head = "SELECT seq FROM activity.event_head WHERE organization_id = $1"
    return bool(await admin.fetchval(f"SELECT ({head}) = coalesce(({seq}), 0)", org, CONSUMER))
