"""Conversations from elsewhere."""

import asyncio
import json
from typing import Any

import grpc
import pytest
from attune.activity.v1 import conversations_pb2 as pb
from attune.common.v1.entries_pb2 import UnreadEntry

from services.common.db import pool_for
from tests.activity.conversations.talking import Talk, at, called, facts, said, to_json
from tests.suite import Servers, Suite, reason_of, violations_of

Entry = pb.BatchImportConversationsRequest.Entry


@pytest.fixture
def admin(suite: Suite) -> Talk:
    return Talk(suite, "root", "admin")


def entry(name: str = "old-1", *events: pb.ConversationEvent, **fields: Any) -> Entry:
    started = fields.pop("started_at", "2019-05-01T10:00:00Z")
    made = Entry(**{"conversation_id": name, "user_id": "ann", "events": events, **fields})
    if started:
        made.started_at.FromJsonString(started)
    return made


def old(text: str = "Make a film", minute: int = 0, **fields: Any) -> pb.ConversationEvent:
    return at(f"2019-05-01T10:{minute:02}:00Z", said(text, **fields))


async def test_a_conversation_of_any_age_comes_in_whole(admin: Talk, suite: Suite) -> None:
    first = old()
    call = at("2019-05-01T10:05:00Z", called("video_gen", credits_consumed=9))
    brought = entry("old-1", first, call, completion_status="completed", metadata=to_json({"a": 1}))
    answer = await admin.bring(brought)
    [result] = answer.results
    assert (answer.accepted, result.success, result.appended) == (1, True, 2)
    found = await Talk(suite).get("old-1")
    told = found.conversation
    assert (told.id, told.user_id, told.status) == (result.id, "ann", "completed")
    assert told.started_at.ToJsonString() == "2019-05-01T10:00:00Z"
    assert told.finished_at.ToJsonString() == "2019-05-01T10:05:00Z"
    assert (told.message_count, told.credits_used, told.first_intent) == (1, 9, "Make a film")
    assert [e.client_event_id for e in found.events] == ["import/0", "import/1"]
    assert [type(fact).__name__ for fact in await facts(suite)] == [
        "ConversationStarted",
        *["ConversationEventAppended"] * 2,
        "ConversationChanged",
    ]


async def test_what_comes_again_is_appended_once_however_late(
    admin: Talk, suite: Suite, servers: Servers, database: str
) -> None:
    one = entry("old-1", old("a"), old("b", client_event_id="e"), completion_status="completed")
    await admin.bring(one)
    async with pool_for(servers.dsn(database, "activity"), "activity") as pool:
        await pool.execute("DELETE FROM conversation_event_ids")
    before, told = (await admin.get("old-1")).conversation, len(await facts(suite))
    again = await admin.bring(one, one)
    assert [(r.success, r.appended) for r in again.results] == [(True, 0), (True, 0)]
    assert (await admin.get("old-1")).conversation == before
    assert len(await facts(suite)) == told
    longer = entry("old-1", *one.events, old("c", 7))
    assert (await admin.bring(longer)).results[0].appended == 1
    assert (await admin.get("old-1")).conversation.status == "completed"


async def test_the_same_from_several_at_once_comes_in_once(admin: Talk) -> None:
    one = entry("old-1", *(old(f"{n}", n) for n in range(20)))
    answers = await asyncio.gather(*(admin.bring(one) for _ in range(6)))
    assert sum(answer.results[0].appended for answer in answers) == 20
    assert len({answer.results[0].id for answer in answers}) == 1
    assert (await admin.get("old-1")).conversation.event_count == 20


async def test_events_without_a_time_happened_when_the_one_before_did(admin: Talk) -> None:
    await admin.bring(entry("old-1", said("a"), old("b", 3), said("c"), started_at=""))
    assert (await admin.bring(entry("old-1", said("a"), old("b", 3), said("c")))).accepted == 1
    events = (await admin.get("old-1")).events
    assert [e.timestamp.ToJsonString()[14:16] for e in events] == ["00", "03", "03"]
    assert [json.loads(e.content.utf8)["message"] for e in events] == ["a", "b", "c"]


BAD = [
    (entry(""), "conversation_id"),
    (entry("a/b"), "conversation_id"),
    (entry("x", user_id=""), "user_id"),
    (entry("x", started_at=""), "started_at"),
    (entry("x", started_at="1969-12-31T00:00:00Z"), "started_at"),
    (entry("x", started_at="9000-01-01T00:00:00Z"), "started_at"),
    (entry("x", said("a"), started_at=""), "events[0].timestamp"),
    (entry("x", old(), at("1950-01-01T00:00:00Z", said("a"))), "events[1].timestamp"),
    (entry("x", old(), pb.ConversationEvent(event_type="dance")), "events[1].event_type"),
    (entry("x", completion_status="active"), "completion_status"),
    (entry("x", metadata=to_json([])), "metadata"),
    (entry("x", *(called(f"t{n}") for n in range(201))), "events"),
    (entry("taken"), "user_id"),
    (entry("done", user_id="bob", completion_status="abandoned"), ""),
]


async def test_a_bad_entry_never_fails_its_neighbours(admin: Talk, suite: Suite) -> None:
    bob = Talk(suite, "bob")
    await bob.start(conversation_id="taken")
    await bob.start(conversation_id="done")
    await bob.finish("done")
    good = [entry(f"good-{n}", old()) for n in range(len(BAD))]
    mixed = [one for pair in zip(good, (bad for bad, _ in BAD), strict=True) for one in pair]
    answer = await admin.bring(*mixed)
    assert (answer.accepted, answer.refused) == (len(BAD), len(BAD))
    assert all(result.success for result in answer.results[::2])
    for result, (_, field) in zip(answer.results[1::2], BAD, strict=True):
        assert not result.success
        assert result.errors[0].field == field
        assert result.errors[0].message
    assert {r.errors[0].reason for r in answer.results[1::2]} == {
        "INVALID_FIELD",
        "FAILED_PRECONDITION",
    }
    found = (await admin.list()).conversations
    assert len(found) == len(BAD) + 2


async def test_entries_that_could_not_be_read_are_refused_in_their_places(admin: Talk) -> None:
    what = [UnreadEntry.Violation(field="events[0].success", message="must be true or false")]
    request = pb.BatchImportConversationsRequest(
        conversations=[entry("a"), Entry()], unread=[UnreadEntry(index=1, violations=what)]
    )
    answer = await admin.stub.BatchImportConversations(request, metadata=admin.who)
    assert [result.success for result in answer.results] == [True, False]
    assert answer.results[1].errors[0].field == "events[0].success"


async def test_too_many_events_are_refused_whole(admin: Talk) -> None:
    part = entry("a", *(old(f"{n}") for n in range(2600)))
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await admin.bring(part, part)
    assert "at most 5000" in violations_of(err.value)["conversations"]


@pytest.mark.parametrize("role", ["viewer", "analyst"])
async def test_only_who_runs_the_organization_imports(suite: Suite, role: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await Talk(suite, "ann", role).bring(entry())
    assert reason_of(err.value) == "PERMISSION_DENIED"


async def test_another_organization_gets_conversations_of_its_own(
    admin: Talk, suite: Suite
) -> None:
    other = Talk(suite, "root", "admin", org="other")
    first, second = await admin.bring(entry("c", old())), await other.bring(entry("c", old()))
    assert first.results[0].id != second.results[0].id
    assert (first.results[0].appended, second.results[0].appended) == (1, 1)


async def test_old_events_lie_in_the_partition_of_what_is_older(
    admin: Talk, servers: Servers, database: str
) -> None:
    await admin.bring(entry("a", at("1970-01-01T00:00:00Z", said("a")), old()))
    async with pool_for(servers.dsn(database, "activity"), "activity") as pool:
        rows = await pool.fetch(
            "SELECT tableoid::regclass::text AS part, count(*) AS events"
            " FROM conversation_events GROUP BY 1"
        )
        bounds = await pool.fetch(
            "SELECT pg_get_expr(c.relpartbound, c.oid) AS bounds FROM pg_inherits i"
            " JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'conversation_events'::regclass ORDER BY c.relname DESC"
        )
    assert [tuple(row) for row in rows] == [("conversation_events_older", 2)]
    older, *months = [row["bounds"] for row in bounds]
    assert older.startswith("FOR VALUES FROM (MINVALUE) TO (")
    assert older.rpartition(" TO ")[2] == f"({months[-1].partition('(')[2].partition(')')[0]})"
