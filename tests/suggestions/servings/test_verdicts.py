"""What a click or a question says about the list that was shown."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.suggestions.servings.domain import AcceptanceKey, Shown, Verdicts, text_key
from services.suggestions.servings.joining import judge_asks
from services.suggestions.servings.store import Match
from tests.properties import quick

A, B, C = b"a", b"b", b"c"
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def shown(*templates: bytes, number: int = 1) -> Shown:
    return Shown(
        id=UUID(int=number),
        served_at=AT,
        user_id="ann",
        job_role="trader",
        template_keys=list(templates),
        clicked=[],
        executed=[],
        settled=False,
    )


def own(verdicts: Verdicts, template: bytes) -> tuple[int, int, int]:
    found = verdicts.counts[AcceptanceKey("user_specific", "ann", template)]
    return (found.shown, found.accepted, found.executed)


def test_a_click_accepts_one_template_and_shows_the_others() -> None:
    verdicts, seen = Verdicts(), shown(A, B, A)
    verdicts.click(seen, 2)
    assert (own(verdicts, A), own(verdicts, B)) == ((1, 0, 0), (1, 1, 0))
    assert {key.pattern_type for key in verdicts.counts} == {
        "user_specific",
        "role_based",
        "global",
    }


def test_the_same_click_again_counts_nothing() -> None:
    verdicts, seen = Verdicts(), shown(A, B, A)
    for position in (1, 1, 3):
        verdicts.click(seen, position)
    assert own(verdicts, A) == (1, 1, 0)
    assert seen.clicked == [1, 3]


def test_a_question_that_was_not_shown_settles_the_last_list() -> None:
    verdicts, seen = Verdicts(), shown(A, B)
    judge_asks(verdicts, [Match(0, seen.id, None)], {seen.id: seen})
    assert (own(verdicts, A), own(verdicts, B)) == ((1, 0, 0), (1, 0, 0))


def test_a_question_that_was_shown_is_executed_and_not_accepted() -> None:
    verdicts, seen = Verdicts(), shown(A, B)
    judge_asks(verdicts, [Match(0, seen.id, 1)], {seen.id: seen})
    assert own(verdicts, A) == (1, 0, 1)


def test_a_list_shown_between_the_click_and_its_question_says_nothing() -> None:
    verdicts, clicked, later = Verdicts(), shown(A), shown(B, number=2)
    verdicts.click(clicked, 1)
    known = {clicked.id: clicked, later.id: later}
    judge_asks(verdicts, [Match(0, clicked.id, 1), Match(0, later.id, None)], known)
    assert (own(verdicts, A), own(verdicts, B)) == ((1, 1, 1), (0, 0, 0))
    assert not later.settled


@pytest.mark.parametrize("other", ["SHOW ME  profit?", "show me profit", " Show me profit! "])
def test_texts_are_the_same_as_cached_questions_are(other: str) -> None:
    assert text_key(other) == text_key("Show me profit")
    assert text_key("Show me profits") != text_key("Show me profit")


STEPS = st.lists(st.tuples(st.sampled_from(["click", "execute", "settle"]), st.integers(1, 4)))


@quick
@given(st.lists(st.sampled_from([A, B, C]), min_size=4, max_size=4), STEPS)
def test_whatever_happens_a_list_counts_once(
    templates: Sequence[bytes], steps: Sequence[tuple[str, int]]
) -> None:
    verdicts, seen = Verdicts(), shown(*templates)
    for step, position in steps:
        if step == "settle":
            verdicts.settle(seen)
        else:
            getattr(verdicts, step)(seen, position)
    for counts in verdicts.counts.values():
        assert counts.shown <= 1
        assert counts.accepted <= counts.shown
        assert counts.executed <= 1
