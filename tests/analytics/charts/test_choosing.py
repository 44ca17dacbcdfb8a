"""Which chart a result gets: by rule, as the design says, the same each time."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.charts.choosing import (
    CannotDraw,
    Chart,
    ChartColumn,
    ChartType,
    Design,
    Sort,
    choose,
)
from services.analytics.charts.drawing import spec_of
from tests.properties import quick

DAYS = [f"2026-01-{day:02d}" for day in range(1, 29)]
COUNTRY, COUNT = ChartColumn("country", "text"), ChartColumn("count", "bigint")
DAY = ChartColumn("day", "date")
REVENUE = ChartColumn("revenue", "numeric", "metric", "EUR", additive=True)
BY_DAY = [[day, number] for number, day in enumerate(DAYS)]
BY_COUNTRY = [["DE", 3], ["US", 9], ["FR", 5]]


def chosen(columns: list[ChartColumn], rows: list[list[Any]], **design: Any) -> Chart:
    chart = choose(columns, rows, Design(**design))
    assert chart is not None
    return chart


def refused(columns: list[ChartColumn], rows: list[list[Any]], **design: Any) -> CannotDraw:
    with pytest.raises(CannotDraw) as error:
        choose(columns, rows, Design(**design))
    return error.value


RULES: list[tuple[ChartType, list[ChartColumn], list[list[Any]]]] = [
    (ChartType.FIGURE, [COUNT], [[12]]),
    (ChartType.FIGURE, [COUNTRY, COUNT], [["DE", 12]]),
    (ChartType.LINE, [DAY, COUNT], BY_DAY),
    (ChartType.BAR, [DAY, COUNT], BY_DAY[:2]),
    (
        ChartType.LINE,
        [ChartColumn("month"), COUNT],
        [["2026-01", 1], ["2026-02", 2], ["2026-03", 3]],
    ),
    (ChartType.LINE, [DAY, COUNTRY, COUNT], [[d, c, 1] for d in DAYS for c in "ABC"]),
    (ChartType.AREA, [DAY, COUNTRY, REVENUE], [[d, c, 1] for d in DAYS for c in "ABC"]),
    (ChartType.LINE, [DAY, COUNTRY, REVENUE], [[d, c, -1] for d in DAYS for c in "ABC"]),
    (ChartType.BAR, [COUNTRY, COUNT], BY_COUNTRY),
    (ChartType.BAR, [ChartColumn("hour", "integer"), COUNT], [[h, 5] for h in range(24)]),
    (ChartType.BAR, [ChartColumn("visits", "bigint"), COUNT], [[n, 5] for n in range(9)]),
    (ChartType.PIE, [COUNTRY, ChartColumn("share", "numeric")], [["DE", 0.4], ["US", 0.6]]),
    (ChartType.BAR, [COUNTRY, ChartColumn("share", "numeric")], [["DE", 0.4], ["US", 0.3]]),
    (ChartType.PIE, [COUNTRY, REVENUE], [["DE", 4], ["(other)", 6]]),
    (ChartType.SCATTER, [COUNT, REVENUE], [[3, 2.5], [1, 9.5], [1, 2.5]]),
    (ChartType.SCATTER, [COUNTRY, COUNT, REVENUE], [["DE", i % 7, i * 0.5] for i in range(20)]),
]


@pytest.mark.parametrize(("kind", "columns", "rows"), RULES)
def test_the_columns_choose_the_chart(
    kind: ChartType, columns: list[ChartColumn], rows: list[list[Any]]
) -> None:
    assert chosen(columns, rows).type is kind


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ([COUNT], []),
        ([COUNTRY], [["DE"], ["US"]]),
        ([ChartColumn("payload", "jsonb")], [[{"a": 1}], [{}]]),
        ([COUNTRY, COUNT], [["DE", 1], ["DE", 2], ["US", 3]]),
        ([COUNTRY, COUNT], [["DE", None], ["US", "NaN"]]),
    ],
)
def test_what_fits_no_chart_is_a_table(columns: list[ChartColumn], rows: list[list[Any]]) -> None:
    assert choose(columns, rows) is None


def test_bars_are_sorted_by_size_and_calendars_by_themselves() -> None:
    assert orders([COUNTRY, COUNT], BY_COUNTRY) == ["US", "FR", "DE"]
    assert orders([COUNTRY, COUNT], BY_COUNTRY, sort=Sort.X) == ["DE", "FR", "US"]
    assert orders([COUNTRY, COUNT], BY_COUNTRY, sort=Sort.ROWS) == ["DE", "US", "FR"]
    hours = ChartColumn("hour", "integer")
    assert orders([hours, COUNT], [[10, 1], [9, 7], [2, 5]]) == ["2", "9", "10"]
    rest = [["(other)", 90], ["DE", 3], ["US", 9]]
    assert orders([COUNTRY, COUNT], rest) == ["US", "DE", "(other)"]


def orders(columns: list[ChartColumn], rows: list[list[Any]], **design: Any) -> list[str]:
    chart = chosen(columns, rows, **design)
    assert chart.x is not None
    assert [point.x for point in chart.points] == list(chart.x.order)
    return list(chart.x.order)


def test_long_or_many_names_lie_beside_their_bars() -> None:
    assert not chosen([COUNTRY, COUNT], BY_COUNTRY).horizontal
    assert chosen([COUNTRY, COUNT], [["United Arab Emirates", 1], ["DE", 2]]).horizontal
    assert chosen([COUNTRY, COUNT], [[f"c{i}", i] for i in range(20)]).horizontal


def test_what_is_not_shown_is_said() -> None:
    many = chosen([COUNTRY, COUNT], [[f"c{i}", i] for i in range(100)])
    assert (len(many.points), many.notes) == (30, ("The 30 largest of 100",))
    assert {point.y for point in many.points} == set(range(70, 100))
    gap = chosen([DAY, COUNT], [*BY_DAY, ["infinity", 4]])
    assert gap.notes == ("1 row has no day",)
    units = [COUNTRY, REVENUE, ChartColumn("rate", "numeric", "metric", "%")]
    assert chosen(units, [["DE", 5, 0.5], ["US", 6, 0.4]]).notes == ("Not shown: Rate",)


def test_titles_have_words_and_axes_units() -> None:
    chart = chosen(
        [ChartColumn("time", "date", "time"), COUNTRY, REVENUE], [["2026-01-01", "DE", 1]] * 1
    )
    assert chart.title == "Revenue, 2026-01-01, DE"
    bars = chosen([ChartColumn("plan_name", "text"), REVENUE], [["pro", 1], ["free", 2]])
    assert bars.x is not None
    assert bars.y is not None
    assert (bars.title, bars.x.title) == ("Revenue by plan name", "Plan name")
    assert bars.y.title == "Revenue (EUR)"


def test_moments_are_shown_in_the_zone() -> None:
    column = ChartColumn("at", "timestamp with time zone")
    rows = [[f"2026-07-01T{hour:02d}:00:00Z", hour] for hour in range(20, 23)]
    chart = choose([column, COUNT], rows, zone="Europe/Berlin")
    assert chart is not None
    assert [point.x for point in chart.points][-1] == "2026-07-02T00:00:00"


def test_the_period_before_stays_in_the_background() -> None:
    before = ChartColumn("revenue_previous", "numeric", "previous", "EUR")
    rows = [[day, 5, 4] for day in DAYS]
    chart = chosen([DAY, REVENUE, before], rows)
    assert chart.series == ("Revenue", "Revenue, period before")
    assert chart.muted == ("Revenue, period before",)
    [figure] = chosen([REVENUE, before], [[5, 4]]).figures
    assert (figure.value, figure.before) == (5, 4)


def test_a_funnel_keeps_the_order_of_its_steps() -> None:
    columns = [
        ChartColumn("step", "integer", "dimension"),
        ChartColumn("event", "text", "dimension"),
        ChartColumn("people", "bigint", "metric"),
        ChartColumn("of_first", "numeric", "metric"),
    ]
    rows = [[3, "purchase", 2, 0.2], [1, "visit", 10, 1], [2, "signup", 5, 0.5]]
    assert orders(columns, rows) == ["visit", "signup", "purchase"]
    chart = chosen(columns, rows)
    assert (chart.type, chart.notes) == (ChartType.BAR, ("Not shown: Of first",))


def test_retention_is_a_line_of_shares_for_each_cohort() -> None:
    columns = [
        ChartColumn("cohort", "date", "time"),
        ChartColumn("period", "integer", "dimension"),
        ChartColumn("size", "bigint", "metric"),
        ChartColumn("share", "numeric", "metric"),
    ]
    rows = [[day, n, 40, 1 / (n + 1)] for day in DAYS[:5] for n in range(5)]
    chart = chosen(columns, rows)
    assert (chart.type, chart.series) == (ChartType.LINE, tuple(DAYS[4::-1]))
    assert chart.y is not None
    assert chart.y.percent
    assert {point.x for point in chart.points} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("design", "field", "words"),
    [
        ({"x": "city"}, "x", "no column 'city'; there are country, count"),
        ({"y": ("country",)}, "y", "has no numbers"),
        ({"x": "count", "y": ("count",)}, "y", "one place only"),
        ({"type": ChartType.LINE}, "type", "needs times or numbers"),
        ({"type": ChartType.FIGURE}, "type", "single row, and there are 3"),
        ({"type": ChartType.SCATTER}, "type", "needs two columns of numbers"),
        ({"type": ChartType.PIE, "horizontal": True}, "horizontal", "only bars"),
        ({"type": ChartType.BAR, "stacked": True}, "type", "nothing to stack"),
        ({"type": ChartType.PIE, "stacked": True}, "stacked", "only bars and areas"),
    ],
)
def test_a_design_that_does_not_fit_is_refused(
    design: dict[str, Any], field: str, words: str
) -> None:
    error = refused([COUNTRY, COUNT], BY_COUNTRY, **design)
    assert error.field == field
    assert words in error.message


def test_parts_that_cannot_be_told_apart_are_refused() -> None:
    rows = [[f"c{i}", i + 1] for i in range(13)]
    assert "at most 12" in refused([COUNTRY, COUNT], rows, type=ChartType.PIE).message
    assert (
        "not negative"
        in refused([COUNTRY, COUNT], [["a", -1], ["b", 2]], type=ChartType.PIE).message
    )
    stacked = {"type": ChartType.AREA, "stacked": True}
    negative = [[day, "a", -1] for day in DAYS]
    assert "negative" in refused([DAY, COUNTRY, COUNT], negative, **stacked).message


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["a", "b", "", "NaN", "2026-01-01", "infinity", "'\"{{datum.x}}", "x" * 90]),
    st.sampled_from(DAYS),
    st.lists(st.integers(), max_size=2),
)
TYPES_OF_COLUMNS = st.sampled_from(
    ["", "text", "bigint", "numeric", "date", "timestamp with time zone", "jsonb", "boolean"]
)


def test_of_many_columns_each_value_is_labelled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many types of charts ask, and however many columns are compared."""
    labelled = 0

    def counted(value: object) -> str:
        nonlocal labelled
        labelled += 1
        return str(value)

    monkeypatch.setattr("services.analytics.charts.choosing.columns.label", counted)
    names = [ChartColumn(f"name_{place}", "text") for place in range(20)]
    hours = [ChartColumn(f"hour_of_{place}", "bigint", "dimension") for place in range(20)]
    columns = [*names, *hours, COUNT]
    rows = [[f"n{row % 7}"] * 20 + [row % 7] * 20 + [row] for row in range(50)]
    assert choose(columns, rows) is None
    assert labelled <= len(rows) * 40


def test_a_wide_result_is_drawn_by_the_first_columns_that_tell_rows_apart() -> None:
    numbers = [ChartColumn(f"hour_of_{place}", "bigint") for place in range(30)]
    rows = [[name, *[row] * 30, row] for row, name in enumerate("abc")]
    chart = chosen([COUNTRY, *numbers, COUNT], rows)
    assert (chart.type, chart.x and chart.x.title) == (ChartType.BAR, "Country")


KINDS = st.sampled_from(["", "", "metric", "previous", "time", "dimension"])
NAMES = st.sampled_from(["time", "country", "hour", "user_id", "share", "a.b[0]", "x", "", "y"])


@st.composite
def results(draw: Any) -> tuple[list[ChartColumn], list[list[Any]]]:
    parts = st.builds(
        ChartColumn,
        NAMES,
        TYPES_OF_COLUMNS,
        KINDS,
        st.sampled_from(["", "%", "EUR"]),
        st.booleans(),
    )
    columns = draw(st.lists(parts, min_size=1, max_size=4))
    size = len(columns)
    rows = draw(st.lists(st.lists(VALUES, min_size=size, max_size=size), max_size=12))
    return columns, rows


DESIGNS = st.builds(
    Design,
    type=st.none() | st.sampled_from(ChartType),
    x=st.just("") | NAMES,
    y=st.just(()) | st.tuples(NAMES),
    colour=st.just("") | NAMES,
    stacked=st.none() | st.booleans(),
    horizontal=st.none() | st.booleans(),
    sort=st.none() | st.sampled_from(Sort),
    limit=st.none() | st.integers(1, 5),
)


def outcome(
    columns: list[ChartColumn], rows: list[list[Any]], design: Design
) -> Chart | CannotDraw | None:
    try:
        return choose(columns, rows, design)
    except CannotDraw as error:
        return error


@quick
@given(results(), st.just(Design()) | DESIGNS)
def test_any_result_is_drawn_refused_or_a_table(
    result: tuple[list[ChartColumn], list[list[Any]]], design: Design
) -> None:
    columns, rows = result
    chart = outcome(columns, rows, design)
    assert str(chart) == str(outcome(columns, rows, design))
    if not isinstance(chart, Chart):
        assert chart is None or design != Design()
        return
    if design.type:
        assert chart.type is design.type
    assert json.loads(json.dumps(spec_of(chart), allow_nan=False))
    shown = {point.y for point in chart.points} | {figure.value for figure in chart.figures}
    told = {float(value) for row in rows for value in row if isinstance(value, int | float)}
    assert shown <= told | {None}


@quick
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(-99, 99)), min_size=2))
def test_the_order_of_rows_makes_no_other_chart(pairs: list[tuple[str, int]]) -> None:
    rows = [list(pair) for pair in dict(pairs).items()]
    mixed = random.Random(len(pairs)).sample(rows, len(rows))
    assert choose([COUNTRY, COUNT], rows) == choose([COUNTRY, COUNT], mixed)
