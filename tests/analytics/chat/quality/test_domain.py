"""Which questions are asked again, and which answers would be of another day."""

from uuid import UUID

import pytest

from services.analytics.chat.quality import telemetry
from services.analytics.chat.quality.domain import (
    ABSTAINED,
    ANSWERED,
    ASKED_BACK,
    Earlier,
    Ended,
    frozen_dates,
    rephrases,
)

FIRST = "How many purchases were there last week?"


def before(question: str = FIRST, outcome: str = ANSWERED, way: str = "sql") -> Earlier:
    return Earlier(
        message_id=UUID(int=1),
        question=question,
        connection_id="events",
        outcome=outcome,
        way=way,
        model="",
        understood="Purchases, last week",
    )


def asked(earlier: Earlier, question: str, **ended: object) -> bool:
    told = {"outcome": ANSWERED, "way": "sql", **ended}
    return rephrases(earlier, question, "events", Ended(**told))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "again",
    [
        "number of purchases in the last week",
        "PURCHASES LAST WEEK",
        "how many purchase were there last weeek",
        FIRST,
    ],
)
def test_the_same_in_other_words_is_a_rephrase(again: str) -> None:
    assert asked(before(), again)


@pytest.mark.parametrize(
    "again",
    ["How many purchases were there last month?", "How many signups last week?", "Why?", "thanks"],
)
def test_what_changes_a_part_is_none(again: str) -> None:
    assert not asked(before(), again)


def test_another_word_where_nothing_was_answered_is_one() -> None:
    earlier = before("Turnover by country", ABSTAINED, "abstain")
    assert not asked(earlier, "Turnover by plan and device")
    assert asked(before("Turnover last week by country", ABSTAINED), "Revenue last week by country")


def test_what_was_read_tells_better_than_words() -> None:
    read = before(way="metric")
    assert asked(read, "what did we sell", way="metric", understood="Purchases, last week")
    assert not asked(read, FIRST + " in Spain", way="metric", understood="Purchases in Spain")


def test_a_follow_up_and_the_answer_to_a_question_back_are_none() -> None:
    assert not asked(before(), FIRST, follows=True)
    assert not asked(before(outcome=ASKED_BACK), FIRST)
    assert not rephrases(before(), FIRST, "another", Ended(outcome=ANSWERED, way="sql"))


@pytest.mark.parametrize(
    ("question", "dates", "frozen"),
    [
        ("Revenue last week", ("2026-01-05", "2026-01-12"), True),
        ("Revenue in January", ("2026-01-01", "2026-02-01"), True),
        ("Revenue since 2025-12-01", ("2025-12-01", "2026-01-12"), True),
        ("Revenue in 2025", ("2025-01-01", "2026-01-01"), False),
        ("Revenue in March 2025", ("2025-03-01", "2025-04-01"), False),
        ("Revenue", (), False),
    ],
)
def test_dates_that_the_question_does_not_name_are_of_the_day_it_was_asked(
    question: str, dates: tuple[str, ...], frozen: bool
) -> None:
    sql = " AND ".join(f"timestamp >= '{date} 00:00:00+00'" for date in dates)
    assert bool(frozen_dates(sql, question)) == frozen


def test_labels_are_bounded_whatever_models_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "_models", set())
    told = {telemetry.labels_of("sql", f"model-{number}") for number in range(100)}
    assert len(told) == telemetry.MOST_MODELS + 1
    assert telemetry.labels_of("nonesuch", "") == ("none", "none")
