import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from attune.activity.v1 import conversations_pb2 as pb
from attune.common.v1.json_pb2 import Json

from tests.activity.conversations.talking import Talk, at, called, facts, refused, said, to_json
from tests.suite import Suite, reason_of, violations_of


@pytest.fixture
def ann(suite: Suite) -> Talk:
    return Talk(suite)


async def test_nothing_is_needed_to_start(ann: Talk) -> None:
    started = await ann.start()
    assert UUID(started.id).version == 7
    assert (started.user_id, started.status, started.event_count) == ("ann", "active", 0)
    assert not started.HasField("external_id")
    assert not started.HasField("user_satisfaction_signal")
    assert json.loads(started.tools_used.utf8) == {}


async def test_a_conversation_starts_with_what_was_said_already(ann: Talk) -> None:
    messages = [
        pb.Message(role="system", content="Be kind."),
        pb.Message(role="user", content="Explain quantum computing"),
        pb.Message(role="assistant", content="It is…"),
    ]
    started = await ann.start(
        conversation_id="demo-123", messages=messages, metadata=to_json({"a": 1})
    )
    assert (started.external_id, started.message_count, started.event_count) == ("demo-123", 3, 3)
    assert started.first_intent == "Explain quantum computing"
    assert json.loads(started.metadata.utf8) == {"a": 1}
    found = await ann.get("demo-123")
    told = [json.loads(event.content.utf8) for event in found.events]
    assert told == [{"role": m.role, "message": m.content} for m in messages]


async def test_events_change_the_conversation_as_they_come(ann: Talk) -> None:
    await ann.start(conversation_id="c")
    done = await ann.append(
        "c",
        said("Make a picture of a cat"),
        called("image_gen", credits_consumed=4),
        called("image_gen", error="too busy", credits_consumed=1),
        pb.ConversationEvent(event_type="error", tool_name="search"),
    )
    assert (done.conversation_id, done.appended) == ("c", 4)
    now = done.conversation
    assert (now.message_count, now.event_count, now.credits_used) == (1, 4, 5)
    assert json.loads(now.tools_used.utf8) == {"image_gen": 2}
    assert now.last_message_at == (await ann.get("c")).events[0].timestamp
    events = (await ann.get("c")).events
    assert [event.id for event in events] == [result.event_id for result in done.results]
    assert [event.tool_name for event in events] == ["", "image_gen", "image_gen", "search"]
    told = [event.success if event.HasField("success") else None for event in events]
    assert told == [None, True, False, False]


async def test_events_of_one_millisecond_keep_their_order(ann: Talk) -> None:
    await ann.start(conversation_id="c")
    texts = [f"{n}" for n in range(60)]
    for part in (texts[:50], texts[50:]):
        await ann.append("c", *(at("2026-05-01T10:00:00.123Z", said(text)) for text in part))
    events = (await ann.get("c")).events
    assert [json.loads(event.content.utf8)["message"] for event in events] == texts
    assert [event.id for event in events] == sorted(event.id for event in events)


async def test_either_id_names_a_conversation_and_comes_back_as_it_was_given(ann: Talk) -> None:
    own = str(uuid4())
    started = await ann.start(conversation_id=own)
    for name in (own, started.id, started.id.upper()):
        found = await ann.get(name)
        assert (found.conversation_id, found.conversation.id) == (name, started.id)
        assert (await ann.append(name, said("x"))).conversation_id == name


async def test_an_id_that_is_taken_is_refused(ann: Talk, suite: Suite) -> None:
    started = await ann.start(conversation_id="mine")
    for taken in ("mine", started.id):
        for who in (ann, Talk(suite, "bob")):
            error = await refused(who.start(conversation_id=taken))
            assert reason_of(error) == "ALREADY_EXISTS"
    other = await Talk(suite, org="other").start(conversation_id="mine")
    assert other.id != started.id


@pytest.mark.parametrize("wrong", ["", "a/b", "a:b", "a b", "x" * 201])
async def test_an_id_that_no_path_could_hold_is_refused(ann: Talk, wrong: str) -> None:
    error = await refused(ann.start(conversation_id=wrong))
    assert set(violations_of(error)) == {"conversation_id"}


async def test_only_a_service_says_whose_and_when(ann: Talk, suite: Suite) -> None:
    when = pb.StartConversationRequest()
    when.started_at.FromJsonString("2026-01-02T03:04:05Z")
    for role in ("viewer", "analyst", "admin"):
        for fields in ({"user_id": "bob"}, {"started_at": when.started_at}):
            error = await refused(Talk(suite, "ann", role).start(**fields))
            assert reason_of(error) == "PERMISSION_DENIED"
    service = Talk(suite, "service:x", "service")
    made = await service.start(user_id="bob", started_at=when.started_at)
    assert (made.user_id, made.started_at) == ("bob", when.started_at)


async def test_a_repeated_key_starts_nothing_and_gives_the_first_answer(ann: Talk) -> None:
    first = await ann.start(conversation_id="c", request_id="k")
    await ann.append("c", said("x"))
    assert await ann.start(conversation_id="c", request_id="k") == first
    error = await refused(ann.start(conversation_id="d", request_id="k"))
    assert reason_of(error) == "IDEMPOTENCY_KEY_REUSED"
    assert len((await ann.list()).conversations) == 1


async def test_an_event_is_appended_once_whatever_it_says_the_second_time(ann: Talk) -> None:
    await ann.start(conversation_id="c")
    event = at("2026-05-01T10:00:00Z", said("x", client_event_id="e"))
    first = await ann.append("c", event)
    event.timestamp.FromJsonString("2026-07-01T10:00:00Z")
    again = await ann.append("c", said("new", client_event_id="f"), event, said("new"))
    assert [result.duplicate for result in again.results] == [False, True, False]
    assert again.results[1].event_id == first.results[0].event_id
    assert (again.appended, again.conversation.event_count) == (2, 3)


async def test_an_event_that_comes_twice_in_one_request_is_appended_once(ann: Talk) -> None:
    await ann.start(conversation_id="c")
    twice = [said(text, client_event_id="e") for text in ("x", "y")]
    done = await ann.append("c", *twice)
    assert [result.duplicate for result in done.results] == [False, True]
    assert len({result.event_id for result in done.results}) == 1
    assert (done.appended, done.conversation.event_count) == (1, 1)


async def test_the_same_event_from_many_at_once_is_appended_once(ann: Talk) -> None:
    await ann.start(conversation_id="c")
    event = said("x", client_event_id="e", credits_consumed=3)
    done = await asyncio.gather(*(ann.append("c", event) for _ in range(12)))
    assert sum(answer.appended for answer in done) == 1
    assert len({answer.results[0].event_id for answer in done}) == 1
    now = (await ann.get("c")).conversation
    assert (now.event_count, now.credits_used) == (1, 3)


async def test_a_senders_id_is_of_its_conversation_alone(ann: Talk) -> None:
    for name in ("c", "d"):
        await ann.start(conversation_id=name)
        assert (await ann.append(name, said("x", client_event_id="e"))).appended == 1


@pytest.mark.parametrize("status", ["completed", "blocked_by_credits"])
async def test_nothing_is_appended_to_what_ended(ann: Talk, status: str) -> None:
    await ann.start(conversation_id="c")
    await ann.append("c", said("x", client_event_id="e"))
    ended = await ann.finish("c", status)
    assert (ended.status, ended.completion_status) == (status, status)
    assert ended.HasField("finished_at")
    error = await refused(ann.append("c", said("y")))
    assert reason_of(error) == "FAILED_PRECONDITION"
    assert status in (error.details() or "")
    repeated = await ann.append("c", said("x", client_event_id="e"))
    assert (repeated.appended, repeated.results[0].duplicate) == (0, True)


async def test_what_was_abandoned_goes_on(ann: Talk, suite: Suite) -> None:
    await ann.start(conversation_id="c")
    assert (await ann.finish("c", "abandoned")).status == "abandoned"
    now = (await ann.append("c", said("x"))).conversation
    assert now.status == "active"
    assert not now.HasField("finished_at")
    assert not now.HasField("completion_status")
    changes = [f.status for f in await facts(suite) if isinstance(f, pb.ConversationChanged)]
    assert changes == ["abandoned", "active"]


async def test_to_end_the_same_way_changes_nothing_and_another_way_is_refused(ann: Talk) -> None:
    await ann.start(conversation_id="c")
    assert (await ann.finish("c", "abandoned")).status == "abandoned"
    ended = await ann.finish("c", "completed")
    assert await ann.finish("c", "completed") == ended
    for other in ("abandoned", "blocked_by_credits"):
        error = await refused(ann.finish("c", other))
        assert reason_of(error) == "FAILED_PRECONDITION"


async def test_the_facts_tell_all_of_it_in_order(ann: Talk, suite: Suite) -> None:
    started = await ann.start(conversation_id="c")
    await ann.append(
        "c", said("x" * 5000), called("image_gen", error="y" * 2000, credits_consumed=2)
    )
    await ann.finish("c")
    told = await facts(suite)
    first, message, failure, changed, ended = told
    assert first == pb.ConversationStarted(
        conversation_id=started.id, external_id="c", user_id="ann", started_at=started.started_at
    )
    assert (message.role, message.event_type, len(message.text)) == ("user", "message", 4000)
    assert (failure.tool_name, failure.success, len(failure.error)) == ("image_gen", False, 1000)
    assert (failure.credits_consumed, failure.user_id) == (2, "ann")
    assert (changed.status, changed.user_satisfaction_signal) == ("active", 4)
    assert (ended.status, ended.user_satisfaction_signal) == ("completed", 6)
    assert ended.HasField("finished_at")


async def test_a_job_refines_what_the_rules_found_out(ann: Talk, suite: Suite) -> None:
    await ann.start(conversation_id="c", messages=[pb.Message(role="user", content="a poem")])
    job = Talk(suite, "service:x", "service")
    refined = await job.refine("c", "llm", 2, extracted_use_case="poems")
    assert (refined.extracted_use_case, refined.user_satisfaction_signal) == ("poems", 5)
    assert (refined.insights_source, refined.insights_version) == ("llm", 2)
    assert (await job.refine("c", "llm", 2, blocker_reason="rhymes")).blocker_reason == "rhymes"
    later = (await ann.append("c", said("useless"))).conversation
    assert (later.extracted_use_case, later.user_satisfaction_signal) == ("poems", 5)
    error = await refused(job.refine("c", "llm", 1, extracted_use_case="prose"))
    assert reason_of(error) == "FAILED_PRECONDITION"
    assert "source" in violations_of(await refused(job.refine("c", "rules", 9)))
    assert reason_of(await refused(job.refine("d", "llm", 1))) == "NOT_FOUND"
    assert reason_of(await refused(ann.refine("c", "llm", 3))) == "PERMISSION_DENIED"
    told = [f for f in await facts(suite) if isinstance(f, pb.ConversationChanged)]
    assert [f.extracted_use_case for f in told] == ["", "poems", "poems"]
    assert told[-1].blocker_reason == "rhymes"


async def test_another_persons_conversation_is_none(ann: Talk, suite: Suite) -> None:
    started = await ann.start(conversation_id="c")
    strangers = [Talk(suite, "bob"), Talk(suite, org="other"), Talk(suite, role="admin", org="o")]
    for stranger in strangers:
        for name in ("c", started.id):
            for call in (
                stranger.get(name),
                stranger.append(name, said("x")),
                stranger.finish(name),
                stranger.export(name),
            ):
                error = await refused(call)
                assert (reason_of(error), started.id in str(error.details())) in (
                    ("NOT_FOUND", name == started.id),
                )
    assert (await ann.get("c")).conversation.event_count == 0


async def test_admins_read_everybodys_and_write_their_own_alone(ann: Talk, suite: Suite) -> None:
    await ann.start(conversation_id="c")
    admin = Talk(suite, "root", "admin")
    assert (await admin.get("c")).conversation.user_id == "ann"
    assert len((await admin.list()).conversations) == 1
    for call in (admin.append("c", said("x")), admin.finish("c")):
        assert reason_of(await refused(call)) == "PERMISSION_DENIED"
    service = Talk(suite, "service:x", "service")
    assert (await service.append("c", said("x"))).appended == 1
    assert (await service.finish("c")).status == "completed"


def event(**fields: Any) -> pb.ConversationEvent:
    return pb.ConversationEvent(**{"event_type": "message", **fields})


def timed(time: str) -> pb.ConversationEvent:
    return at(time, event())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (event(event_type="dance"), "event_type"),
        (event(credits_consumed=-1), "credits_consumed"),
        (event(content=Json(utf8=b"{")), "content"),
        (event(content=Json(utf8=b'"\xff"')), "content"),
        (event(content=Json(utf8=b'"\\u0000"')), "content"),
        (event(content=Json(utf8=b"[" * 65 + b"]" * 65)), "content"),
        (event(content=to_json("x" * 262_144)), "content"),
        (event(client_event_id="\0"), "client_event_id"),
        (timed("2020-01-01T00:00:00Z"), "timestamp"),
        (timed("9999-01-01T00:00:00Z"), "timestamp"),
        (timed("0001-01-01T00:00:00Z"), "timestamp"),
    ],
)
async def test_one_bad_event_is_named_and_none_is_appended(
    ann: Talk, wrong: pb.ConversationEvent, field: str
) -> None:
    await ann.start(conversation_id="c")
    error = await refused(ann.append("c", said("fine"), wrong))
    assert reason_of(error) == "INVALID_FIELD"
    assert f"events[1].{field}" in violations_of(error)
    assert (await ann.get("c")).conversation.event_count == 0


async def test_metadata_is_an_object_of_at_most_16_kib(ann: Talk) -> None:
    for wrong in (b"[]", b"{", json.dumps({"a": "x" * 16_384}).encode()):
        error = await refused(ann.start(metadata=Json(utf8=wrong)))
        assert set(violations_of(error)) == {"metadata"}


async def test_a_conversation_has_so_many_tools_and_no_more(ann: Talk) -> None:
    await ann.start(conversation_id="c")
    await ann.append("c", *(called(f"tool{n}") for n in range(200)))
    assert (await ann.append("c", called("tool7"))).appended == 1
    error = await refused(ann.append("c", called("one-more")))
    assert "at most 200" in violations_of(error)["events"]


async def test_errors_name_no_more_tools_than_calls_may(ann: Talk) -> None:
    await ann.start(conversation_id="c")
    await ann.append("c", *(called(f"tool{n}") for n in range(150)))
    error = pb.ConversationEvent(event_type="error", content=to_json({"error": "down"}))
    errors = [pb.ConversationEvent(tool_name=f"other{n}") for n in range(51)]
    for each in errors:
        each.MergeFrom(error)
    wrong = await refused(ann.append("c", *errors))
    assert "at most 200" in violations_of(wrong)["events"]
    assert (await ann.append("c", *errors[:50])).appended == 50
