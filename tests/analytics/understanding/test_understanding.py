"""What the grammar makes of questions, and what it does not claim to know."""

from datetime import UTC, datetime

import pytest

from services.analytics.semantics.compiler import Anchor, Calendar, MetricQuery, Relative
from services.analytics.semantics.domain import Grain
from services.analytics.understanding import Reading, Understood, understand
from tests.analytics.understanding.schemas import SHOP

NOW = datetime(2026, 11, 18, 14, tzinfo=UTC)  # a Wednesday
CALENDAR = Calendar("Europe/Berlin")


def asked(question: str, before: Reading | None = None) -> Understood:
    return understand(question, SHOP, CALENDAR, NOW, before)


def test_says_what_was_understood_with_its_days() -> None:
    said = asked("revenue by country last month").readings[0].says
    told = "Revenue (sum of amount over purchase), by country, last month"
    assert said == f"{told} (1-31 Oct 2026, Europe/Berlin)"


@pytest.mark.parametrize(
    "question",
    [
        "revenue by country last month",
        "What was our revenue per country last month?",
        "show me last month's revenue for each country",
        "SALES BY COUNTRY, LAST MONTH",
        "give me the turnover broken down by market in the previous month",
        "which countries had what revenue last month",
    ],
)
def test_paraphrases_give_the_same_plan(question: str) -> None:
    plan = MetricQuery(
        ("revenue",), ("country",), time_range=Relative(Anchor.PREVIOUS, Grain.MONTH)
    )
    found = asked(question)
    assert found.certain
    assert found.readings[0].plan == plan


@pytest.mark.parametrize("word", ["gross", "churned", "wholesale", "42", "without", "average"])
def test_a_word_without_a_place_makes_it_uncertain(word: str) -> None:
    found = asked(f"{word} revenue by country last month")
    assert not found.certain
    assert [one.text for one in found.readings[0].unplaced] == [word]
