"""Jobs of conversations, and how their tables are read."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from attune.activity.v1 import conversations_pb2 as pb

from services.activity.conversations.idle import abandoned_some, abandoning, forgetting_event_ids
from services.activity.conversations.store import NIL, SQL, ConversationStore
from services.common.db import Pool, pool_for
from tests.activity.conversations.talking import Talk, at, called, facts, said
from tests.clock import Clock
from tests.suite import Servers, Suite

IDLE = timedelta(minutes=30)


@pytest.fixture
async def pool(servers: Servers, database: str) -> AsyncIterator[Pool]:
    async with pool_for(servers.dsn(database, "activity"), "activity") as pool:
        yield pool


@pytest.fixture
def store(pool: Pool) -> ConversationStore:
    return ConversationStore(pool)


@pytest.fixture
def clock() -> Clock:
    """The present moment, rounded up: nothing that happened before is of later."""
    clock = Clock()
    clock.advance(seconds=1)
    return clock


async def test_what_is_idle_is_abandoned_in_every_organization(
    suite: Suite, store: ConversationStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.activity.conversations.idle.ABANDONED_AT_ONCE", 2)
    talks = [Talk(suite), Talk(suite, org="other")]
    for talk in talks:
        for n in range(5):
            await talk.start(conversation_id=f"c{n}")
        await talk.append("c0", called("image_gen", error="busy"))
        await talk.finish("c4")
    job = abandoning(store, IDLE, clock)
    await job.run(b"")
    assert len((await talks[0].list(status="active")).conversations) == 4
    clock.advance(minutes=31)
    await job.run(b"")
    await job.run(b"")
    for talk in talks:
        left = (await talk.list(status="abandoned")).conversations
        assert {c.external_id for c in left} == {"c0", "c1", "c2", "c3"}
        assert all(c.finished_at.seconds < clock().timestamp() - 1800 for c in left)
    failed = (await talks[0].get("c0")).conversation
    assert (failed.blocker_reason, failed.user_satisfaction_signal) == ("abandoned_after_error", 2)
    told = [f for f in await facts(suite) if isinstance(f, pb.ConversationChanged)]
    assert [f.status for f in told].count("abandoned") == 4


async def test_who_writes_meanwhile_is_not_left(
    suite: Suite, store: ConversationStore, clock: Clock
) -> None:
    ann = Talk(suite)
    await ann.start(conversation_id="c")
    clock.advance(minutes=31)
    async with store.pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT FROM conversations FOR UPDATE")
        await abandoned_some(store, "acme", clock() - IDLE, clock())
    assert (await ann.get("c")).conversation.status == "active"


async def test_appends_and_abandoning_at_once_lose_nothing(
    suite: Suite, store: ConversationStore, clock: Clock
) -> None:
    ann = Talk(suite)
    await ann.start(conversation_id="c")
    clock.advance(minutes=31)

    async def abandon() -> None:
        for _ in range(20):
            await abandoned_some(store, "acme", clock() - IDLE, clock())

    async def write() -> None:
        for n in range(20):
            await ann.append("c", said(f"{n}"))

    await asyncio.gather(abandon(), write(), abandon(), write())
    assert (await ann.get("c")).conversation.event_count == 40


async def test_a_senders_id_is_known_for_seven_days(
    suite: Suite, store: ConversationStore, clock: Clock
) -> None:
    ann = Talk(suite)
    await ann.start(conversation_id="c")
    await ann.append("c", said("x", client_event_id="e"))
    forget = forgetting_event_ids(store, clock)
    clock.advance(days=7, seconds=-5)
    await forget.run(b"")
    assert (await ann.append("c", said("x", client_event_id="e"))).appended == 0
    clock.advance(seconds=10)
    await forget.run(b"")
    assert await store.pool.fetchval("SELECT count(*) FROM conversation_event_ids") == 0


async def test_an_id_that_is_out_of_date_but_not_forgotten_yet_is_taken_anew(
    suite: Suite, pool: Pool
) -> None:
    ann = Talk(suite)
    await ann.start(conversation_id="c")
    await ann.append("c", said("x", client_event_id="e"))
    await pool.execute("UPDATE conversation_event_ids SET added_at = added_at - interval '8 days'")
    second = await ann.append("c", said("x", client_event_id="e"))
    third = await ann.append("c", said("x", client_event_id="e"))
    assert (second.appended, third.appended) == (1, 0)
    assert third.results[0].event_id == second.results[0].event_id


async def test_who_waits_for_a_conversation_keeps_no_connection_from_others(
    suite: Suite, pool: Pool
) -> None:
    ann, bob = Talk(suite), Talk(suite, "bob")
    for talk, name in ((ann, "busy"), (bob, "free")):
        await talk.start(conversation_id=name)
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT FROM conversations WHERE external_id = 'busy' FOR UPDATE")
        waiting = [asyncio.create_task(ann.append("busy", said(f"{n}"))) for n in range(20)]
        await asyncio.sleep(0)  # they are sent before what comes now
        for _ in range(5):
            assert (await bob.append("free", said("x"))).appended == 1
        assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)
    assert (await ann.get("busy")).conversation.event_count == 20


def partitions(node: dict[str, Any]) -> set[str]:
    below = [name for part in node.get("Plans", ()) for name in partitions(part)]
    own = node.get("Relation Name", "")
    return {*below, *([own] if own.startswith("conversation_events") else [])}


async def test_reading_events_looks_into_the_months_of_the_conversation_alone(
    suite: Suite, store: ConversationStore
) -> None:
    service = Talk(suite, "service:x", "service")
    await service.start(conversation_id="c")
    await service.append(
        "c", at("2026-03-05T00:00:00Z", said("x")), at("2026-04-05T00:00:00Z", said("y"))
    )
    name = pb.GetConversationRequest(conversation_id="c").conversation_id
    found = (await service.get(name)).events
    async with store.pool.acquire() as conn:
        await conn.execute("SET plan_cache_mode = force_generic_plan")
        row = await conn.fetchrow("SELECT id, first_event_id, last_event_id FROM conversations")
        assert row
        for query, last in (
            ("list_events", [NIL, 100, 1000]),
            ("recorded_event_ids", [["e"]]),
        ):
            args = ("acme", *row.values(), *last)
            plan = await conn.fetchval(f"EXPLAIN (FORMAT JSON) {SQL[query]}", *args)
            looked_into = partitions(json.loads(plan)[0]["Plan"])
            assert looked_into == {"conversation_events_2026_03", "conversation_events_2026_04"}
            assert "ANY (" not in plan  # which would compare each row with all that are asked for
    assert [event.timestamp.ToJsonString()[:7] for event in found] == ["2026-03", "2026-04"]
