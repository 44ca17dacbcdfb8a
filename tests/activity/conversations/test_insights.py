"""What rules find out about conversations: pure, and the same in whatever order events come."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.activity.conversations.domain import Conversation, Event, StoredEvent
from services.activity.conversations.insights import USE_CASES, Tally
from services.common.errors import FailedPrecondition, InvalidFields
from services.common.ids import Ids, uuid7
from tests.properties import quick

START = datetime(2026, 1, 1, tzinfo=UTC)
NEW = Conversation(
    id=uuid7(START), external_id=None, user_id="ann", started_at=START, active_at=START
)


def stored(*events: Event) -> list[StoredEvent]:
    ids = Ids()
    return [event.completed().stored(ids.next(event.timestamp)) for event in events]


def event(kind: str = "message", content: Any = None, minute: int = 0, **more: Any) -> Event:
    text = None if content is None else msgspec.json.encode(content).decode()
    when = START + timedelta(minutes=minute)
    return Event(event_type=kind, content=text, timestamp=when, **more)


def said(text: str, role: str = "user") -> Event:
    return event(content={"role": role, "message": text})


def failed(tool: str = "image_gen", error: Any = "busy") -> Event:
    return event("tool_call", {"tool": tool, "error": error})


def worked(tool: str = "image_gen", cost: int | None = None) -> Event:
    return event("tool_call", {"tool": tool, "result": "done"}, credits_consumed=cost)


def told(*events: Event, ended: str = "") -> Conversation:
    now = NEW.grown(stored(*events))
    return now.ended(ended, START) if ended else now


@pytest.mark.parametrize(
    ("events", "ended", "points"),
    [
        ([], "", None),
        ([], "abandoned", None),
        ([said("hello", "system")], "", None),
        ([said("hello")], "", 5),
        ([said("hello")], "completed", 7),
        ([said("hello"), worked()], "completed", 8),
        ([said("thanks, perfect"), worked()], "completed", 9),
        ([said("thank you")] * 5 + [worked()], "completed", 10),
        ([said("thanks", "assistant")], "", None),
        ([said("hello"), said("thanks", "assistant")], "", 5),
        ([said("it doesn't work")], "", 3),
        ([said("hello"), failed()], "", 4),
        ([said("hello"), failed()], "abandoned", 2),
        ([said("hello"), failed(), worked()], "abandoned", 4),
        ([said("hello")], "blocked_by_credits", 3),
        ([said("useless")] * 3 + [failed()] * 3, "abandoned", 0),
    ],
)
def test_satisfaction_follows_what_people_do(
    events: Sequence[Event], ended: str, points: int | None
) -> None:
    assert told(*events, ended=ended).user_satisfaction_signal == points


@pytest.mark.parametrize(
    ("intent", "tools", "use_case"),
    [
        ("Write ad copy for our product launch", [], "marketing_content"),
        ("An Instagram reel of our new shoes", ["video_gen"], "social_media_clip"),
        ("A video for my daughter's birthday", ["video_gen"], "personal_video"),
        ("Show me revenue by region", [], "data_question"),
        ("Top 10 products per month", [], "data_question"),
        ("what was that again", ["sql_query"], "data_question"),
        ("Why does this Python function fail?", [], "coding_help"),
        ("make it great", ["image_gen"], "image_creation"),
        ("make it move", ["video_gen"], "video_creation"),
        ("Explain quantum computing", ["search"], None),
        ("", [], None),
    ],
)
def test_the_use_case_is_told_by_words_then_by_tools(
    intent: str, tools: list[str], use_case: str | None
) -> None:
    assert told(said(intent), *map(worked, tools)).extracted_use_case == use_case


def test_use_cases_have_names_of_their_own() -> None:
    assert len({case.name for case in USE_CASES}) == len(USE_CASES)


@pytest.mark.parametrize(
    ("events", "ended", "blocker"),
    [
        ([said("x")], "", None),
        ([said("x")], "blocked_by_credits", "credits"),
        ([failed(error="Insufficient credits: 4 needed")], "", "credits"),
        ([failed(error={"message": "quota exceeded"})], "", "credits"),
        ([failed(error="out of credits"), worked()], "completed", None),
        ([failed(error="out of credits"), worked("search")], "", "credits"),
        ([failed(error="out of credits"), worked(cost=4)], "", None),
        ([worked(cost=4), failed(error="out of credits")], "", "credits"),
        ([failed()] * 2, "", None),
        ([failed()] * 3, "", "repeated_failure:image_gen"),
        ([failed()] * 3 + [worked()] * 3, "", None),
        ([failed("a")] * 3 + [failed("b")] * 4, "", "repeated_failure:b"),
        ([failed()], "abandoned", "abandoned_after_error"),
        ([failed(), said("never mind")], "abandoned", None),
        ([failed()] * 3, "completed", None),
    ],
)
def test_the_blocker_is_what_stopped_the_person(
    events: Sequence[Event], ended: str, blocker: str | None
) -> None:
    assert told(*events, ended=ended).blocker_reason == blocker


@pytest.mark.parametrize(
    ("given", "tool", "success"),
    [
        (event("tool_call", {"tool": "a"}), "a", None),
        (event("tool_call", {"tool": "a", "result": 1}), "a", True),
        (event("tool_call", {"tool": "a", "result": 1, "error": "x"}), "a", False),
        (event("tool_call", {"tool": "a", "error": None, "result": 1}), "a", True),
        (event("tool_call", {"tool": "a", "error": "x"}, success=True), "a", True),
        (event("tool_call", {"tool": "a", "success": False}, tool_name="b"), "b", False),
        (event("tool_call", {"tool": 7}), None, None),
        (event("tool_call", {"tool": ""}), None, None),
        (event("error", {"message": "x"}, success=True), None, False),
        (event("message", {"result": 1}), None, None),
        (event("message", [1]), None, None),
        (event("message"), None, None),
    ],
)
def test_the_content_tells_what_the_fields_do_not(
    given: Event, tool: str | None, success: bool | None
) -> None:
    known = given.completed()
    assert (known.tool_name, known.success) == (tool, success)


@pytest.mark.parametrize(
    ("content", "role", "text"),
    [
        ({"role": "user", "message": "hi"}, "user", "hi"),
        ({"role": "assistant", "content": "hi"}, "assistant", "hi"),
        ({"role": "boss", "text": "hi"}, "", "hi"),
        ("hi", "", "hi"),
        ({"message": " ", "text": "hi"}, "", "hi"),
        ({"message": {"a": 1}}, "", None),
        ({"role": ["user"], "message": 5}, "", None),
        ([1], "", None),
        (None, "", None),
    ],
)
def test_who_said_what_is_read_from_several_forms(
    content: Any, role: str, text: str | None
) -> None:
    known = event(content=content)
    assert (known.role, known.text) == (role, text)


def test_the_first_intent_is_what_the_person_asked_first_whenever_it_is_told() -> None:
    system, answer = said("Be kind", "system"), said("Hello!", "assistant")
    asked, before = said("y" * 600), event(content="Make a film", minute=-5)
    now = NEW.grown(stored(system, answer, asked))
    assert now.first_intent == "y" * 500
    assert now.grown(stored(before)).first_intent == "Make a film"


def test_what_a_job_found_out_is_kept_by_rules_and_replaced_by_newer_jobs() -> None:
    refined = told(said("x")).refined({"extracted_use_case": "poems"}, "llm", 2)
    assert (refined.extracted_use_case, refined.user_satisfaction_signal) == ("poems", 5)
    later = refined.grown(stored(said("useless"))).ended("completed", START)
    assert (later.insights, later.insights_source) == (refined.insights, "llm")
    with pytest.raises(FailedPrecondition):
        later.refined({}, "llm", 1)
    assert later.refined({"blocker_reason": "b"}, "llm", 2).blocker_reason == "b"
    assert later.refined({}, "other", 1).insights_version == 1
    with pytest.raises(InvalidFields):
        later.refined({}, "rules", 1)


texts = st.sampled_from(["hi", "thanks", "useless", "", "Top 3 by sales", "x" * 600])
contents = (
    st.builds(
        lambda role, text: {"role": role, "message": text},
        st.sampled_from(["user", "assistant", "system"]),
        texts,
    )
    | st.builds(
        lambda tool, error: {"tool": tool, "error": error, "result": 1},
        st.sampled_from(["image_gen", "sql", "search"]),
        st.sampled_from([None, "busy", "out of credits"]),
    )
    | st.none()
)
events = st.builds(
    event,
    st.sampled_from(["message", "tool_call", "error", "completion"]),
    contents,
    st.integers(0, 5),
    credits_consumed=st.none() | st.integers(0, 2**31 - 1),
)


@quick
@given(st.lists(events, max_size=25), st.integers(0, 2**16), st.integers(1, 7))
def test_however_events_come_the_conversation_is_that_of_all_of_them_at_once(
    happened: list[Event], seed: int, size: int
) -> None:
    all_of_them = stored(*happened)
    whole = NEW.grown(all_of_them)
    random.Random(seed).shuffle(all_of_them)
    grown = NEW
    for start in range(0, len(all_of_them), size):
        grown = grown.grown(all_of_them[start : start + size])
        kept = msgspec.json.decode(msgspec.json.encode(grown.tally), type=Tally)
        assert kept == grown.tally
    assert grown == whole
    assert whole.event_count == len(happened)
    assert whole.credits_used == sum(e.credits_consumed or 0 for e in happened)
