from itertools import product

import pytest

from services.suggestions.templates.extract import Template, extract
from services.suggestions.templates.vocabulary import EMPTY, Term, Vocabulary
from tests.suggestions.templates.words_known import KNOWN


def text_of(query: str) -> str:
    return extract(query, KNOWN).text


def bare(query: str) -> str:
    return extract(query, EMPTY).text


@pytest.mark.parametrize(
    ("query", "template"),
    [
        ("Top 10 stocks by volume", "Top {N} {entity} by {metric}"),
        ("Show me profit for Q1 2024", "Show me {metric} for {quarter} {year}"),
        ("Compare revenue across regions", "Compare {metric} across {dimension}"),
        ("Average price by product category", "Average {metric} by {dimension}"),
    ],
)
def test_the_documented_table_comes_out_as_written(query: str, template: str) -> None:
    assert text_of(query) == template


@pytest.mark.parametrize(
    ("query", "template"),
    [
        ("top 10 stocks", "top {N} {entity}"),
        # The grain qualifies the metric, so it is part of its slot; "from" says here what "for"
        # says: so this question counts with "Show me profit for this year".
        ("Show me quarterly profits from last 5 years", "show me {metric} for {timeframe}"),
    ],
)
def test_the_other_documented_examples_are_equal_but_for_case(query: str, template: str) -> None:
    assert text_of(query).casefold() == template.casefold()


@pytest.mark.parametrize(
    ("query", "template"),
    [
        ("first 20 signups", "first {N} signups"),
        ("top ten", "top {N}"),
        ("top-10 cities", "top-{N} cities"),
        ("top 2000 cities", "top {N} cities"),
        ("5 largest cities", "{N} largest cities"),
        ("best 3 offers", "best {N} offers"),
        ("at most 5 visits", "at most {value} visits"),
        ("more than 4.5 stars", "more than {value} stars"),
        ("more than 1,500.50", "more than {value}"),
        ("below -3", "below {value}"),
        ("the 95th percentile", "the {value} percentile"),
        ("5 million people", "{value} people"),
        ("version 1.2.3 at 10:30", "version {value} at {value}"),
        ("web v2.3.1 and v4 and v0.7-beta", "web {value} and {value} and {value}"),
        ("covid-19 and h264 and mp3", "covid-19 and h264 and mp3"),
        ("one more thing", "one more thing"),
    ],
)
def test_numbers_are_ranks_counts_or_values(query: str, template: str) -> None:
    assert bare(query) == template


@pytest.mark.parametrize(
    ("query", "template"),
    [
        ("between 10 and 20", "{range}"),
        ("10-20", "{range}"),
        ("10 - 20", "{range}"),
        ("from 10 to 20", "{range}"),
        ("from $10 to $20", "{range}"),
        ("between 5% and 10%", "{range}"),
        ("between 5 and 2000", "{range}"),
        ("555-123-4567", "{value}-{value}-{value}"),
        ("between friends and 20", "between friends and {value}"),
    ],
)
def test_two_amounts_with_a_border_word_are_a_range(query: str, template: str) -> None:
    assert bare(query) == template


@pytest.mark.parametrize(
    "date",
    [
        "2024-01-31",
        "2024/1/31",
        "2024-01-31T10:00:00Z",
        "12/31/2024",
        "31.12.2024",
        "March 5, 2024",
        "March 5th 2024",
        "5 March 2024",
        "5th of March",
        "may 5",
        "2024-03",
    ],
)
def test_days_are_dates(date: str) -> None:
    assert bare(f"visits on {date}") == "visits on {date}"


@pytest.mark.parametrize(
    ("query", "template"),
    [
        ("in Q1", "in {quarter}"),
        ("in the first quarter of 2024", "in the {quarter} of {year}"),
        ("3rd quarter 2023", "{quarter} {year}"),
        ("in march", "in {month}"),
        ("Dec 2023", "{month} {year}"),
        ("in may", "in {month}"),
        ("may 2024", "{month} {year}"),
        ("april and may", "{month} and {month}"),
        ("may i ask", "may i ask"),
        ("this may help", "this may help"),
        ("q5 and q10", "q5 and q10"),
        ("on Mondays", "on {weekday}"),
        ("on sun", "on {weekday}"),
        ("sun sat by the sea", "sun sat by the sea"),
        ("quarter pounders", "quarter pounders"),
    ],
)
def test_quarters_months_and_weekdays(query: str, template: str) -> None:
    assert bare(query) == template


@pytest.mark.parametrize(
    ("query", "template"),
    [
        ("in 2024", "in {year}"),
        ("since 1999", "since {year}"),
        ("FY2024", "{year}"),
        ("2023 vs 2024", "{year} vs {year}"),
        ("in 1850", "in {value}"),
        ("over 2000", "over {value}"),
        ("more than 2000", "more than {value}"),
        ("at least 2000", "at least {value}"),
        ("2000 days", "{value} days"),
        ("$2000", "{money}"),
        ("2000.5", "{value}"),
        ("2,000", "{value}"),
    ],
)
def test_a_year_stands_where_a_year_can(query: str, template: str) -> None:
    assert bare(query) == template


@pytest.mark.parametrize(
    "timeframe",
    [
        *(
            f"{which} {count}{unit}"
            for which, count, unit in product(
                ("last", "past", "previous", "next"), ("", "5 ", "five ", "few "), ("days", "years")
            )
        ),
        "this month",
        "last fiscal year",
        "last couple of weeks",
        "last Monday",
        "last 30d",
        "today",
        "yesterday",
        "year to date",
        "year-to-date",
        "ytd",
        "2020 to 2024",
        "2020-2024",
        "January to March",
        "Jan 2023 to May 2024",
        "Q1 to Q3",
        "Q1-Q3 2024",
        "2024-01-01 to 2024-03-31",
        "Monday to Friday",
        "first half of 2024",
        "H1 2024",
        "2019 through 2021",
        "1990s",
    ],
)
def test_relative_times_and_stretches_are_timeframes(timeframe: str) -> None:
    template = extract(f"visits for {timeframe}", EMPTY)
    assert template.text == "visits for {timeframe}"
    assert template.slots[0].text == timeframe


@pytest.mark.parametrize("preposition", ["from", "over", "in", "during", "within", "for"])
@pytest.mark.parametrize("article", ["", "the "])
def test_prepositions_before_a_timeframe_are_one(preposition: str, article: str) -> None:
    assert bare(f"visits {preposition} {article}last 5 years") == "visits for {timeframe}"
    assert bare(f"{preposition.title()} {article}last year, visits") == "For {timeframe}, visits"


@pytest.mark.parametrize(
    ("query", "template"),
    [
        ("visits since last week", "visits since {timeframe}"),
        ("visits 3 days ago", "visits {timeframe}"),
        ("visits between 2020 and 2023", "visits {timeframe}"),
        ("visits from January to March", "visits for {timeframe}"),
        ("visits from 2019 through 2021", "visits for {timeframe}"),
        ("visits in January", "visits in {month}"),
        ("visits over time", "visits over time"),
        ("the last word", "the last word"),
        ("year over year", "year over year"),
    ],
)
def test_other_words_before_a_time_stay(query: str, template: str) -> None:
    assert bare(query) == template


@pytest.mark.parametrize(
    "money", ["$5k", "€20", "20 USD", "USD 20", "5 dollars", "20€", "$1,000.50", "$5 million"]
)
def test_amounts_of_money(money: str) -> None:
    assert bare(f"spent {money} there") == "spent {money} there"


@pytest.mark.parametrize("percentage", ["5%", "5 %", "5 percent", "0.5%"])
def test_percentages(percentage: str) -> None:
    assert bare(f"above {percentage}?") == "above {percentage}?"
    assert bare(f"top {percentage} of them") == "top {percentage} of them"


@pytest.mark.parametrize(
    "quoted",
    ['"a b"', "'a b'", "“a b”", "„a b“", "«a b»", "‘a b’", "'don't'", '" a "'],  # noqa: RUF001
)
def test_quoted_strings_are_text(quoted: str) -> None:
    assert bare(f"called {quoted}.") == "called {text}."


@pytest.mark.parametrize(
    "query", ["what's the customers' and the shops' share", "rock 'n roll", 'an open " quote']
)
def test_an_apostrophe_is_no_quote(query: str) -> None:
    assert bare(query) == query


@pytest.mark.parametrize(
    "identifier",
    ["550e8400-e29b-41d4-a716-446655440000", "ORD-12345", "#4711", "deadbeef0123", "SKU12345"],
)
def test_identifiers(identifier: str) -> None:
    assert bare(f"find {identifier}.") == "find {id}."
    assert bare(f"find {identifier.lower()}") == "find {id}"


def test_emails() -> None:
    assert bare("orders of jane.doe+x@mail.example.com.") == "orders of {email}."
    assert bare("orders @ home") == "orders @ home"


@pytest.mark.parametrize(
    ("query", "template"),
    [
        ("REVENUE and Sales", "{metric} and {metric}"),
        ("profit_margin, profit-margin, ProfitMargin", "{metric}, {metric}, {metric}"),
        ("profit margins", "{metric}"),
        ("profitable margins", "profitable {metric}"),
        ("marginal profits", "marginal {metric}"),
        ("customer's revenue", "{entity}'s {metric}"),
        ("30 day retention last month", "{metric} {timeframe}"),
        ("sales in the south-east", "{metric} in the {value}"),
    ],
)
def test_terms_are_found_longest_first_and_inflected(query: str, template: str) -> None:
    assert text_of(query) == template


@pytest.mark.parametrize(
    ("query", "template"),
    [
        ("revenue by product", "{metric} by {dimension}"),
        ("revenue for each product", "{metric} for each {dimension}"),
        ("revenue by region and product", "{metric} by {dimension} and {dimension}"),
        ("revenue by region, product", "{metric} by {dimension}, {dimension}"),
        ("revenue of products", "{metric} of {entity}"),
        ("top 5 products", "top {N} {entity}"),
        ("revenue by month", "{metric} by {dimension}"),
        ("revenue of 12 months", "{metric} of {value} months"),
        ("products by orders", "{entity} by {metric}"),
        ("which orders", "which {entity}"),
        ("list all orders", "list all {entity}"),
        ("total orders", "total {metric}"),
        ("show 12 orders", "show {N} {entity}"),
        ("2000 customers", "{N} {entity}"),
        ("at most 2000 orders", "at most {N} {entity}"),
        ("two customers", "{N} {entity}"),
        ("in 2024 customers grew", "in {year} {entity} grew"),
        ("2024 revenue", "{year} {metric}"),
    ],
)
def test_a_term_of_several_kinds_is_told_by_its_place(query: str, template: str) -> None:
    assert text_of(query) == template


@pytest.mark.parametrize(
    "value",
    [
        "Dr. Patel",
        "St. Mary's",
        "Macy's",
        "cache-2.internal",
        "BRK.B",
        "Mt. St. Helens",
        "Doe v. Roe",
        "White & Case",
    ],
)
def test_full_stops_and_possessives_of_a_value_are_its_own(value: str) -> None:
    vocabulary = Vocabulary((Term("who", ("dimension",), values=(value,)),))
    visits = extract(f"visits of {value.lower()} by day", vocabulary)
    assert visits.text == "visits of {value} by day"


def test_a_possessive_is_of_the_value_where_the_value_has_it() -> None:
    vocabulary = Vocabulary((Term("who", ("dimension",), values=("Macy's", "Acme")),))
    assert extract("sales of Macy\u2019s", vocabulary).text == "sales of {value}"
    assert extract("Acme's sales", vocabulary).text == "{value}'s sales"


def test_a_full_stop_between_sentences_joins_nothing() -> None:
    vocabulary = Vocabulary((Term("who", ("dimension",), values=("north sea",)),))
    assert extract("Look north. Sea is there", vocabulary).text == "Look north. Sea is there"


def test_a_slot_of_the_vocabulary_names_its_term() -> None:
    slots = extract("Top 10 products by margins in north", KNOWN).slots
    assert [(s.kind, s.text, s.term) for s in slots] == [
        ("N", "10", None),
        ("entity", "products", "product"),
        ("metric", "margins", "profit margin"),
        ("value", "north", "region"),
    ]


@pytest.mark.parametrize("grain", ["daily", "Weekly", "monthly", "quarterly", "yearly", "annual"])
def test_a_grain_before_a_metric_is_part_of_its_slot(grain: str) -> None:
    template = extract(f"show {grain} revenue", KNOWN)
    assert template.text == "show {metric}"
    assert (template.slots[0].text, template.slots[0].term) == (f"{grain} revenue", "revenue")
    assert text_of(f"show {grain} customers") == f"show {grain} {{entity}}"


@pytest.mark.parametrize(
    "query",
    [
        "top 25 stocks by volume",
        "TOP 10 STOCKS BY VOLUME",
        "  Top\t10  stocks\nby volume ",
        "Top 10 stocks by volume?!",
        "Top \uff11\uff10 products by price ?",
        "Top ten stocks by volume...",
    ],
)
def test_case_space_punctuation_and_values_do_not_change_the_identity(query: str) -> None:
    assert extract(query, KNOWN).key == extract("Top 10 stocks by volume", KNOWN).key


def test_literals_keep_their_case_and_lose_only_surplus_space() -> None:
    assert bare("  Show  ME the   Thing!") == "Show ME the Thing!"


def test_braces_of_the_query_are_no_slots() -> None:
    literal, slot = extract("show {metric}", KNOWN), extract("show profit", KNOWN)
    assert literal.text == "show {{metric}}"
    assert literal.key != slot.key
    assert extract("show \uff5bmetric\uff5d", EMPTY).key != slot.key


def test_what_cannot_be_stored_is_replaced_in_the_text_but_not_in_slots() -> None:
    template = extract('a\x00b \ud800 "\udfff"', EMPTY)
    assert template.text == "a\ufffdb \ufffd {text}"
    assert template.slots[0].text == '"\udfff"'


def test_an_empty_query_has_an_empty_template() -> None:
    assert extract("", KNOWN) == Template("", ())
