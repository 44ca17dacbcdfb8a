"""What the grammar makes of questions, and what it does not claim to know."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.insights.domain import DidNotDo
from services.analytics.semantics.compiler import Absolute, Anchor, MetricQuery, Relative
from services.analytics.semantics.domain import Grain
from services.analytics.understanding import KnownMetric, Reading, Understood, understand
from tests.analytics.understanding.schemas import SHOP
from tests.analytics.understanding.suite import CALENDAR, NOW, SCHEMAS, questions


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


# Of what is quoted each letter counts, so these are left out.
ASKED = [
    (schema, one["q"]) for schema in SCHEMAS for _, one in questions(schema) if '"' not in one["q"]
]


@given(st.sampled_from(ASKED), st.text(alphabet="bcdfgjkpqvwxz", min_size=4, max_size=9), st.data())
@settings(max_examples=200, deadline=None)
def test_no_unknown_word_goes_unnoticed(
    one: tuple[str, str], word: str, data: st.DataObject
) -> None:
    schema, question = one
    words = question.split()
    words.insert(data.draw(st.integers(0, len(words))), word)
    found = understand(" ".join(words), SCHEMAS[schema], CALENDAR, NOW)
    assert not found.certain


@given(st.sampled_from(ASKED))
@settings(max_examples=200, deadline=None)
def test_case_and_space_make_no_difference(one: tuple[str, str]) -> None:
    schema, question = one
    if any(word.isupper() and len(word) == 2 for word in question.split()):
        return  # "US" is a country where it is written so
    found = understand(question, SCHEMAS[schema], CALENDAR, NOW)
    other = understand(f"  {question.lower()} ".replace(" ", "  "), SCHEMAS[schema], CALENDAR, NOW)
    assert [r.plan for r in found.readings] == [r.plan for r in other.readings]


@given(st.text(max_size=1200) | st.lists(st.sampled_from(ASKED)).map(lambda s: str(s)))
@settings(max_examples=300, deadline=None)
def test_whatever_is_asked_spans_lie_in_the_text(question: str) -> None:
    for schema in SCHEMAS.values():
        found = understand(question, schema, CALENDAR, NOW)
        words = [*found.missing, *(one for each in found.readings for one in each.unplaced)]
        assert all(question[one.span.start : one.span.end] == one.text for one in words)
        spans = [span for each in found.readings for span in each.spans]
        assert all(0 <= span.start < span.end <= len(question) for span in spans)


def test_a_follow_up_can_be_followed() -> None:
    found = asked("revenue by country last month")
    for question in ("now by device", "only Germany", "per week", "same for orders", "as a line"):
        found = asked(question, found.readings[0])
        assert found.certain, question
    reading = found.readings[0]
    told = "Orders (count of purchase), by device, by week, where country is Germany, last month"
    assert reading.says == f"{told} (1-31 Oct 2026, Europe/Berlin)"
    assert reading.chart == "line"


@pytest.mark.parametrize(
    ("first", "then", "period"),
    [
        ("revenue in 2025", "only November", ", 1-30 Nov 2025"),
        ("revenue in October 2025", "and in November?", ", 1-30 Nov 2025"),
        ("revenue in 2025", "only Q1", "2025"),
        ("revenue in 2025", "only November 2024", ", 1-30 Nov 2024"),
        ("revenue in 2025", "only last month", "(1-31 Oct 2026"),
        ("revenue last month", "only September", ", 1-30 Sep 2026"),
    ],
)
def test_a_month_of_a_follow_up_is_of_the_year_before_it(
    first: str, then: str, period: str
) -> None:
    found = asked(then, asked(first).readings[0])
    assert period in found.readings[0].says


def test_also_widens_what_counts() -> None:
    before = asked("revenue in Germany last month").readings[0]
    found = asked("also Italy", before)
    assert found.certain
    assert "where country is one of Germany, Italy, last month" in found.readings[0].says
    assert not asked("also Italy", asked("revenue last month").readings[0]).certain


def test_what_may_go_on_or_begin_anew_is_read_both_ways() -> None:
    before = asked("revenue by country last month").readings[0]
    followed, fresh = asked("and revenue in Germany", before).readings
    assert followed.says.startswith("Revenue (sum of amount over purchase), by country, where")
    assert fresh.says.endswith("where country is Germany, of all time")


def test_a_whole_question_follows_nothing() -> None:
    before = asked("revenue by country last month").readings[0]
    assert asked("orders this week", before) == asked("orders this week")


def test_two_readings_are_both_returned() -> None:
    found = asked("revenue over the last month")
    assert not found.certain
    assert [one.plan.time_range for one in found.readings] == [
        Relative(Anchor.PREVIOUS, Grain.MONTH),
        Relative(Anchor.LAST, Grain.DAY, 30),
    ]


def test_letters_that_are_swapped_are_read_and_told() -> None:
    found = asked("revneue by country")
    assert found.certain
    assert [(w.text, read) for w, read in found.readings[0].corrected] == [("revneue", "revenue")]


def test_a_letter_that_is_missing_is_asked_about() -> None:
    """It may be another word: "county" is not "country"."""
    found = asked("revenue by county")
    assert not found.certain
    assert found.readings[0].plan == MetricQuery(("revenue",), ("country",))


def test_a_missing_definition_is_named() -> None:
    found = asked("churn last month")
    assert found.readings == ()
    assert [one.text for one in found.missing] == ["churn"]
    assert found.because == 'there is no definition of "churn"'


@pytest.mark.parametrize("question", ["thanks", "ok", "please"])
def test_what_changes_nothing_is_no_follow_up(question: str) -> None:
    before = asked("revenue by country last month").readings[0]
    assert asked(question, before).readings == ()


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("revenue this month compared to last month", ("this month is not over",)),
        ("revenue growth in 2026", ("the period is not over",)),
        ("revenue growth in 2025", ()),
        ("revenue growth last month", ()),
        ("revenue this month", ()),
    ],
)
def test_a_comparison_tells_that_its_period_still_goes_on(
    question: str, told: tuple[str, ...]
) -> None:
    found = asked(question)
    assert found.certain
    assert found.readings[0].assumed == told


def test_growth_of_a_year_is_against_the_year_before() -> None:
    assert asked("revenue growth in 2025").readings[0].says.endswith("against 1 Jan - 31 Dec 2024")


def test_a_list_of_people_is_as_long_as_a_result_and_one_more_tells_that_it_is_cut() -> None:
    plan = asked("who signed up but did not purchase last month").readings[0].plan
    assert isinstance(plan, DidNotDo)
    assert plan.limit == 10_001


@pytest.mark.parametrize("question", ["", "  ", "?!", "revenue " * 200])
def test_what_is_no_question_is_no_reading(question: str) -> None:
    found = asked(question)
    assert not found.readings
    assert found.because


def test_what_is_not_said_is_told_as_assumed() -> None:
    reading = asked("how many users signed up").readings[0]
    assert reading.assumed == ("the last 30 days, as no period is named",)
    assert reading.says.endswith(
        "the last 30 days with today (20 Oct - 18 Nov 2026, Europe/Berlin)"
    )


def test_a_metric_goes_before_the_events_that_it_counts() -> None:
    assert asked("purchases last week").readings[0].plan == MetricQuery(
        ("orders",), time_range=Relative(Anchor.PREVIOUS, Grain.WEEK)
    )


def test_one_word_for_two_metrics_gives_two_readings() -> None:
    knowledge = replace(
        SHOP, metrics=(*SHOP.metrics, KnownMetric("net_sales", synonyms=("sales",)))
    )
    found = understand("sales last week", knowledge, CALENDAR, NOW)
    assert not found.certain
    last_week = Relative(Anchor.PREVIOUS, Grain.WEEK)
    assert [one.plan for one in found.readings] == [
        MetricQuery((name,), time_range=last_week) for name in ("revenue", "net_sales")
    ]


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("revenue in January", date(2026, 1, 1), date(2026, 2, 1)),
        ("revenue in November", date(2026, 11, 1), date(2026, 12, 1)),
        ("revenue in December", date(2025, 12, 1), date(2026, 1, 1)),
        ("revenue from December to February", date(2025, 12, 1), date(2026, 3, 1)),
        ("revenue on Wednesday", date(2026, 11, 11), date(2026, 11, 12)),
        ("revenue since Sunday", date(2026, 11, 15), date(2026, 11, 19)),
        ("revenue on 1.2.2026", date(2026, 2, 1), date(2026, 2, 2)),
        ("revenue after 3 March", date(2026, 3, 4), date(2026, 11, 19)),
        ("revenue in Q4", date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_days(question: str, start: date, end: date) -> None:
    found = asked(question)
    assert found.certain
    assert found.readings[0].plan.time_range == Absolute(start, end)


@pytest.mark.parametrize("question", ["revenue on 31 June", "revenue on 03/04/2026"])
def test_a_day_that_is_none_or_may_be_two_is_no_period(question: str) -> None:
    assert not asked(question).certain


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("revenue by country as a bar chart, title Sales by region", "Sales by region"),
        ('revenue by country as a bar chart title "Sales"', "Sales"),
        ("a pie chart of orders by device titled Where people order.", "Where people order"),
        ("revenue by country, title Sales", ""),
        ("revenue by country as a bar chart, title", ""),
    ],
)
def test_what_ends_a_question_about_a_chart_is_its_title(question: str, title: str) -> None:
    found = understand(question, SHOP, CALENDAR, NOW)
    assert [one.title for one in found.readings] == [title]
