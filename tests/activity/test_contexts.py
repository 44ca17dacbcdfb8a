"""Contexts: ready in Redis, right without it, fresh after each event, watched until left."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from attune.activity.v1 import feedback_pb2
from attune.activity.v1 import profiles_pb2 as pb
from redis.asyncio import Redis

from services.activity import app
from services.activity.context import service, watching
from services.activity.context.copies import Copies, copies_in, key_of
from services.activity.context.store import ContextStore
from services.activity.context.watching import MOST_OF_ONE, Hub
from services.common.caller import Caller
from services.common.errors import QuotaExceeded, Unavailable
from tests.activity.test_profiles import built, called, db, profile, said, talk
from tests.activity.test_traits import identify
from tests.suite import Servers, Suite, reason_of, running_suite
from tests.waiting import until


async def context(suite: Suite, user: str = "ann", who: Any = None) -> pb.UserContext:
    request = pb.GetUserContextRequest(user_id=user)
    return await suite.contexts.GetUserContext(request, metadata=who or suite.as_("root", "admin"))


def watch(suite: Suite, user: str = "ann", who: Any = None) -> Any:
    request = pb.WatchUserContextRequest(user_id=user)
    return suite.contexts.WatchUserContext(request, metadata=who or suite.as_(user))


@asynccontextmanager
async def copies(servers: Servers) -> AsyncIterator[Redis]:
    async with Redis.from_url(servers.valkey.url()) as redis:
        await redis.flushall()
        yield redis


async def test_a_context_has_what_a_prompt_should_know(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with db(servers, database) as conn, suite.worker():
        await talk(suite, said("user", "Make a video"), status="completed")
        await talk(suite, said("user", "Make an image"), said("assistant", "Here it is"))
        told = {"job_role": "editor", "goals": ["reach"], "locale": "de-DE", "plan": "pro"}
        await identify(suite, **told, time_zone="Europe/Berlin", style="cinematic")
        await built(conn)
        found = await context(suite)
    assert list(found.recent_intents) == ["Make an image", "Make a video"]
    assert json.loads(found.preferences.utf8) == {"style": "cinematic"}
    assert json.loads(found.traits.utf8) == {
        "job_role": "editor",
        "goals": ["reach"],
        "locale": "de-DE",
        "time_zone": "Europe/Berlin",
    }
    assert "Make an image" in found.context_summary
    assert 0 <= found.satisfaction_signal <= 10
    assert found.version > 0
    assert found.HasField("last_active_at")


async def test_a_context_tells_how_the_newest_answers_were_rated(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with db(servers, database) as conn, suite.worker():
        rated = {n: await talk(suite, said("user", "hi"), said("assistant", "ho")) for n in (2, 5)}
        for score, name in rated.items():
            vote = feedback_pb2.SubmitFeedbackRequest(conversation_id=name, score=score)
            await suite.feedback.SubmitFeedback(vote, metadata=suite.as_())
        await built(conn)
        assert (await context(suite)).recent_rating == 3.5
        gone = feedback_pb2.WithdrawFeedbackRequest(conversation_id=rated[2])
        await suite.feedback.WithdrawFeedback(gone, metadata=suite.as_())
        await built(conn)

        async def without() -> bool:
            return (await context(suite)).recent_rating == 5

        await until(without)


async def test_somebody_unknown_has_an_empty_context(suite: Suite) -> None:
    found = await context(suite)
    assert (found.user_id, found.version, found.preferences.utf8) == ("ann", 0, b"{}")


async def test_a_context_is_read_from_its_copy_and_found_again_where_that_is_lost(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with copies(servers) as redis, db(servers, database) as conn, suite.worker():
        await talk(suite, said("user", "hello"))
        await built(conn)
        truth = await context(suite)

        async def copied() -> bool:
            return bool(await redis.exists(key_of("acme", "ann")))

        await until(copied)
        await conn.execute("UPDATE user_contexts SET version = 7777")
        assert await context(suite) == truth
        await redis.flushall()
        assert (await context(suite)).version == 7777
        assert await redis.pttl(key_of("acme", "ann")) <= 1000


async def test_without_redis_contexts_come_from_the_database(
    servers: Servers, database: str
) -> None:
    nowhere: dict[str, Any] = {"redis_url": "redis://127.0.0.1:1/0"}
    async with (
        running_suite(servers, database, of_activity=nowhere, **nowhere) as suite,
        db(servers, database) as conn,
        suite.worker(),
    ):
        stream = watch(suite)
        assert (await stream.read()).version == 0
        await talk(suite, said("user", "hello"))
        await built(conn)
        assert list((await context(suite)).recent_intents) == ["hello"]
        seen = await stream.read()
        while not seen.recent_intents:
            seen = await stream.read()
        stream.cancel()


async def test_an_older_copy_never_replaces_a_newer_one(servers: Servers) -> None:
    async with copies(servers) as redis:
        kept = Copies(redis)
        for version in (9, 10, 8):
            await kept.publish("acme", {"ann": pb.UserContext(user_id="ann", version=version)})
        found = await kept.get("acme", "ann")
        assert found
        assert found.version == 10
        await kept.found("acme", pb.UserContext(user_id="ann", version=9))
        assert (found := await kept.get("acme", "ann"))
        assert found.version == 10
        await kept.drop("acme", ["ann", "bob"])
        assert await kept.get("acme", "ann") is None


async def test_who_does_not_answer_is_left_alone_for_a_while() -> None:
    time = [0.0]
    async with copies_in("redis://127.0.0.1:1/0") as silent:
        down = Copies(silent._redis, lambda: time[0])
        assert await down.get("acme", "ann") is None
        assert down._rests_until == 1.0
        time[0] = 2.0
        assert await down.get("acme", "ann") is None
        assert down._rests_until == 3.0


async def test_no_copy_is_of_another_organization(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with copies(servers), db(servers, database) as conn, suite.worker():
        await talk(suite, said("user", "secret"))
        await built(conn)
        assert (await context(suite)).recent_intents
        other = suite.as_("ann", "admin", org="other")
        assert (await context(suite, who=other)).version == 0


async def test_viewers_read_their_own_and_analysts_others_masked(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with db(servers, database) as conn, suite.worker():
        await talk(suite, said("user", "Write to bob@example.com"))
        await built(conn)
        own = await context(suite, who=suite.as_("ann", "viewer"))
        assert "bob@example.com" in own.context_summary
        seen = await context(suite, who=suite.as_("cid", "analyst"))
        assert list(seen.recent_intents) == ["Write to [email]"]
        assert "bob@example.com" not in str(seen)
        other = suite.as_("cid", "viewer")
        for call in (context(suite, who=other), watch(suite, who=other).read()):
            with pytest.raises(grpc.aio.AioRpcError) as err:
                await call
            assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_number_that_a_cut_goes_through_is_not_shown_to_analysts(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with db(servers, database) as conn, suite.worker():
        for length in (290, 190, 150):  # before the cuts of intents, prompts and the summary
            text = f"{'a' * length} 4111 1111 1111 1111 {'b' * 300}"
            await talk(suite, said("user", text), said("user", text))
        await built(conn)
        own = await context(suite, who=suite.as_("ann", "viewer"))
        for shown in (own.context_summary, own.recent_intents[2], own.frequent_prompts[1]):
            assert "4111" in shown
        analyst = suite.as_("cid", "analyst")
        assert "4111" not in str(await context(suite, who=analyst))
        assert "4111" not in str(await profile(suite, who=analyst))


async def test_a_watcher_sees_the_present_and_then_each_change(suite: Suite) -> None:
    async with suite.worker():
        stream = watch(suite)
        assert (await stream.read()).version == 0
        await talk(suite, said("user", "first"))
        seen = await stream.read()
        while list(seen.recent_intents) != ["first"]:
            seen = await stream.read()
        await identify(suite, style="plain")
        later = await stream.read()
        while json.loads(later.preferences.utf8) != {"style": "plain"}:
            later = await stream.read()
        assert later.version > seen.version
        stream.cancel()


async def test_a_watcher_of_another_organization_hears_nothing(suite: Suite) -> None:
    async with suite.worker():
        stranger = watch(suite, who=suite.as_("ann", org="other"))
        own = watch(suite)
        assert (await stranger.read()).version == (await own.read()).version == 0
        await talk(suite, said("user", "secret"))
        await own.read()
        await talk(suite, said("user", "of others"), org="other")
        seen = await stranger.read()
        assert "secret" not in str(seen)
        stranger.cancel()
        own.cancel()


async def test_a_stream_ends_by_itself_after_the_life_of_a_token(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.WATCH_SECONDS == 300
    monkeypatch.setattr(service, "WATCH_SECONDS", 0.05)
    assert [seen.version async for seen in watch(suite)] == [0]


async def test_who_goes_away_leaves_nothing_behind(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    hubs: list[Hub] = []
    enter = Hub.watching

    def noted(hub: Hub, *args: Any) -> Any:
        hubs.append(hub)
        return enter(hub, *args)

    monkeypatch.setattr(Hub, "watching", noted)
    streams = [watch(suite) for _ in range(MOST_OF_ONE)]
    for stream in streams:
        await stream.read()
    assert hubs[0].count == MOST_OF_ONE
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await watch(suite).read()
    assert reason_of(err.value) == "RATE_LIMITED"
    for stream in streams:
        stream.cancel()

    async def gone() -> bool:
        return hubs[0].count == 0 and not hubs[0]._watchers and not hubs[0]._of_one

    await until(gone)
    assert (await watch(suite).read()).version == 0


async def test_there_are_no_more_streams_than_a_process_takes(suite: Suite) -> None:
    async with (
        app.pool_of(suite.activity_settings) as pool,
        Redis.from_url(suite.activity_settings.redis_url) as redis,
    ):
        hub = Hub(ContextStore(pool), redis, most=2)
        ann, bob = (Caller(organization_id="acme", subject=s, role="viewer") for s in ("a", "b"))
        with hub.watching(ann, "a"), hub.watching(bob, "b"), pytest.raises(Unavailable):
            hub.watching(bob, "b").__enter__()
        with hub.watching(bob, "b"):
            assert hub.count == 1
        crowd = Hub(ContextStore(pool), redis, most=1000)
        with contextlib.ExitStack() as stack:
            for _ in range(MOST_OF_ONE):
                stack.enter_context(crowd.watching(ann, "a"))
            with pytest.raises(QuotaExceeded):
                crowd.watching(ann, "a").__enter__()
        assert crowd.count == 0


async def test_a_watcher_whose_hint_is_lost_looks_by_itself(
    suite: Suite, servers: Servers, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "POLL_SECONDS", 0.05)
    async with db(servers, database) as conn:
        stream = watch(suite)
        assert (await stream.read()).version == 0
        await conn.execute(
            "INSERT INTO user_contexts (organization_id, user_id, version, content, updated_at)"
            " VALUES ('acme', 'ann', 5, '', now())"
        )
        assert (await stream.read()).version == 5
        stream.cancel()


async def test_tools_that_were_used_are_in_the_summary(
    suite: Suite, servers: Servers, database: str
) -> None:
    at = datetime.now(UTC) - timedelta(minutes=5)
    async with db(servers, database) as conn, suite.worker():
        await asyncio.gather(*(talk(suite, called("image_gen", at=at), at=at) for _ in range(5)))
        await built(conn)
        assert "image gen" in (await context(suite)).context_summary
