"""What becomes of signals where one template became another's."""

from datetime import UTC, datetime

from services.suggestions.patterns.domain import FOLLOWERS_KEPT, Pattern
from services.suggestions.patterns.signals import add_signals
from services.suggestions.patterns.weights import add, half_lives
from services.suggestions.ranking.model import JOINED

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def pattern(*questions: str, hour: str = "9", follower: str = "aa") -> Pattern:
    recent = None
    for _ in questions:
        recent = add(recent, half_lives(AT))
    return Pattern(
        last_used=AT,
        created_at=AT,
        recent=recent,
        hours={hour: len(questions)},
        followers={follower: len(questions)},
        asked={question: add(None, half_lives(AT)) for question in questions},
    )


def test_signals_come_out_as_if_all_had_been_counted_there() -> None:
    into = pattern(f"Bill of Ann{JOINED}Ann")
    add_signals(into, pattern("Bill of Bob", hour="10"), lambda text, _: [text.split()[-1]])
    assert into.recent == add(half_lives(AT), half_lives(AT))
    assert into.hours == {"9": 1, "10": 1}
    assert into.followers == {"aa": 2}
    assert set(into.asked) == {f"Bill of Ann{JOINED}Ann", f"Bill of Bob{JOINED}Bob"}


def test_a_question_that_does_not_fit_is_left_out_and_the_rarest_make_room() -> None:
    into = pattern("a", "b", "c")
    for number in range(2 * FOLLOWERS_KEPT):
        add_signals(into, pattern("d", follower=f"{number:02x}"), lambda _text, _values: None)
    assert set(into.asked) == {"a", "b", "c"}
    assert len(into.followers) == FOLLOWERS_KEPT
    assert into.followers["aa"] == 3
