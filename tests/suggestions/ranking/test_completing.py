"""What continues half-typed text."""

import pytest

from services.suggestions.ranking.english import fold
from services.suggestions.templates.vocabulary import Vocabulary
from tests.suggestions.ranking.samples import MARKETS, SHOP, ask, learned, texts

HISTORY = (
    learned("Show me {metric} for {timeframe}", {"revenue": 9}, {"last 12 months": 9}),
    learned("Top {N} {entity} by {metric}", {"10": 9}, {"stocks": 9}, {"volume": 9}),
)


def test_a_half_typed_metric_is_finished_in_the_own_template() -> None:
    first = ask("show me prof", *HISTORY)[0]
    assert (first.text, first.type) == ("Show me profit for last 12 months", "complete")


def test_what_is_typed_fixes_the_slots_it_covers() -> None:
    assert texts(ask("top 5 st", *HISTORY))[0] == "Top 5 stocks by volume"


@pytest.mark.parametrize(
    ("vocabulary", "typed", "expected"),
    [
        (MARKETS, "revenue", "Revenue by product category"),
        (MARKETS, "profit by reg", "Profit by region"),
        (MARKETS, "profit by region f", "Profit by region for the last 12 months"),
        (MARKETS, "profit for q", "Profit for Q3 2026"),
        (MARKETS, "profit margin for last 3", "Profit margin for last 3 months"),
        (MARKETS, "compare re", "Compare revenue across quarters"),
        (MARKETS, "revenue vs ", "Revenue vs profit by region"),
        (MARKETS, "which cust", "Which customers have the highest profit"),
        (MARKETS, "how has rev", "How has revenue changed over the last 12 months"),
        (MARKETS, "why did rev", "Why did revenue change over the last 12 months"),
        (MARKETS, "earn", "Earnings by quarter"),
        (MARKETS, "best selling pro", "Best selling products by profit"),
        (SHOP, "units", "Units sold by country"),
        (SHOP, "orders in no", "Orders in November 2026"),
        (SHOP, "which cust", "Which customers have the most orders"),
        (SHOP, "number of customers per ", "Number of customers per channel"),
    ],
)
def test_the_catalogue_continues_what_it_knows(
    vocabulary: Vocabulary, typed: str, expected: str
) -> None:
    assert expected in texts(ask(typed, vocabulary=vocabulary))


@pytest.mark.parametrize(
    "typed",
    [
        "show me prof",
        "TOP 10 CUSTOMERS",
        "  revenue   by ",
        "\uff50\uff52\uff4f\uff46\uff49\uff54 by",
        "profit\tby\nreg",
    ],
)
def test_a_completion_begins_as_the_typed_text_whatever_its_case_and_spacing(typed: str) -> None:
    found = [one for one in ask(typed, *HISTORY) if one.type == "complete"]
    assert found
    assert all(fold(one.text).startswith(fold(typed)) for one in found)


def test_a_blank_at_the_end_makes_the_last_word_whole() -> None:
    assert any("profit margin" in text for text in map(str.lower, texts(ask("profit m"))))
    assert not any(one.type == "complete" for one in ask("profit m "))


def test_what_is_typed_in_full_is_not_suggested_again() -> None:
    assert "Profit by region" not in texts(ask("profit by region", limit=12))


def test_a_whole_word_comes_before_longer_words_that_begin_with_it() -> None:
    found = texts(ask("profit", limit=12))
    assert found[0].startswith("Profit ")
    assert not found[0].startswith("Profit margin")


def test_continuing_questions_come_before_related_ones_and_these_before_others() -> None:
    found = ask("quarterly story of revenue since forever", *HISTORY)
    assert "revenue" in found[0].text.lower()
    found = ask("revenue vs ", *HISTORY)
    kinds = [one.type == "complete" for one in found]
    assert kinds == sorted(kinds, reverse=True)


def test_text_about_nothing_known_gets_the_general_suggestions() -> None:
    found = ask("zzz qqq", *HISTORY)
    assert len(found) == 6
    assert {one.type for one in found}.isdisjoint({"complete"})


def test_the_underlying_type_gives_the_icon_of_a_completion() -> None:
    found = {one.text: one.icon for one in ask("top 5 st", *HISTORY)}
    assert found["Top 5 stocks by volume"] == "🏆"


def test_the_grain_before_a_metric_belongs_to_its_slot() -> None:
    own = learned("Show me {metric} for {timeframe}", {"quarterly profits": 9}, {"last 5 years": 9})
    assert texts(ask("", own))[0] == "Show me quarterly profits for last 5 years"
    found = texts(ask("show me quarterly rev", own))
    assert found[0] == "Show me quarterly revenue for last 5 years"
    assert not any(text.endswith("by quarter") for text in found)


def test_a_value_keeps_the_capitals_it_is_typed_with() -> None:
    own = learned("Report {text} by {dimension}", {'"x"': 1}, {"region": 3})
    assert texts(ask('report "Acme Corp" by', own))[0] == 'Report "Acme Corp" by region'


@pytest.mark.parametrize(
    "typed",
    [
        "top 0",
        "top 0 products by ",
        "top 00 st",
        "top -5",
        "top -5 products",
        "bottom 0 customers by rev",
        "by rev",
        "by revenue by region",
        "and revenue",
        "profit by rev",
        "revenue for the last 0 d",
        "revenue for last month for",
        "revenue in 2024 in ",
        "profit for Q1 2025 over ",
    ],
)
def test_what_is_no_question_is_not_completed_but_others_are_suggested(typed: str) -> None:
    odd = (
        learned("Top {N} {entity} by {metric}", {"0": 9}, {"stocks": 9}, {"volume": 9}),
        learned("Top {value} {entity} by {metric}", {"-5": 9}, {"stocks": 9}, {"volume": 9}),
        learned("{metric} for {timeframe}", {"profit": 9}, {"last 0 days": 9}),
    )
    found = ask(typed, *HISTORY, *odd)
    assert len(found) == 6
    assert not [one.text for one in found if one.type == "complete"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("top 1", "Top 1 stock by volume"),
        ("top ten st", "Top ten stocks by volume"),
        ("regions by rev", "Regions by revenue"),
        ("customers by rev", "Customers by revenue for the last 12 months"),
        ("revenue in 2024 by reg", "Revenue in 2024 by region"),
        ("compare revenue in 2024 and ", "Compare revenue in 2024 and 2025"),
    ],
)
def test_what_is_one_still_is(typed: str, expected: str) -> None:
    assert expected in texts(ask(typed, *HISTORY, limit=12))


def test_no_metric_is_broken_down_after_what_is_ranked_by_it() -> None:
    for typed in ("customers by rev", "regions by rev", "list stocks by "):
        assert not [text for text in texts(ask(typed, limit=12)) if text.count(" by ") > 1]


def test_very_long_text_is_answered() -> None:
    assert len(ask("profit by region " * 58)) <= 6
