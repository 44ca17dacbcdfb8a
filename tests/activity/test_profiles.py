"""Profiles over gRPC, built by the worker from what people do."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast

import grpc
import pytest
from attune.activity.v1 import conversations_pb2
from attune.activity.v1 import profiles_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.activity import app
from services.activity.consuming import rebuilt
from services.activity.context.copies import copies_in
from services.activity.profiles.building import CONSUMER, FACTS
from services.activity.profiles.store import ProfileStore
from services.activity.profiles.upkeep import rebuilding
from services.common.clock import utc_now
from services.common.db import Connection
from tests.activity.test_activities import query
from tests.activity.test_traits import identify
from tests.databases import connected
from tests.suite import Servers, Suite
from tests.waiting import until


def said(role: str, text: str, at: datetime | None = None) -> Any:
    return event("message", {"role": role, "message": text}, at)


def called(tool: str, credits: int = 0, at: datetime | None = None, **params: Any) -> Any:
    content = {"tool": tool, "params": params}
    return event("tool_call", content, at, tool_name=tool, success=True, credits_consumed=credits)


def event(kind: str, content: Any, at: datetime | None = None, **fields: Any) -> Any:
    utf8 = json.dumps(content).encode()
    return conversations_pb2.ConversationEvent(
        event_type=kind, content=Json(utf8=utf8), timestamp=at, **fields
    )


async def talk(suite: Suite, *events: Any, user: str = "ann", **how: Any) -> str:
    """A conversation of a person with these events, as a service records it."""
    org, status, at = how.get("org", "acme"), how.get("status"), how.get("at")
    who = suite.as_("service:x", "service", org=org)
    started = conversations_pb2.StartConversationRequest(user_id=user, started_at=at)
    made = await suite.conversations.StartConversation(started, metadata=who)
    if events:
        request = conversations_pb2.AppendEventsRequest(conversation_id=made.id, events=events)
        await suite.conversations.AppendEvents(request, metadata=who)
    if status:
        ends = conversations_pb2.FinishConversationRequest(conversation_id=made.id, status=status)
        await suite.conversations.FinishConversation(ends, metadata=who)
    return str(made.id)


@asynccontextmanager
async def db(servers: Servers, database: str) -> AsyncIterator[Connection]:
    async with connected(servers.dsn(database, "activity"), "activity") as conn:
        yield conn


async def built(conn: Connection, org: str = "acme") -> None:
    """Return when the worker has applied all facts of the organization."""

    async def done() -> bool:
        head = await conn.fetchval("SELECT seq FROM event_head WHERE organization_id = $1", org)
        query = "SELECT seq FROM event_cursors WHERE organization_id = $1 AND consumer = $2"
        return bool(await conn.fetchval(query, org, CONSUMER) == head)

    await until(done)


async def profile(suite: Suite, user: str = "ann", who: Any = None) -> pb.UserProfile:
    request = pb.GetUserProfileRequest(user_id=user)
    return await suite.profiles.GetUserProfile(request, metadata=who or suite.as_("root", "admin"))


async def listed(suite: Suite, who: Any = None, **asked: Any) -> list[str]:
    """Whose profiles are listed, in pages of two."""
    found: list[str] = []
    token = None
    while True:
        request = pb.ListUserProfilesRequest(page_size=2, page_token=token, **asked)
        meta = who or suite.as_("root", "admin")
        page = await suite.profiles.ListUserProfiles(request, metadata=meta)
        found += [one.user_id for one in page.profiles]
        token = page.next_page_token
        if not token:
            return found


TABLES = {
    "user_profiles": "user_id",
    "user_days": "user_id, day",
    "user_sessions": "user_id, started_at",
    "user_signals": "user_id, kind, source",
    "user_contexts": "user_id",
}


async def state(conn: Connection) -> dict[str, Sequence[Any]]:
    """All that was built, but for when a context was."""
    found: dict[str, Sequence[Any]] = {}
    for table, order in TABLES.items():
        rows = await conn.fetch(f"SELECT * FROM {table} ORDER BY organization_id, {order}")
        own = [{k: v for k, v in row.items() if k != "updated_at"} for row in rows]
        found[table] = own
    return found


async def test_a_profile_says_what_the_person_does(
    suite: Suite, servers: Servers, database: str
) -> None:
    begin = datetime.now(UTC) - timedelta(hours=3)
    minutes = [begin + timedelta(minutes=n) for n in range(0, 60, 10)]
    async with db(servers, database) as conn, suite.worker():
        await talk(
            suite,
            said("user", "Make a video", minutes[0]),
            said("assistant", "Make a video", minutes[1]),
            called("video_gen", 40, minutes[2], style="cinematic", tone="calm"),
            said("user", "make a  VIDEO!", minutes[2]),
            called("video_gen", 50, minutes[3], style="cinematic"),
            status="completed",
            at=begin,
        )
        await talk(suite, said("user", "Something else"), called("search"), status="abandoned")
        await talk(suite)
        told = {"email": "ann@example.com", "credit_quota": 100, "tone": "professional"}
        await identify(suite, **told)
        await built(conn)
        found = await profile(suite)
    assert (found.total_conversations, found.total_messages) == (3, 4)
    assert (found.total_credits_used, found.credit_exhaustion_count) == (90, 1)
    assert json.loads(found.preferred_tools.utf8) == {"video_gen": 2, "search": 1}
    assert json.loads(found.preferences.utf8) == {"style": "cinematic", "tone": "professional"}
    assert list(found.frequently_used_prompts) == ["make a VIDEO!"]
    assert (found.average_session_length, found.completion_rate) == (15, 0.5)
    assert (found.activation_status, found.retention_cohort) == ("first_creation", "day_1")
    assert (found.email, found.created_at.ToDatetime(UTC)) == ("ann@example.com", begin)


async def test_activities_count_as_presence_and_as_own_words(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with db(servers, database) as conn, suite.worker():
        for _ in range(2):
            await suite.activity.LogActivity(query("Top products"), metadata=suite.as_())
        await built(conn)
        found = await profile(suite)
    assert list(found.frequently_used_prompts) == ["Top products"]
    assert found.HasField("last_active_at")
    assert (found.activation_status, found.total_conversations) == ("signed_up", 0)


async def fill(suite: Suite) -> None:
    """People of two organizations who do this and that, at times that are all over the place."""
    now = datetime.now(UTC)
    for number in range(6):
        for org, user in (("acme", "ann"), ("acme", "bob"), ("other", "ann")):
            at = now - timedelta(days=(number * 37) % 50, minutes=7 * number)
            events = [
                said("user", f"Make {number % 2}", at + timedelta(minutes=50 * (number % 3))),
                called("image_gen", 7, at - timedelta(minutes=number), style=f"s{number % 2}"),
            ]
            status = ("completed", None, "blocked_by_credits")[number % 3]
            await talk(suite, *events, user=user, org=org, status=status, at=at)
    await suite.activity.LogActivity(query("Make 1"), metadata=suite.as_("bob"))
    await identify(suite, goals=["growth"], style="plain")


async def rebuild(suite: Suite, org: str) -> None:
    settings = suite.activity_settings
    async with app.pool_of(settings) as pool, copies_in(settings.redis_url) as copies:
        builder = app.builder_of(settings, pool, copies, utc_now)
        await rebuilding(ProfileStore(pool), builder, utc_now).run(org.encode())


async def test_a_rebuild_changes_nothing_that_was_right_and_mends_what_was_not(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with db(servers, database) as conn, suite.worker():
        await fill(suite)
        await built(conn)
        await built(conn, "other")
        before = await state(conn)
        await rebuild(suite, "acme")
        assert await state(conn) == before
        await conn.execute("DELETE FROM user_sessions")
        await conn.execute("UPDATE user_days SET credits = 99")
        await conn.execute("DELETE FROM user_signals WHERE kind = 'prompt'")
        await conn.execute("UPDATE user_profiles SET total_messages = 99 WHERE user_id = 'ann'")
        for org in ("acme", "other"):
            await rebuild(suite, org)
        assert await state(conn) == before


@pytest.mark.parametrize("seed", range(4))
async def test_in_whatever_batches_and_order_and_however_often_facts_come_it_is_as_rebuilt(
    suite: Suite, servers: Servers, database: str, seed: int
) -> None:
    random, settings = Random(seed), suite.activity_settings
    known: dict[str, Any] = {fact.DESCRIPTOR.full_name: fact for fact in cast("Any", FACTS)}
    async with (
        db(servers, database) as conn,
        app.pool_of(settings) as pool,
        copies_in(settings.redis_url) as copies,
    ):
        await fill(suite)
        rows = await conn.fetch("SELECT * FROM event_log WHERE organization_id = 'acme'")
        facts = [(row["seq"], known[row["type"]].FromString(row["payload"])) for row in rows]
        facts += random.choices(facts, k=len(facts) // 2)
        random.shuffle(facts)
        builder = app.builder_of(settings, pool, copies, utc_now)
        while facts:
            size = random.randint(1, 12)
            async with pool.acquire() as own, own.transaction():
                await builder.apply(own, "acme", facts[:size])
            del facts[:size]
        applied = await state(conn)
        assert len(applied["user_profiles"]) == 2
        await rebuild(suite, "acme")
        anew = await state(conn)
    for found in (applied, anew):
        found["user_contexts"] = [{**row, "version": 0} for row in found["user_contexts"]]
    assert anew == applied


async def test_rebuilds_amid_the_live_consumer_lose_nothing(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with db(servers, database) as conn, suite.worker():

        async def rebuild_often() -> None:
            for _ in range(4):
                await rebuild(suite, "acme")

        await asyncio.gather(fill(suite), rebuild_often())
        await built(conn)
        await built(conn, "other")
        before = await state(conn)
        assert {row["user_id"] for row in before["user_profiles"]} == {"ann", "bob"}
        await rebuild(suite, "acme")
        after = await state(conn)
    assert [{**r, "version": 0} for r in after.pop("user_contexts")] == [
        {**r, "version": 0} for r in before.pop("user_contexts")
    ]
    assert after == before


async def test_a_rebuild_is_not_undone_by_what_others_write_meanwhile(
    suite: Suite, servers: Servers, database: str
) -> None:
    settings, later = suite.activity_settings, datetime.now(UTC) + timedelta(days=20)
    async with (
        db(servers, database) as conn,
        suite.worker(),
        app.pool_of(settings) as pool,
        copies_in(settings.redis_url) as copies,
    ):
        await talk(suite, said("user", "hello"))
        await built(conn)
        await conn.execute("UPDATE user_profiles SET total_messages = 99")
        builder, store = app.builder_of(settings, pool, copies, utc_now), ProfileStore(pool)

        async def while_time_passes(own: Connection, org: str) -> None:
            await store.pass_time(org, later)
            await builder.rebuild(own, org)

        name = (pool, CONSUMER, "acme")
        await until(lambda: rebuilt(*name, while_time_passes, utc_now))
        assert (await profile(suite)).total_messages == 1


async def test_an_admin_has_all_rebuilt_by_a_worker(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with db(servers, database) as conn, suite.worker():
        await talk(suite, said("user", "hello"))
        await built(conn)
        await conn.execute("UPDATE user_profiles SET total_messages = 99")
        admin = suite.as_("root", "admin")
        await suite.profiles.RebuildUserProfiles(pb.RebuildUserProfilesRequest(), metadata=admin)

        async def right() -> bool:
            return (await profile(suite)).total_messages == 1

        await until(right)


async def test_silence_alone_makes_people_churned_and_dormant(
    suite: Suite, servers: Servers, database: str
) -> None:
    now = datetime.now(UTC)
    async with db(servers, database) as conn, suite.worker():
        for days, user in ((0, "here"), (20, "gone"), (40, "long-gone")):
            at = now - timedelta(days=days)
            await talk(suite, called("image_gen", at=at), user=user, at=at)
        await built(conn)
        assert await listed(suite, activation_status="dormant") == ["long-gone"]
        assert await listed(suite, retention_cohort="churned") == ["gone", "long-gone"]
        assert await listed(suite) == ["here", "gone", "long-gone"]
        both = {"activation_status": "first_creation", "retention_cohort": "churned"}
        assert await listed(suite, **both) == ["gone"]
        # Time goes by: as if all of it had been three weeks earlier, and nothing happened since.
        await conn.execute(
            "UPDATE user_profiles SET created_at = created_at - interval '21 days',"
            " last_active_at = last_active_at - interval '21 days',"
            " due_at = due_at - interval '21 days'"
        )
        assert (await profile(suite, "here")).retention_cohort == "churned"
        assert (await profile(suite, "gone")).activation_status == "dormant"
        assert await listed(suite, activation_status="dormant") == ["gone", "long-gone"]
        assert await listed(suite, activation_status="first_creation") == ["here"]


async def test_who_may_read_whose_profile(suite: Suite, servers: Servers, database: str) -> None:
    async with db(servers, database) as conn, suite.worker():
        for user in ("ann", "bob"):
            await identify(suite, suite.as_(user), email=f"{user}@example.com")
        await built(conn)
        analyst, viewer = suite.as_("ann", "analyst"), suite.as_("ann", "viewer")
        assert (await profile(suite, "bob", analyst)).email == "[email]"
        assert (await profile(suite, "ann", analyst)).email == "ann@example.com"
        assert await listed(suite, viewer) == ["ann"]
        assert await listed(suite, viewer, activation_status="signed_up") == ["ann"]
        assert await listed(suite, viewer, retention_cohort="churned") == []
        assert sorted(await listed(suite, analyst)) == ["ann", "bob"]
        request = pb.ListUserProfilesRequest()
        seen = await suite.profiles.ListUserProfiles(request, metadata=analyst)
        assert {p.email for p in seen.profiles} == {"ann@example.com", "[email]"}
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await profile(suite, "bob", viewer)
        assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED
        other = suite.as_("root", "admin", org="other")
        assert await listed(suite, other) == []
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await profile(suite, "ann", other)
        assert err.value.code() is grpc.StatusCode.NOT_FOUND
