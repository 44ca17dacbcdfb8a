"""How templates are filled."""

import pytest

from services.suggestions.templates.vocabulary import Vocabulary
from tests.suggestions.ranking.samples import MARKETS, SHOP, ask, learned, texts


def of(template: str, *values: dict[str, int], **options: object) -> list[str]:
    """What is suggested from one template of the person, often used."""
    limit = 12
    vocabulary = options.get("vocabulary", MARKETS)
    assert isinstance(vocabulary, Vocabulary)
    one = learned(template, *values, frequency=500)
    found = ask("", one, vocabulary=vocabulary, limit=limit)
    start = template.split("{", maxsplit=1)[0]
    return [text for text in texts(found) if text.startswith(start)]


def test_slots_are_filled_with_what_was_seen_most() -> None:
    found = of("Report {metric} by {dimension}", {"price": 9, "volume": 2}, {"regions": 5})
    assert found[0] == "Report price by region"


def test_seen_words_that_the_catalogue_does_not_know_are_not_used() -> None:
    found = of("Report {metric} by {dimension}", {"churn": 99, "price": 1}, {"galaxies": 99})
    assert found
    assert not any("churn" in text or "galax" in text for text in found)


@pytest.mark.parametrize("kind", ["text", "id", "email", "money", "date", "range"])
def test_kinds_that_no_catalogue_fills_need_the_persons_own_values(kind: str) -> None:
    template = f"Report {{metric}} of {{{kind}}}"
    assert of(template, {"profit": 3}) == []
    assert of(template, {"profit": 3}, {"mine": 2}) != []
    others = learned(template, {"profit": 3}, {"theirs": 9}, scope="role", frequency=500)
    assert not any("theirs" in text for text in texts(ask("", others, limit=12)))


def test_values_that_enough_people_gave_fill_the_questions_of_others() -> None:
    # The store reads no other values of theirs.
    shared = learned(
        "Report {metric} of {value}", {"profit": 3}, {"theirs": 9}, scope="role", frequency=500
    )
    assert any("theirs" in text for text in texts(ask("", shared, limit=12)))


def test_a_template_whose_kind_the_catalogue_lacks_is_not_offered() -> None:
    bare = Vocabulary(tuple(term for term in MARKETS.terms if "entity" not in term.kinds))
    assert of("Report {entity} by {metric}", vocabulary=bare) == []


def test_times_default_to_what_is_past() -> None:
    assert of("Report {metric} in {quarter} {year}")[0] == "Report profit in Q3 2026"
    assert of("Report {metric} in {month} {year}")[0] == "Report profit in October 2026"
    assert of("Report {metric} in {year} against {year}")[0] == (
        "Report profit in 2026 against 2025"
    )


def test_a_named_time_in_the_future_is_not_asked_about() -> None:
    found = of("Report {metric} in {quarter} {year}", {"profit": 1}, {"Q4": 9}, {"2027": 9})
    assert found
    assert not any("2027" in text for text in found)


def test_the_same_thing_is_not_named_twice() -> None:
    found = of("Report {entity} by {dimension}", {"products": 9}, {"product": 9})
    assert found
    assert "Report products by product" not in found
    assert of("Report {metric} and {metric} by {dimension}", {"price": 9}, {"price": 9})[0] == (
        "Report price and profit by quarter"
    )


def test_a_step_of_time_is_smaller_than_the_time_it_is_in() -> None:
    found = of(
        "Report {metric} by {dimension} for {timeframe}", {}, {"quarter": 9}, {"last month": 9}
    )
    assert found
    assert not any("by quarter for last month" in text for text in found)


def test_nobody_adds_up_prices_and_margins() -> None:
    found = of("Sum total {metric} by {dimension}", {"price": 9, "profit margin": 8, "profit": 1})
    assert found[0] == "Sum total profit by quarter"
    assert not any("price" in text or "margin" in text for text in found)


def test_nouns_agree_with_the_words_before_them() -> None:
    assert of("Report the {N} {entity} by {metric}", {"1": 5})[0].startswith("Report the 1 stock ")
    assert of("Report the {N} {entity} by {metric}", {"7": 5})[0].startswith("Report the 7 stocks ")
    assert of("Report {metric} across {dimension}", {}, {"product category": 2})[0] == (
        "Report profit across product categories"
    )
    assert (
        of("Report {metric} per {dimension}", {}, {"regions": 2})[0] == "Report profit per region"
    )


def test_a_metric_in_the_plural_takes_most_and_not_highest() -> None:
    found = of("Report the highest {metric}", {"orders": 9}, vocabulary=SHOP)
    assert found
    assert not any("orders" in text for text in found)


def test_braces_that_are_no_slots_come_out_single() -> None:
    found = of("Report {{draft}} {metric}", {"price": 9})
    assert found[0] == "Report {draft} price"


def test_a_template_with_a_stray_brace_is_left_out() -> None:
    assert of("Report {metric} } by {dimension}") == []


def test_a_name_with_underscores_is_written_as_words() -> None:
    for found in (ask("units", vocabulary=SHOP), ask("", vocabulary=SHOP, limit=12)):
        assert any("units sold" in text.lower() for text in texts(found))
        assert not any("_" in text for text in texts(found))


def test_others_values_come_after_the_persons_own() -> None:
    template = "Report {metric} by {dimension}"
    own = learned(template, {"volume": 1}, {"sector": 1}, frequency=50)
    role = learned(template, {"price": 999}, {"region": 999}, scope="role", frequency=500)
    assert texts(ask("", role, own))[0] == "Report volume by sector"


@pytest.mark.parametrize(
    ("template", "value", "asked"),
    [
        ("Top {N} {entity} by {metric}", "0", False),
        ("Top {N} {entity} by {metric}", "3", True),
        ("Top {N} {entity} by {metric}", "1,000", True),
        ("Top {N} {entity} by {metric}", "ten", True),
        ("Top {N} {entity} by {metric}", "zero", False),
        ("Top {value} {entity} by {metric}", "-5", False),
        ("Top {value} {entity} by {metric}", "2.5", False),
    ],
)
def test_a_list_has_a_length(template: str, value: str, asked: bool) -> None:
    own = learned(template, {value: 9}, {"stocks": 9}, {"volume": 9})
    assert any(f"Top {value} " in text for text in texts(ask("", own, limit=12))) == asked


def test_a_value_that_is_no_length_may_be_below_zero() -> None:
    own = learned("{metric} above {value} by {dimension}", {"profit": 9}, {"-5": 9}, {"region": 9})
    assert "Profit above -5 by region" in texts(ask("", own, limit=12))
