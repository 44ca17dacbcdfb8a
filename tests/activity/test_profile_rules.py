"""What a profile says, by definition."""

import itertools
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.activity.context.domain import content_of, size_of
from services.activity.profiles.domain import (
    PROMPT,
    SILENCE,
    Day,
    Person,
    Presence,
    Profile,
    Recent,
    Rules,
    Span,
    joined,
    profile_of,
    standing_of,
)
from tests.properties import quick

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
RULES = Rules(frozenset({"image_gen", "video_gen"}), 0.9)


def day(number: int = 0, **counts: Any) -> Day:
    none = {"messages": 0, "credits": 0, "completed": 0, "ended": 0, "blocked": 0}
    maps: dict[str, Any] = {"tools": {}, "use_cases": {}}
    when = date(2026, 1, 1) + timedelta(days=number)
    return Day(**{"day": when, "conversations": 1, **none, **maps, **counts})


def person(**known: Any) -> Person:
    presence = Presence(1, timedelta(), NOON, NOON)
    traits = {name: json.dumps(value) for name, value in known.pop("traits", {}).items()}
    return Person(**{"user_id": "ann", "presence": presence, "traits": traits, **known})


def profile(**known: Any) -> Profile:
    found = profile_of(person(**known), RULES, NOON)
    assert found
    return found


def test_of_somebody_nobody_knows_there_is_none() -> None:
    assert profile_of(Person(user_id="ann", traits={}), RULES, NOON) is None


@pytest.mark.parametrize(
    ("days_with_creations", "status"),
    [
        ([], "signed_up"),
        ([0], "first_creation"),
        ([0, 0, 0, 0], "first_creation"),
        ([0, 9, 18, 27], "power_user"),
        ([0, 10, 20, 28], "first_creation"),
        ([0, 50, 51, 52, 53], "power_user"),
    ],
)
def test_who_creates_on_four_days_of_four_weeks_is_a_power_user(
    days_with_creations: list[int], status: str
) -> None:
    days = [day(n, tools={"video_gen": 3}) for n in days_with_creations]
    assert profile(days=[*days, day(99, tools={"search": 1})]).activation_status == status


@pytest.mark.parametrize(
    ("stayed", "silent", "cohort", "status"),
    [
        (0, 0, "day_1", "signed_up"),
        (0.99, 13, "day_1", "signed_up"),
        (1, 0, "week_1", "signed_up"),
        (6.9, 0, "week_1", "signed_up"),
        (7, 13.9, "week_2", "signed_up"),
        (100, 14, "churned", "signed_up"),
        (0, 28, "churned", "dormant"),
    ],
)
def test_cohort_and_status_follow_from_stay_and_silence(
    stayed: float, silent: float, cohort: str, status: str
) -> None:
    last = NOON - timedelta(days=silent)
    standing = standing_of(last - timedelta(days=stayed), last, "signed_up", NOON)
    assert standing[:2] == (cohort, status)


@quick
@given(st.floats(0, 60), st.floats(0, 60))
def test_between_now_and_when_it_is_due_nothing_changes(stayed: float, silent: float) -> None:
    last = NOON - timedelta(days=silent)
    args = (last - timedelta(days=stayed), last, "power_user")
    standing = standing_of(*args, NOON)
    if standing.due_at is None:
        assert standing_of(*args, NOON + timedelta(days=9999)) == standing
        return
    before, at = standing.due_at - timedelta(microseconds=1), standing.due_at
    assert standing_of(*args, before) == standing
    assert standing_of(*args, at)[:2] != standing[:2]


@pytest.mark.parametrize(
    ("traits", "months"),
    [({}, 1), ({"credit_quota": 100}, 2), ({"credit_quota": 101}, 1), ({"credit_quota": 0}, 1)],
)
def test_credits_are_exhausted_by_month(traits: dict[str, int], months: int) -> None:
    days = [day(0, credits=50), day(9, credits=40), day(40, credits=1, blocked=1)]
    assert profile(days=days, traits=traits).credit_exhaustion_count == months


def test_what_is_said_again_and_again_is_shown_in_its_newest_words() -> None:
    newest_first = ["HELLO?", "Make  a video!", "hello ", "Hello", "once", "make a video"]
    said = {PROMPT: newest_first}
    assert profile(said=said).frequently_used_prompts == ["HELLO?", "Make a video!"]


def test_a_choice_counts_from_the_second_time_on_and_a_trait_at_once() -> None:
    chosen = {"style": ["a", "b", "b", "a"], "tone": ["calm"]}
    assert profile(said=chosen).preferences == {"style": "a"}
    told = {"style": "c", "tone": "warm", "format": 3}
    assert profile(said=chosen, traits=told).preferences == {"style": "c", "tone": "warm"}


def test_figures_of_conversations_are_added_up() -> None:
    days = [
        day(0, conversations=3, messages=10, completed=1, ended=2, use_cases={"b": 2, "a": 1}),
        day(1, conversations=1, messages=1, ended=2, completed=2, use_cases={"a": 1}),
    ]
    found = profile(days=days)
    assert (found.total_conversations, found.total_messages) == (4, 11)
    assert (found.completion_rate, found.primary_use_case) == (0.75, "a")
    assert profile().completion_rate is None


def test_the_average_session_is_in_minutes() -> None:
    presence = Presence(2, timedelta(minutes=25), NOON, NOON)
    assert profile(presence=presence).average_session_length == 12


def test_a_session_ends_after_half_an_hour_of_silence() -> None:
    at = [NOON, NOON + SILENCE, NOON + 2 * SILENCE, NOON + 3 * SILENCE + timedelta(seconds=1)]
    assert joined([], at) == [Span(at[0], at[2]), Span(at[3], at[3])]


@quick
@given(
    st.lists(st.integers(0, 3000), min_size=1, max_size=40),
    st.lists(st.integers(1, 39), max_size=6),
    st.randoms(use_true_random=False),
)
def test_sessions_are_the_same_in_whatever_order_and_batches_moments_come(
    minutes: list[int], cuts: list[int], random: Any
) -> None:
    moments = [NOON + timedelta(minutes=n) for n in minutes]
    shuffled = [*moments, *moments]
    random.shuffle(shuffled)
    spans: list[Span] = []
    edges = [0, *sorted(cuts), len(shuffled)]
    for start, end in itertools.pairwise(edges):
        spans = joined(spans, shuffled[start:end])
    assert spans == joined([], moments)


def test_a_context_keeps_the_newest_within_its_bytes() -> None:
    who = person(
        recents=[Recent(f"{n} " + "\u4eba" * 250, n % 11) for n in range(20)],
        said={PROMPT: [f"say {n // 2} " + "x" * 150 for n in range(30)]},
        traits={"goals": ["g" * 200] * 15, "job_role": "analyst", "style": "plain"},
    )
    full = content_of(who, profile_of(who, RULES, NOON) or profile(), 10**6)
    for size in (8192, 4096, 1024):
        cut = content_of(who, profile_of(who, RULES, NOON) or profile(), size)
        assert size_of(cut) <= size
        assert cut.recent_intents == full.recent_intents[: len(cut.recent_intents)]
        assert cut.frequent_prompts == full.frequent_prompts[: len(cut.frequent_prompts)]


def test_a_context_tells_the_mean_of_the_newest_ratings() -> None:
    who = person(ratings=[5, 2])
    assert content_of(who, profile(), 8192).recent_rating == 3.5
    assert content_of(person(), profile(), 8192).recent_rating is None
