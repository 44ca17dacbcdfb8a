import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.suggestions.templates.query_type import is_advanced, query_type
from services.suggestions.templates.vocabulary import EMPTY
from tests.suggestions.templates.words_known import KNOWN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Compare revenue across regions", "comparison"),
        ("2023 versus 2024", "comparison"),
        ("sales this year VS last year", "comparison"),
        ("difference in price", "comparison"),
        ("compare the top 5 regions", "comparison"),
        ("Top 10 stocks by volume", "ranking"),
        ("which region has the highest growth", "ranking"),
        ("most expensive products", "ranking"),
        ("rank regions by sales", "ranking"),
        ("Show me quarterly profits from last 5 years", "trend"),
        ("revenue over time", "trend"),
        ("revenue by month", "trend"),
        ("price history", "trend"),
        ("sales last 3 fiscal quarters", "trend"),
        ("Average price by product category", "aggregation"),
        ("regions with at least 5 stores", "aggregation"),
        ("total revenue last month", "aggregation"),
        ("{metric} for {timeframe}", "aggregation"),
        ("stopped shipments", "aggregation"),
        ("", "aggregation"),
    ],
)
def test_the_type_of_a_question(text: str, expected: str) -> None:
    assert query_type(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "show revenue and then group it by region",
        "show revenue, then profit",
        "revenue by region; profit by product",
        "orders where price is high and region is north",
        "revenue and also profit",
        "revenue for customers who bought twice",
        "List products that sold nothing",
        "regions whose profit fell",
        "Compare revenue growth across regions",
        "revenue growth: north vs south east",
    ],
)
def test_two_clauses_or_a_derived_comparison_are_advanced(text: str) -> None:
    assert is_advanced(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "Top 10 stocks by volume",
        "Compare revenue across regions",
        "Revenue growth by region",
        "revenue and profit by region",
        "orders where price is high",
        "Who are our customers",
        "show me which products sold",
        "in which region are prices high",
        "authentication",
        "",
    ],
)
def test_a_single_question_is_not_advanced(text: str) -> None:
    assert not is_advanced(text, KNOWN)


def test_a_derived_metric_is_known_by_the_vocabulary_alone() -> None:
    assert not is_advanced("Compare revenue growth across regions", EMPTY)


@given(st.text())
def test_any_text_has_a_type(text: str) -> None:
    assert query_type(text) in ("comparison", "trend", "ranking", "aggregation")
    assert is_advanced(text, KNOWN) in (True, False)
