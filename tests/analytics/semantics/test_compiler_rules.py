"""What the compiler refuses, and what periods and expressions are: no database is needed."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from services.analytics.catalogue.domain import ForeignKey
from services.analytics.semantics.compiler import (
    Absolute,
    Anchor,
    Calendar,
    MetricQuery,
    NotCompilable,
    Relative,
    compile_query,
    expressions,
)
from services.analytics.semantics.compiler.periods import before, resolved, shift
from services.analytics.semantics.compiler.quoting import identifier, number, text
from services.analytics.semantics.domain import (
    Aggregate,
    Definitions,
    Derived,
    Dimension,
    Field,
    Grain,
    Metric,
    Simple,
    Sql,
)
from tests.analytics.semantics.shop import (
    CATALOGUE,
    CUSTOMERS,
    DEFINITIONS,
    JOINED,
    ORDERS,
    PLACED,
    SCHEMA,
)

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
BERLIN = Calendar("Europe/Berlin", 7, 4)


def compiled(query: MetricQuery, definitions: Definitions = DEFINITIONS, **more: Any) -> str:
    catalogue = more.get("catalogue", CATALOGUE)
    return compile_query(query, definitions, catalogue, Calendar(), NOW).sql


def span(asked: Any, calendar: Calendar = BERLIN) -> tuple[str, str]:
    period = resolved(asked, calendar, NOW)
    return f"{period.start:%Y-%m-%dT%H:%M}", f"{period.end:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        # The day on which clocks go forward has 23 hours.
        (Relative(Anchor.THIS, Grain.DAY), "2026-03-28T23:00", "2026-03-29T22:00"),
        (Relative(Anchor.LAST, Grain.DAY, 7), "2026-03-22T23:00", "2026-03-29T22:00"),
        (Relative(Anchor.PREVIOUS, Grain.DAY, 2), "2026-03-26T23:00", "2026-03-28T23:00"),
        (Relative(Anchor.THIS, Grain.WEEK), "2026-03-28T23:00", "2026-04-04T22:00"),
        (Relative(Anchor.PREVIOUS, Grain.MONTH), "2026-01-31T23:00", "2026-02-28T23:00"),
        (Relative(Anchor.PREVIOUS, Grain.QUARTER), "2025-09-30T22:00", "2025-12-31T23:00"),
        (Relative(Anchor.THIS, Grain.FISCAL_YEAR), "2025-03-31T22:00", "2026-03-31T22:00"),
        (Relative(Anchor.THIS, Grain.HOUR), "2026-03-29T12:00", "2026-03-29T13:00"),
        (Absolute(date(2026, 3, 29), date(2026, 3, 30)), "2026-03-28T23:00", "2026-03-29T22:00"),
    ],
)
def test_periods_are_those_of_the_organizations_calendar(asked: Any, start: str, end: str) -> None:
    assert span(asked) == (start, end)


def test_hours_of_a_zone_begin_when_its_clocks_say_so() -> None:
    kolkata = Calendar("Asia/Kolkata")
    asked = Relative(Anchor.THIS, Grain.HOUR)
    assert span(asked, kolkata) == ("2026-03-29T11:30", "2026-03-29T12:30")


def test_the_period_before_has_the_same_length_in_the_calendar() -> None:
    asked = Relative(Anchor.THIS, Grain.MONTH)
    period = resolved(asked, BERLIN, NOW)
    earlier = before(asked, period, BERLIN)
    assert (earlier.end, f"{earlier.start:%Y-%m-%dT%H:%M}") == (period.start, "2026-01-31T23:00")
    days = Absolute(date(2026, 3, 28), date(2026, 3, 31))
    earlier = before(days, resolved(days, BERLIN, NOW), BERLIN)
    assert earlier.end - earlier.start == timedelta(days=3)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize(
    ("start", "end", "since"),
    [
        (date(2025, 1, 1), date(2026, 1, 1), date(2024, 1, 1)),  # 365 days against 366
        (date(2024, 1, 1), date(2025, 1, 1), date(2023, 1, 1)),
        (date(2026, 3, 1), date(2026, 4, 1), date(2026, 2, 1)),
        (date(2024, 3, 1), date(2024, 4, 1), date(2024, 2, 1)),  # with 29 February
        (date(2026, 1, 1), date(2026, 4, 1), date(2025, 10, 1)),
        (date(2026, 3, 2), date(2026, 4, 1), date(2026, 1, 31)),  # 30 days, and no month
        (date(2026, 3, 1), date(2026, 3, 31), date(2026, 1, 30)),
    ],
)
def test_whole_months_are_compared_with_whole_months(
    zone: str, start: date, end: date, since: date
) -> None:
    calendar = Calendar(zone)
    asked = Absolute(start, end)
    earlier = before(asked, resolved(asked, calendar, NOW), calendar)
    assert earlier == resolved(Absolute(since, start), calendar, NOW)


def test_midnights_of_another_zone_start_no_month() -> None:
    """March in UTC is no month of Berlin: it is compared with as many hours."""
    asked = Absolute(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    period = resolved(asked, BERLIN, NOW)
    assert before(asked, period, BERLIN).start == datetime(2026, 1, 29, tzinfo=UTC)
    assert before(asked, period, Calendar()).start == datetime(2026, 2, 1, tzinfo=UTC)


def test_days_of_a_month_lie_on_those_of_the_month_before() -> None:
    """As far as it has days: what is left of the longer one has nothing beside it."""
    february = Absolute(date(2026, 2, 1), date(2026, 3, 1))
    period = resolved(february, BERLIN, NOW)
    moved = shift(Grain.DAY, period, before(february, period, BERLIN), BERLIN)
    assert (moved.days, moved.cut) == (31, datetime(2026, 1, 28, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("expression", "sql"),
    [
        ("a + b * 2", "(A + (B * 2.0))"),
        ("(a - b) / -c", "((A - B) / nullif((- C), 0))"),
        ("a / b / c", "((A / nullif(B, 0)) / nullif(C, 0))"),
        ("1.5 * a", "(1.5 * A)"),
    ],
)
def test_arithmetic_binds_as_it_does_everywhere(expression: str, sql: str) -> None:
    assert expressions.rendered(expressions.parsed(expression), str.upper) == sql


@pytest.mark.parametrize(
    "expression",
    ["", "a +", "(a", "a b", "a; drop", "a ^ 2", "f(a)", "a--", "'a'", "1e5", '"a"', "((" * 60],
)
def test_what_is_no_arithmetic_is_refused(expression: str) -> None:
    with pytest.raises(NotCompilable):
        expressions.parsed(expression)


@pytest.mark.parametrize(
    ("expression", "additive"),
    [("a + b", True), ("a * 2 / 4", True), ("a + 1", False), ("a * b", False), ("2 / a", False)],
)
def test_only_sums_of_sums_may_be_summed(expression: str, additive: bool) -> None:
    assert expressions.additive(expressions.parsed(expression), lambda _: True) is additive


def test_what_has_no_bucket_beside_it_is_compared_with_nothing() -> None:
    march = Absolute(date(2026, 3, 1), date(2026, 3, 31))
    since = resolved(march, Calendar(), NOW)
    earlier = before(march, since, Calendar())
    moved = shift(Grain.MONTH, since, earlier, Calendar())
    assert earlier.start == datetime(2026, 1, 30, tzinfo=UTC)
    # January lies beside March; February would lie beside April, which was not asked for.
    assert (moved.months, moved.cut) == (2, datetime(2026, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize("first", [date(1, 1, 1), date(1, 1, 3), date(9998, 12, 31)])
def test_periods_at_the_edge_of_time_compile_or_are_refused(first: date, zone: str) -> None:
    calendar = Calendar(zone, week_start=7, fiscal_year_start=4)
    asked = Absolute(first, date(9999, 12, 31) if first.year > 1 else date(1, 1, 20))
    for grain, compare in product(Grain, (False, True)):
        query = MetricQuery(("orders",), time_range=asked, grain=grain, fill=True, compare=compare)
        with suppress(NotCompilable):
            compile_query(query, DEFINITIONS, CATALOGUE, calendar, NOW)


def test_a_path_with_a_nul_is_refused() -> None:
    colour = replace(DEFINITIONS.dimensions["colour"], field=Field("data", ("a\0",)))
    broken = replace(DEFINITIONS, dimensions={"colour": colour})
    with pytest.raises(NotCompilable, match="NUL"):
        compiled(MetricQuery(("orders",), ("colour",)), broken)


def test_a_row_that_would_be_counted_for_each_of_many_is_refused_with_the_reason() -> None:
    with pytest.raises(NotCompilable, match="has many of Order's, and would be counted once"):
        compiled(MetricQuery(("joined",), ("status",)))


def test_two_ways_to_a_relation_need_one_of_them_named() -> None:
    orders = CATALOGUE.relations[(SCHEMA, ORDERS)]
    second = ForeignKey(("qty",), SCHEMA, CUSTOMERS, ("id",))
    keys = (*orders.foreign_keys, second)
    relations = {**CATALOGUE.relations, (SCHEMA, ORDERS): replace(orders, foreign_keys=keys)}
    catalogue = replace(CATALOGUE, relations=relations)
    query = MetricQuery(("orders",), ("country",))
    with pytest.raises(NotCompilable, match="by cust omer or qty: say which"):
        compiled(query, catalogue=catalogue)
    via = Dimension("country", SCHEMA, CUSTOMERS, Field("country"), via=("qty",))
    definitions = replace(DEFINITIONS, dimensions={"country": via})
    assert 't1."id" = t0."qty"' in compiled(query, definitions, catalogue=catalogue)


def test_metrics_made_of_metrics_end_somewhere() -> None:
    metrics = {"m0": Metric("m0", Simple(Aggregate.COUNT, PLACED))}
    for n in range(1, 30):
        metrics[f"m{n}"] = Metric(f"m{n}", Derived(f"m{n - 1} + m{n - 1}"))
    definitions = Definitions(metrics)
    assert compiled(MetricQuery(("m5",)), definitions)
    for name in ("m18", "m29"):
        with pytest.raises(NotCompilable):
            compiled(MetricQuery((name,)), definitions)


def test_a_metric_goes_by_its_own_dimensions_and_grains_alone() -> None:
    limited = Metric("m", Simple(Aggregate.COUNT, PLACED), grain=Grain.WEEK, dimensions=("status",))
    definitions = replace(DEFINITIONS, metrics={"m": limited})
    assert compiled(MetricQuery(("m",), ("status",), grain=Grain.MONTH), definitions)
    with pytest.raises(NotCompilable, match="does not go by 'country', but by status"):
        compiled(MetricQuery(("m",), ("country",)), definitions)
    with pytest.raises(NotCompilable, match="by week or longer"):
        compiled(MetricQuery(("m",), grain=Grain.DAY), definitions)


def test_a_whole_statement_has_no_dimensions_and_no_time() -> None:
    whole = Metric("m", Sql("SELECT 1", JOINED))
    definitions = replace(DEFINITIONS, metrics={"m": whole})
    assert "(SELECT 1)" in compiled(MetricQuery(("m",)), definitions)
    with pytest.raises(NotCompilable, match="is a whole SELECT"):
        compiled(MetricQuery(("m",), ("country",)), definitions)


@pytest.mark.parametrize("name", ["", "\0", "é" * 32])
def test_names_that_postgresql_would_cut_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        identifier(name)


def test_quotes_and_backslashes_stay_inside() -> None:
    assert identifier('a"b') == '"a""b"'
    assert text("it's") == "'it''s'"
    assert text("\\'") == "E'\\\\'''"


@pytest.mark.parametrize("value", ["1e400", "NaN", "Infinity", "1; DROP", ""])
def test_numbers_are_finite_and_nothing_else(value: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        number(value)
