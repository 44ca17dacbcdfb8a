"""The client package against the real gateway: each resource, by both clients."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attune_client import (
    AlreadyExists,
    FailedPrecondition,
    IdempotencyKeyReused,
    InvalidFields,
    Message,
    NewActivity,
    NewEvent,
    NotFound,
    PermissionDenied,
    Unauthenticated,
    compute_hash,
)
from tests.client.calling import KINDS, Calling, calling
from tests.e2e.conftest import Api
from tests.suite import jwt_for
from tests.waiting import until

TALK = [Message(role="user", content="Make a poster"), Message(role="assistant", content="Here")]


@pytest.fixture(params=KINDS)
async def someone(request: pytest.FixtureRequest, api: Api) -> AsyncIterator[Calling]:
    """A client as a person whom no other test knows."""
    user = request.node.name[:100]
    async with calling(request.param, api.base_url, jwt_for(user)) as client:
        yield client


@pytest.fixture
async def admin(api: Api) -> AsyncIterator[Calling]:
    async with calling("async", api.base_url, jwt_for("root", role="admin")) as client:
        yield client


async def test_activities_are_logged_once_and_given_back_page_by_page(someone: Calling) -> None:
    data = {"data": [{"n": 1}], "metadata": {"execution_time_ms": 12}}
    logged = await someone.do(
        lambda c: c.activity.log, "query", "Churn by region", response_data=data
    )
    assert (logged.success, logged.activity_type) == (True, "query")
    for _ in range(2):
        await someone.do(lambda c: c.activity.log, "chat", "hello", idempotency_key="k-1")
    with pytest.raises(IdempotencyKeyReused):
        await someone.do(lambda c: c.activity.log, "chat", "good bye", idempotency_key="k-1")
    batch = await someone.do(
        lambda c: c.activity.log_batch,
        [
            NewActivity(activity_type="feedback", feedback_rating=4, metadata={"a": [1]}),
            NewActivity(activity_type="feedback"),
        ],
    )
    assert (batch.accepted, batch.refused) == (1, 1)
    assert batch.results[1].errors[0].field == "feedback_rating"
    found = await someone.all(lambda c: c.activity.history, page_size=1)
    assert [a.activity_type for a in found] == ["feedback", "chat", "query"]
    assert found[0].metadata["a"] == [1]
    assert found[2].id == logged.activity_id
    assert found[2].response_data["data"] == [{"n": 1}]
    assert datetime.now(UTC) - found[2].created_at < timedelta(minutes=5)
    assert await someone.all(lambda c: c.activity.history, start_time=datetime.now(UTC)) == []


async def test_errors_say_what_to_mend(api: Api, someone: Calling) -> None:
    with pytest.raises(InvalidFields) as error:
        await someone.do(lambda c: c.activity.log, "queri")
    assert [v.field for v in error.value.violations] == ["activity_type"]
    assert error.value.request_id
    with pytest.raises(PermissionDenied):
        await someone.do(lambda c: c.feedback.forget, 90)
    async with calling("sync", api.base_url, "no token") as stranger:
        with pytest.raises(Unauthenticated):
            await stranger.do(lambda c: c.patterns.get)


async def test_what_is_logged_is_learned_and_suggested(someone: Calling, admin: Calling) -> None:
    question = "Show me quarterly profits from last 5 years"
    context = {"connection_id": "my-database"}
    await someone.do(lambda c: c.activity.log, "query", question, metadata=context)

    async def learned() -> bool:
        return bool((await someone.do(lambda c: c.patterns.get)).user_pattern_count)

    await until(learned)
    [pattern] = (await someone.do(lambda c: c.patterns.get, limit=5)).user_patterns
    assert (pattern.frequency, pattern.success_rate) == (1, 1.0)
    assert pattern.last_used.tzinfo is not None
    of_all = await someone.all(lambda c: c.patterns.list, pattern_type="global", page_size=1)
    assert pattern.query_template in {p.query_template for p in of_all}
    suggested = await someone.do(
        lambda c: c.suggestions.personalized, "my-database", "show me", max_suggestions=3
    )
    assert suggested.suggestions[0].type == "complete"
    assert suggested.count == len(suggested.suggestions) <= 3
    with pytest.raises(NotFound):
        await someone.do(lambda c: c.suggestions.personalized, "no-database")
    exported = json.loads(await admin.file(lambda c: c.patterns.export, format="json"))
    assert question not in exported
    assert pattern.query_template in {row["query_template"] for row in exported}
    assert (await admin.do(lambda c: c.patterns.rebuild)).pattern_count >= 1


async def test_preferences_change_where_they_are_given_and_none_brings_back_the_default(
    someone: Calling,
) -> None:
    assert (await someone.do(lambda c: c.preferences.get)).updated_at is None
    first = await someone.do(
        lambda c: c.preferences.update, preferred_metrics=("profit",), max_suggestions=9
    )
    assert (first.preferences.preferred_metrics, first.preferences.max_suggestions) == (
        ("profit",),
        9,
    )
    await someone.do(lambda c: c.preferences.update, max_suggestions=None, preferred_metrics=[])
    now = await someone.do(lambda c: c.preferences.get)
    assert (now.preferred_metrics, now.max_suggestions) == ((), 6)


async def test_a_conversation_from_its_start_to_its_export(
    someone: Calling, request: pytest.FixtureRequest
) -> None:
    name = f"talk-{request.node.callspec.id}"
    started = await someone.do(
        lambda c: c.conversations.start, name, messages=TALK, metadata={"from": "web"}
    )
    assert (started.external_id, started.message_count, started.status) == (name, 2, "active")
    with pytest.raises(AlreadyExists):
        await someone.do(lambda c: c.conversations.start, name)
    called = NewEvent(
        event_type="tool_call",
        content={"tool": "image_gen", "params": {"style": "noir"}},
        success=True,
        credits_consumed=4,
        client_event_id="e-1",
    )
    for duplicate in (False, True):
        appended = await someone.do(lambda c: c.conversations.append, name, [called])
        assert appended.results[0].duplicate is duplicate
    assert (appended.conversation.tools_used, appended.conversation.credits_used) == (
        {"image_gen": 1},
        4,
    )
    events = await someone.all(lambda c: c.conversations.events, name, page_size=1)
    assert [e.event_type for e in events] == ["message", "message", "tool_call"]
    assert events[2].content["params"] == {"style": "noir"}
    ended = await someone.do(lambda c: c.conversations.finish, name)
    assert (ended.status, ended.finished_at is not None) == ("completed", True)
    with pytest.raises(FailedPrecondition):
        await someone.do(lambda c: c.conversations.finish, name, "abandoned")
    found = await someone.do(lambda c: c.conversations.get, started.id, page_size=2)
    assert (found.conversation.status, len(found.events)) == ("completed", 2)
    assert found.next_page_token
    markdown = await someone.file(lambda c: c.conversations.export, name, format="markdown")
    assert b"Make a poster" in markdown
    assert json.loads(await someone.file(lambda c: c.conversations.export, name))


async def test_conversations_are_listed(someone: Calling, request: pytest.FixtureRequest) -> None:
    user = request.node.name[:100]
    made = [(await someone.do(lambda c: c.conversations.start)).id for _ in range(3)]
    await someone.do(lambda c: c.conversations.finish, made[0], "abandoned")
    listed = await someone.all(lambda c: c.conversations.list, user_id=user, page_size=2)
    assert [c.id for c in listed] == made[::-1]
    gone = await someone.all(lambda c: c.conversations.list, user_id=user, status="abandoned")
    assert [c.id for c in gone] == made[:1]


async def test_votes_are_given_changed_counted_and_taken_back(
    someone: Calling, request: pytest.FixtureRequest
) -> None:
    name = f"rated-{request.node.callspec.id}"
    await someone.do(lambda c: c.conversations.start, name, messages=TALK)
    asked = compute_hash(name)
    for score, words in ((2, "meh"), (5, "Excellent response!")):
        given = await someone.do(
            lambda c: c.feedback.submit,
            name,
            score,
            words,
            latency_ms=125.5,
            tokens_used=245,
            input_hash=asked,
            metadata={"source": "web_ui"},
        )
        assert (given.status, given.feedback_score) == ("success", score)
    [vote] = await someone.all(lambda c: c.feedback.list, input_hash=asked)
    assert (vote.user_feedback_score, vote.user_feedback_text) == (5, "Excellent response!")
    assert (vote.external_id, vote.revision, vote.metadata["source"]) == (name, 2, "web_ui")
    stats = await someone.do(lambda c: c.feedback.stats, conversation_id=name)
    assert (stats.total_count, stats.avg_score, stats.score_5) == (1, 5.0, 1)
    assert (stats.avg_latency_ms, stats.avg_tokens) == (125.5, 245.0)
    trend = await someone.do(lambda c: c.feedback.trend, period="week")
    assert (trend.period, trend.shift.detected) == ("week", False)
    assert trend.periods[-1].count >= 1
    table = await someone.file(lambda c: c.feedback.export, format="csv", conversation_id=name)
    assert [row["user_feedback_score"] for row in rows(table)] == ["5"]
    assert (await someone.do(lambda c: c.feedback.withdraw, name)).status == "success"
    with pytest.raises(NotFound):
        await someone.do(lambda c: c.feedback.withdraw, name)


async def test_what_is_told_and_done_is_in_profile_and_context(
    someone: Calling, admin: Calling, request: pytest.FixtureRequest
) -> None:
    user = request.node.name[:100]
    told = await someone.do(lambda c: c.profiles.identify, {"plan": "pro", "goals": ["sell"]})
    assert told.traits == {"plan": "pro", "goals": ["sell"]}
    await someone.do(lambda c: c.profiles.identify, {"plan": None})
    assert (await someone.do(lambda c: c.profiles.traits, user)).traits == {"goals": ["sell"]}
    changes = await someone.all(lambda c: c.profiles.trait_changes, user, page_size=1)
    assert {(c.trait, str(c.value)) for c in changes} >= {("plan", "pro"), ("plan", "None")}
    await someone.do(lambda c: c.conversations.start, messages=TALK)

    async def known() -> bool:
        context = await someone.do(lambda c: c.profiles.context, user)
        return bool(context.recent_intents) and context.traits == {"goals": ["sell"]}

    async def counted() -> bool:
        profile = await someone.do(lambda c: c.profiles.get, user)
        return (profile.total_conversations, profile.activation_status) == (1, "signed_up")

    await until(known)
    await until(counted)
    listed = await admin.all(lambda c: c.profiles.list, activation_status="signed_up", page_size=1)
    assert user in {p.user_id for p in listed}
    with pytest.raises(NotFound):
        await admin.do(lambda c: c.profiles.get, "nobody")
    assert (await admin.do(lambda c: c.profiles.rebuild)).message


def rows(table: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(table.decode(), newline="")))
