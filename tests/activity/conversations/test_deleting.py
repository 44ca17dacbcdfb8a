"""Conversations deleted: what follows from them goes, and nothing brings them back."""

import asyncio
from typing import Any

import grpc
import pytest
from attune.activity.v1 import conversations_pb2 as pb
from attune.activity.v1 import (
    feedback_pb2,
    memory_pb2,
    profiles_pb2,
    snapshot_pb2,
    snapshot_pb2_grpc,
)
from attune.common.v1 import event_log_pb2

from services.activity import app
from services.activity.conversations.removal import erased_some
from services.common.clock import utc_now
from tests.activity.conversations.talking import Talk, facts, refused, said
from tests.suite import ORGANIZATION, Suite, reason_of
from tests.waiting import until


@pytest.fixture
def ann(suite: Suite) -> Talk:
    return Talk(suite)


def asked(text: str) -> list[pb.Message]:
    return [pb.Message(role="user", content=text)]


async def rate(suite: Suite, ann: Talk, name: str, text: str) -> None:
    request = feedback_pb2.SubmitFeedbackRequest(conversation_id=name, score=5, text=text)
    await suite.feedback.SubmitFeedback(request, metadata=ann.who)


async def test_what_is_deleted_is_gone_and_stays_so(ann: Talk, suite: Suite) -> None:
    started = await ann.start(conversation_id="c", messages=asked("x"))
    await ann.delete("c")
    for name in ("c", started.id):
        for call in (ann.get(name), ann.append(name, said("y")), ann.rename(name, "t")):
            assert reason_of(await refused(call)) == "NOT_FOUND"
        await ann.delete(name)  # again changes nothing
    assert not (await ann.list()).conversations
    for taken in ("c", started.id):
        error = await refused(ann.start(conversation_id=taken))
        assert reason_of(error) == "ALREADY_EXISTS"
    told = [fact for fact in await facts(suite) if isinstance(fact, pb.ConversationDeleted)]
    assert [(f.conversation_id, f.user_id, f.deleted_by) for f in told] == [
        (started.id, "ann", "ann")
    ]


async def test_people_delete_their_own_and_admins_any(ann: Talk, suite: Suite) -> None:
    for name in ("a", "b", "c"):
        await ann.start(conversation_id=name)
    for stranger in (Talk(suite, "bob"), Talk(suite, "root", "admin", org="other")):
        assert reason_of(await refused(stranger.delete("a"))) == "NOT_FOUND"
    analyst = Talk(suite, "eve", "analyst")
    assert reason_of(await refused(analyst.delete("a"))) == "PERMISSION_DENIED"
    await Talk(suite, "root", "admin").delete("a")
    await Talk(suite, "service:x", "service").delete("b")
    left = [one.external_id for one in (await ann.list()).conversations]
    assert left == ["c"]
    assert reason_of(await refused(Talk(suite, "bob").delete("a"))) == "NOT_FOUND"


async def test_an_import_does_not_bring_it_back(ann: Talk, suite: Suite) -> None:
    entry = pb.BatchImportConversationsRequest.Entry(conversation_id="old", user_id="ann")
    entry.started_at.FromJsonString("2020-01-01T00:00:00Z")
    admin = Talk(suite, "root", "admin")
    assert (await admin.bring(entry)).accepted == 1
    await ann.delete("old")
    again = await admin.bring(entry)
    assert (again.accepted, again.results[0].errors[0].reason) == (0, "FAILED_PRECONDITION")


async def test_who_writes_while_it_is_deleted_comes_before_or_finds_none(ann: Talk) -> None:
    for turn in range(5):
        name = f"c{turn}"
        await ann.start(conversation_id=name)
        writes = [ann.append(name, said(f"{n}")) for n in range(10)]
        renames = [ann.rename(name, f"t{n}") for n in range(3)]
        done: list[Any] = await asyncio.gather(
            *writes, ann.delete(name), *renames, return_exceptions=True
        )
        assert done[10] is None
        failed = [reason_of(one) for one in done if isinstance(one, grpc.aio.AioRpcError)]
        assert set(failed) <= {"NOT_FOUND"}
        assert reason_of(await refused(ann.get(name))) == "NOT_FOUND"


async def test_ratings_go_with_it(ann: Talk, suite: Suite) -> None:
    for name in ("c", "d"):
        await ann.start(conversation_id=name, messages=asked("x"))
        await rate(suite, ann, name, "good")
    root, stats = suite.as_("root", "admin"), feedback_pb2.GetFeedbackStatsRequest()
    assert (await suite.feedback.GetFeedbackStats(stats, metadata=root)).total_count == 2
    await ann.delete("c")
    assert (await suite.feedback.GetFeedbackStats(stats, metadata=root)).total_count == 1
    every = feedback_pb2.ListFeedbackRequest()
    found = await suite.feedback.ListFeedback(every, metadata=root)
    assert [vote.external_id for vote in found.feedback] == ["d"]


async def test_rating_while_it_is_deleted_leaves_no_rating(ann: Talk, suite: Suite) -> None:
    for turn in range(5):
        name = f"c{turn}"
        await ann.start(conversation_id=name, messages=asked("x"))
        votes = [rate(suite, ann, name, f"{n}") for n in range(4)]
        done: list[Any] = await asyncio.gather(*votes, ann.delete(name), return_exceptions=True)
        failed = [reason_of(one) for one in done if isinstance(one, grpc.aio.AioRpcError)]
        assert set(failed) <= {"NOT_FOUND"}
    stats = feedback_pb2.GetFeedbackStatsRequest()
    root = suite.as_("root", "admin")
    assert (await suite.feedback.GetFeedbackStats(stats, metadata=root)).total_count == 0


async def test_memory_and_profile_follow(ann: Talk, suite: Suite) -> None:
    remembered = memory_pb2.ListMemoryRequest(user_id="ann")
    every, root = profiles_pb2.ListUserProfilesRequest(), suite.as_("root", "admin")

    async def known() -> list[str]:
        found = await suite.memory.ListMemory(remembered, metadata=ann.who)
        return sorted(fact.value for fact in found.facts)

    async def total() -> int:
        made = await suite.profiles.ListUserProfiles(every, metadata=root)
        return sum(profile.total_conversations for profile in made.profiles)

    async def both() -> bool:
        return (await known(), await total()) == (["Globex", "Paris"], 2)

    async def one() -> bool:
        return (await known(), await total()) == (["Paris"], 1)

    for name, text in (("c", "I work at Globex."), ("d", "I live in Paris.")):
        await ann.start(conversation_id=name, messages=asked(text))
    async with app.working(suite.activity_settings):
        await until(both)
        await ann.delete("c")
        await until(one)


async def test_the_log_forgets_what_was_said(ann: Talk, suite: Suite) -> None:
    for name in ("c", "d"):
        await ann.start(conversation_id=name, messages=asked(f"secret of {name}"))
    await rate(suite, ann, "c", "a secret")
    await ann.delete("c")
    async with app.pool_of(suite.activity_settings) as pool:
        assert not await erased_some(pool, ORGANIZATION, utc_now())
        assert not await pool.fetchval(
            "SELECT count(*) FROM deleted_conversations WHERE erased_at IS NULL"
        )
    service = suite.as_("service:x", "service")
    log = await suite.events.Read(event_log_pb2.ReadRequest(), metadata=service)
    texts = b"".join(event.payload for event in log.events)
    assert b"secret of d" in texts
    assert b"secret of c" not in texts
    assert b"a secret" not in texts
    assert [event.seq for event in log.events] == list(range(1, len(log.events) + 1))


async def test_a_snapshot_tells_nothing_of_it(ann: Talk, suite: Suite) -> None:
    gone = await ann.start(conversation_id="c", messages=asked("x"))
    await ann.delete("c")
    stub = snapshot_pb2_grpc.SnapshotServiceStub(suite.activity_channel)
    service = suite.as_("service:x", "service")
    parts = stub.SnapshotFacts(snapshot_pb2.SnapshotFactsRequest(), metadata=service)
    told = [fact.payload async for part in parts for fact in part.facts]
    assert not any(gone.id.encode() in payload for payload in told)
