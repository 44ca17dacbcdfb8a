"""The choice: the design's chart where there is one, else the first that is possible and suits."""

from collections.abc import Sequence

from services.analytics.charts.choosing.chart import Chart
from services.analytics.charts.choosing.columns import ChartColumn, Table, table_of
from services.analytics.charts.choosing.design import CannotDraw, ChartType, Design
from services.analytics.charts.choosing.picks import Picks, picked, picked_for_scatter, picks_for
from services.analytics.charts.choosing.rules import TYPES, problem_of, suits
from services.analytics.charts.choosing.shaping import shaped

NO_DESIGN = Design()
ORDERED_BY_ROWS = "its order is that of x: leave sort out"
SORTED = (ChartType.BAR, ChartType.PIE)


def choose(
    columns: Sequence[ChartColumn],
    rows: Sequence[Sequence[object]],
    design: Design = NO_DESIGN,
    zone: str = "UTC",
) -> Chart | None:
    """A chart of a result; None where a table tells it better, and where there are no rows.

    Moments are shown in the time zone. Raises CannotDraw where the design does not fit.
    """
    if design.type is ChartType.TABLE or not rows:
        return None
    table = table_of(columns, rows)
    found = demanded(table, design) if design.type else first_that_suits(table, design)
    if found is None:
        if design.demands:
            raise CannotDraw("type", "no chart shows these columns so")
        return None
    kind, picks = found
    check(kind, design)
    return shaped(kind, picks, design, zone)


def demanded(table: Table, design: Design) -> tuple[ChartType, Picks]:
    kind = ChartType(design.type or "")
    picks = picks_for(table, design, kind)
    problem = problem_of(kind, picks, design.stacked)
    if problem:
        raise CannotDraw("type", f"{kind.value}: {problem}")
    return kind, picks


def first_that_suits(table: Table, design: Design) -> tuple[ChartType, Picks] | None:
    plain = picked(table, design)
    for kind in TYPES:
        scatter = kind is ChartType.SCATTER
        picks = picked_for_scatter(table, design) if scatter else plain
        if problem_of(kind, picks, design.stacked):
            continue
        if suits(kind, picks, design.stacked):
            return kind, picks
    return None


def check(kind: ChartType, design: Design) -> None:
    """Raises CannotDraw for what this type of chart has not."""
    if design.sort and kind not in SORTED:
        raise CannotDraw("sort", f"{kind.value}: {ORDERED_BY_ROWS}")
    if design.horizontal and kind is not ChartType.BAR:
        raise CannotDraw("horizontal", f"only bars are horizontal, and this is a {kind.value}")
    if design.stacked and kind not in (ChartType.BAR, ChartType.AREA):
        raise CannotDraw("stacked", f"only bars and areas are stacked, and this is a {kind.value}")
