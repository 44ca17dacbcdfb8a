"""What follows what: by session, by time, and however the log is cut."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.suggestions.patterns.domain import Observation, PatternKey, Question
from services.suggestions.patterns.sessions import (
    IDLE,
    SESSIONS_KEPT,
    SITTING,
    Head,
    Heads,
    needed,
    preceding,
    tally,
)
from services.suggestions.patterns.store import heads_of, heads_text
from tests.properties import quick
from tests.suggestions.test_learning_properties import START, Patterns, observed, questions, stored

sessions = st.sampled_from(["", "", "s1", "s2"])
asked_in_sessions = st.builds(
    lambda question, session: replace(question, session_id=session), questions, sessions
)
KnownHeads = dict[str, Heads]


def learned(patterns: Patterns, heads: KnownHeads, observations: Sequence[Observation]) -> None:
    """As the learner applies a batch: it reads what it needs, and stores what changed."""
    if not observations:
        return
    mine = {o.question.user_id: heads.get(o.question.user_id, Heads()) for o in observations}
    before = preceding(observations, mine)
    read = {key: patterns[key] for key in needed(observations, before) if key in patterns}
    read = stored(read)
    changed = tally(read, mine, observations, before)
    patterns.update({key: read[key] for key in changed})
    heads.update({user: heads_of(heads_text(known)) for user, known in mine.items()})


@quick
@given(
    st.lists(asked_in_sessions, max_size=30), st.lists(st.integers(1, 7), min_size=30, max_size=30)
)
def test_however_the_log_is_cut_what_follows_is_the_same(asked: list, sizes: list[int]) -> None:  # type: ignore[type-arg]
    observations = observed(asked)
    once: tuple[Patterns, KnownHeads] = ({}, {})
    learned(*once, observations)
    cut: tuple[Patterns, KnownHeads] = ({}, {})
    for size in sizes:
        batch, observations = observations[:size], observations[size:]
        learned(*cut, batch)
    learned(*cut, observations)
    assert cut == once


def ask(*said: tuple[str, float, str]) -> tuple[Patterns, KnownHeads]:
    """Texts, minutes after the start and sessions of one person."""
    patterns: Patterns = {}
    heads: KnownHeads = {}
    strategy = [
        replace(EXAMPLE, text=text, asked_at=START + timedelta(minutes=minutes), session_id=session)
        for text, minutes, session in said
    ]
    learned(patterns, heads, observed(strategy))
    return patterns, heads


EXAMPLE = Question(
    user_id="ann",
    job_role="trader",
    text="",
    connection_id=None,
    succeeded=True,
    response_micros=None,
    asked_at=START,
)


def followers(patterns: Patterns, text: str) -> dict[str, int]:
    """How often each text was asked after that one, by the person."""
    names = {key.template_key.hex(): p.query_template for key, p in patterns.items()}
    found = next(
        p for key, p in patterns.items() if key[0] == "user_specific" and p.query_template == text
    )
    return {names[key]: count for key, count in found.followers.items()}


def test_a_question_follows_the_one_before_within_half_an_hour() -> None:
    patterns, _ = ask(("first", 0, ""), ("second", 10, ""), ("third", 45, ""))
    assert followers(patterns, "first") == {"second": 1}
    assert followers(patterns, "second") == {}
    counted = {key.pattern_type for key, p in patterns.items() if p.followers}
    assert counted == {"user_specific", "role_based", "global"}


def test_sessions_that_alternate_are_kept_apart() -> None:
    patterns, _ = ask(("a1", 0, "a"), ("b1", 1, "b"), ("a2", 2, "a"), ("b2", 3, "b"))
    assert followers(patterns, "a1") == {"a2": 1}
    assert followers(patterns, "b1") == {"b2": 1}


def test_a_session_lasts_longer_than_half_an_hour_and_not_for_ever() -> None:
    patterns, _ = ask(("a1", 0, "a"), ("a2", 60, "a"), ("a3", 60 * 24, "a"))
    assert followers(patterns, "a1") == {"a2": 1}
    assert followers(patterns, "a2") == {}


def test_an_older_question_that_is_told_later_moves_nothing() -> None:
    _, heads = ask(("new", 10, ""), ("old", 0, ""))
    before = heads["ann"].before("", START + timedelta(minutes=11))
    assert before
    assert before.asked_at == (START + timedelta(minutes=10)).timestamp()
    assert heads["ann"].before("", START + timedelta(minutes=5)) is None


def test_only_so_many_sessions_are_kept() -> None:
    heads = Heads()
    for number in range(3 * SESSIONS_KEPT):
        heads.ask(f"s{number}", Head(b"k", number, leads=False))
    assert len(heads.by_session) == SESSIONS_KEPT + 1
    assert heads.by_session[""].asked_at == 3 * SESSIONS_KEPT - 1


def test_only_what_is_known_to_be_followed_leads_on() -> None:
    said = [("a", 0, ""), ("b", 1, "")]
    _, heads = ask(*said)
    assert not heads["ann"].by_session[""].leads
    twice = [(text, minute + 2 * n, "") for n in range(2) for text, minute, _ in said]
    _, heads = ask(*twice, ("a", 5, ""))
    assert heads["ann"].by_session[""].leads
    assert IDLE < SITTING


def test_a_pattern_that_is_unknown_where_the_person_works_now_is_left_alone() -> None:
    patterns: Patterns = {}
    heads: KnownHeads = {}
    first, second = observed(
        [
            replace(EXAMPLE, text="first", asked_at=START, job_role="trader"),
            replace(EXAMPLE, text="second", asked_at=START, job_role="analyst"),
        ]
    )
    learned(patterns, heads, [first, second])
    assert PatternKey("role_based", "analyst", first.template_key) not in patterns
    assert followers(patterns, "first") == {"second": 1}
