"""Which charts are possible for columns, and which of them suits."""

import math

from services.analytics.charts.choosing.columns import NONE, SHARES, Role
from services.analytics.charts.choosing.design import ChartType
from services.analytics.charts.choosing.picks import MOST_COLOURS, MOST_MEASURES, Picks

# Fewer are better told by bars.
FEWEST_TIMES = 3
# A whole of more parts is better told by bars; beyond the second nobody tells slices apart.
PARTS_THAT_SUIT = 6
MOST_PARTS = 12
MOST_STEPS = 30
FEWEST_DOTS = 3
# Shares that were rounded before they were summed.
ROUNDING = 0.005
OTHER = "(other)"


def problem_of(kind: ChartType, picks: Picks, stacked: bool | None) -> str:
    """Why a chart is not possible; empty where it is."""
    if kind is ChartType.SCATTER and not (picks.y and picks.x is not None):
        return "needs two columns of numbers, or one and times"
    if not any(picks.table.numbers(place) for place in picks.y):
        return "needs a column of numbers"
    if kind is ChartType.FIGURE:
        rows = len(picks.table.rows)
        return "" if rows == 1 else f"needs a single row, and there are {rows}"
    if picks.x is None:
        return "needs a column for x"
    if kind is ChartType.SCATTER:
        return problem_of_scatter(picks)
    if not picks.is_unique:
        return "has several rows for one place: group by what x and colour show"
    if stacked and picks.has_negatives:
        return "cannot stack negative numbers"
    return PROBLEMS[kind](picks, stacked)


def problem_of_scatter(picks: Picks) -> str:
    if picks.x_role not in (Role.MEASURE, Role.TIME, Role.ORDINAL):
        return "needs numbers or times for x"
    return too_many_colours(picks)


def problem_of_line(picks: Picks, stacked: bool | None) -> str:
    if stacked:
        return "is not stacked: ask for an area"
    return no_way_along(picks)


def problem_of_area(picks: Picks, stacked: bool | None) -> str:
    if stacked is not False and picks.has_negatives:
        return "cannot stack negative numbers: ask for lines"
    return no_way_along(picks)


def problem_of_bar(picks: Picks, stacked: bool | None) -> str:
    if stacked and picks.colour is None and len(picks.y) < 2:
        return "has nothing to stack: name a column for colour"
    return too_many_colours(picks)


def problem_of_pie(picks: Picks, stacked: bool | None) -> str:
    if picks.colour is not None or len(picks.y) > 1:
        return "shows one column of numbers by one other column"
    values = picks.table.numbers(picks.y[0])
    if picks.has_negatives or not sum(values) > 0:
        return "needs parts that are not negative and sum to more than zero"
    if picks.parts > MOST_PARTS:
        return f"has {picks.parts} parts, and at most {MOST_PARTS} can be told apart: ask for bars"
    return ""


PROBLEMS = {
    ChartType.LINE: problem_of_line,
    ChartType.AREA: problem_of_area,
    ChartType.BAR: problem_of_bar,
    ChartType.PIE: problem_of_pie,
}


def no_way_along(picks: Picks) -> str:
    if picks.x_role not in (Role.TIME, Role.ORDINAL, Role.MEASURE):
        return "needs times or numbers for x"
    return ""


def too_many_colours(picks: Picks) -> str:
    if picks.colours > MOST_COLOURS:
        told = f"has {picks.colours} values to tell by colour, and at most {MOST_COLOURS}"
        return f"{told} can be told apart"
    return ""


def suits(kind: ChartType, picks: Picks, stacked: bool | None) -> bool:
    """Whether a chart that is possible is also the one to choose; asked in the order of TYPES."""
    return SUITS[kind](picks, stacked)


def figure_suits(picks: Picks, stacked: bool | None) -> bool:
    return not stacked


def area_suits(picks: Picks, stacked: bool | None) -> bool:
    """Parts over time that sum to something; lines where nothing says that they do."""
    if picks.x_role is not Role.TIME or picks.parts < FEWEST_TIMES:
        return False
    if stacked is not None:
        return stacked
    if not 1 < picks.colours <= PARTS_THAT_SUIT:
        return False
    return picks.table.columns[picks.y[0]].additive


def line_suits(picks: Picks, stacked: bool | None) -> bool:
    if picks.x_role is Role.ORDINAL:
        several = picks.colours > 1 and picks.parts >= FEWEST_TIMES
        return several or picks.parts > MOST_STEPS
    return picks.x_role is Role.TIME and picks.parts >= FEWEST_TIMES


def pie_suits(picks: Picks, stacked: bool | None) -> bool:
    if picks.x_role is not Role.CATEGORY or not 1 < picks.parts <= PARTS_THAT_SUIT:
        return False
    return NONE not in picks.table.labels(picks.x or 0) and is_whole(picks)


def is_whole(picks: Picks) -> bool:
    """Whether the parts are known to be all: shares that sum to 1, or the largest and the rest."""
    column, values = picks.table.columns[picks.y[0]], picks.table.numbers(picks.y[0])
    if column.additive and picks.x is not None and OTHER in picks.table.labels(picks.x):
        return True
    if column.unit != "%" and not SHARES.intersection(column.name.lower().split("_")):
        return False
    room = ROUNDING * len(values)
    return any(math.isclose(sum(values), whole, rel_tol=room) for whole in (1, 100))


def bar_suits(picks: Picks, stacked: bool | None) -> bool:
    return picks.x_role in (Role.CATEGORY, Role.ORDINAL, Role.TIME)


def scatter_suits(picks: Picks, stacked: bool | None) -> bool:
    return not stacked and len(picks.table.rows) >= FEWEST_DOTS


SUITS = {
    ChartType.FIGURE: figure_suits,
    ChartType.AREA: area_suits,
    ChartType.LINE: line_suits,
    ChartType.PIE: pie_suits,
    ChartType.BAR: bar_suits,
    ChartType.SCATTER: scatter_suits,
}
TYPES = list(SUITS)
MOST_FIGURES = MOST_MEASURES
