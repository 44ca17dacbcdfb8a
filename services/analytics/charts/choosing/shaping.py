"""Picked columns as what is drawn: points in order, as many as can be told apart."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from services.analytics.charts.choosing.chart import Axis, Chart, Figure, Point, Scale
from services.analytics.charts.choosing.columns import COHORT, PREVIOUS, Role, label, number
from services.analytics.charts.choosing.design import ChartType, Design, Sort
from services.analytics.charts.choosing.moments import local
from services.analytics.charts.choosing.picks import MOST_COLOURS, Picks
from services.analytics.charts.choosing.rules import MOST_FIGURES, OTHER
from services.analytics.charts.choosing.titles import title_of, value_title

MOST_BARS = 30
MOST_POINTS = 5_000
# Longer names, or more of them, are read better beside their bars than below.
LONG_NAME = 12
MANY_BARS = 8


def shaped(kind: ChartType, picks: Picks, design: Design, zone: str) -> Chart:
    title = design.title or title_of(kind, picks)
    if kind is ChartType.FIGURE:
        return Chart(kind, title, figures=tuple(figures_of(picks)))
    points = list(points_of(kind, picks, ZoneInfo(zone)))
    notes = [*note_of_dropped(picks, points), *notes_of_left_out(picks)]
    series = series_of(picks, points)
    column = picks.table.columns[picks.x or 0]
    chart = Chart(
        type=kind,
        title=title,
        x=Axis("" if column.name == "time" else column.titled, scale_of(kind, picks)),
        y=Axis(value_title(picks), Scale.NUMBER, percent=percent_of(picks)),
        series=tuple(series),
        muted=muted_of(picks, series),
        series_title="" if picks.colour is None else picks.table.columns[picks.colour].label,
        stacked=stacked_of(kind, picks, design),
        notes=tuple(notes),
    )
    if kind in (ChartType.BAR, ChartType.PIE):
        return ordered(chart, points, picks, design)
    return limited(chart, points, design)


def percent_of(picks: Picks) -> bool:
    return all(picks.table.is_share(place) for place in picks.y)


def figures_of(picks: Picks) -> Iterator[Figure]:
    """Each measure of the row, with what it was before."""
    table, row = picks.table, picks.table.rows[0]
    before = {c.name: number(row[i]) for i, c in enumerate(table.columns) if c.kind == PREVIOUS}
    shown = [i for i in (*picks.y, *picks.left_out) if table.columns[i].kind != PREVIOUS]
    for place in shown[:MOST_FIGURES]:
        column, value = table.columns[place], number(row[place])
        if value is not None:
            yield Figure(column.label, value, column.unit, before.get(f"{column.name}_previous"))


def scale_of(kind: ChartType, picks: Picks) -> Scale:
    if kind is ChartType.PIE or picks.x_role is Role.CATEGORY:
        return Scale.CATEGORY
    if picks.x_role is Role.TIME:
        return Scale.CATEGORY if kind is ChartType.BAR else Scale.TIME
    return Scale.CATEGORY if kind is ChartType.BAR else Scale.NUMBER


def points_of(kind: ChartType, picks: Picks, zone: ZoneInfo) -> Iterator[Point]:
    """All that has a place; a missing number is a gap."""
    table, scale = picks.table, scale_of(kind, picks)
    several = len(picks.y) > 1
    for row in table.rows:
        told = row[picks.x or 0]
        moment = picks.x_role is Role.TIME
        place = place_of(local(told, zone) if moment else told, scale, moment)
        if place is None:
            continue
        group = "" if picks.colour is None else label(row[picks.colour])
        for y in picks.y:
            series = table.columns[y].label if several else group
            yield Point(place, number(row[y]), series)


def place_of(told: object, scale: Scale, moment: bool) -> str | float | None:
    """Where x is; None where it has no place."""
    if scale is Scale.NUMBER:
        return number(told)
    if moment:
        if not isinstance(told, str):
            return None
        return told if scale is Scale.TIME else told.removesuffix(":00").removesuffix("T00:00")
    return label(told)


def note_of_dropped(picks: Picks, points: list[Point]) -> Iterator[str]:
    dropped = len(picks.table.rows) - len(points) // max(len(picks.y), 1)
    if dropped:
        rows = "1 row has" if dropped == 1 else f"{dropped:,} rows have"
        yield f"{rows} no {picks.table.columns[picks.x or 0].label.lower()}"


def notes_of_left_out(picks: Picks) -> Iterator[str]:
    if picks.left_out:
        names = ", ".join(picks.table.columns[place].label for place in picks.left_out)
        yield f"Not shown: {names}"


def series_of(picks: Picks, points: list[Point]) -> list[str]:
    """In the order of columns; groups by their size, cohorts from the newest, the rest last."""
    if len(picks.y) > 1:
        return [picks.table.columns[place].label for place in picks.y]
    if picks.colour is None:
        return []
    sizes: dict[str, float] = defaultdict(float)
    for point in points:
        sizes[point.series] += abs(point.y or 0)
    if picks.table.roles[picks.colour] in (Role.ORDINAL, Role.TIME):
        return list(sizes)
    if picks.table.columns[picks.colour].name.lower() == COHORT:
        return sorted(sizes, reverse=True)
    return sorted(sizes, key=lambda name: (name == OTHER, -sizes[name], name))


def muted_of(picks: Picks, series: list[str]) -> tuple[str, ...]:
    before = [picks.table.columns[y].label for y in picks.y if len(picks.y) > 1]
    kinds = [picks.table.columns[y].kind for y in picks.y]
    earlier = {name for name, kind in zip(before, kinds, strict=False) if kind == PREVIOUS}
    return tuple(name for name in series if name in earlier or name == OTHER)


def stacked_of(kind: ChartType, picks: Picks, design: Design) -> bool:
    """Areas are, unless somebody wants them not; bars where their parts are known to sum up."""
    if design.stacked is not None:
        return design.stacked
    if kind is ChartType.AREA:
        return True
    summed = all(picks.table.columns[place].additive for place in picks.y)
    parts = picks.colour is not None and summed
    return kind is ChartType.BAR and parts and not picks.has_negatives


def limited(chart: Chart, points: list[Point], design: Design) -> Chart:
    """Lines, areas and dots: the largest series, and so many dots as a picture takes."""
    most = min(design.limit or MOST_COLOURS, MOST_COLOURS)
    notes = list(chart.notes)
    if chart.type is not ChartType.SCATTER and len(chart.series) > most:
        notes.append(f"Shown: {most} of {len(chart.series):,}")
        chart = replace(chart, series=chart.series[:most])
        points = [point for point in points if point.series in chart.series]
    most = MOST_POINTS
    if chart.type is ChartType.SCATTER:
        most = min(design.limit or MOST_POINTS, MOST_POINTS)
    else:
        points.sort(key=lambda point: point.x)
    if len(points) > most:
        notes.append(f"The first {most:,} of {len(points):,} values")
        points = points[:most]
    return replace(chart, points=tuple(points), notes=tuple(notes))


def ordered(chart: Chart, points: list[Point], picks: Picks, design: Design) -> Chart:
    """Bars and slices in order, the largest of them where they are many."""
    sizes: dict[str, float] = defaultdict(float)
    for point in points:
        sizes[str(point.x)] += point.y or 0
    order = order_of(sizes, picks, design)
    most, notes = design.limit or MOST_BARS, list(chart.notes)
    if len(order) > most:
        notes.append(f"The {most} largest of {len(order):,}")
        largest = sorted(order, key=lambda name: (-abs(sizes[name]), name))[:most]
        kept = set(largest)
        order = [name for name in order if name in kept]
    place = {name: index for index, name in enumerate(order)}
    shown = [point for point in points if point.x in place]
    shown.sort(key=lambda point: place[str(point.x)])
    x = chart.x or Axis("", Scale.CATEGORY)
    return replace(
        chart,
        x=replace(x, order=tuple(order)),
        points=tuple(shown),
        horizontal=horizontal_of(chart, order, picks, design),
        notes=tuple(notes),
    )


def order_of(sizes: dict[str, float], picks: Picks, design: Design) -> list[str]:
    """By size, unless x has an order of its own; what is left over comes last."""
    own = picks.x_role in (Role.TIME, Role.ORDINAL)
    if picks.order is not None and picks.x is not None and design.sort is None:
        pairs = zip(picks.table.labels(picks.order), picks.table.labels(picks.x), strict=True)
        return list(dict.fromkeys(name for _, name in sorted(pairs, key=lambda p: natural(p[0]))))
    sort = design.sort or (Sort.X if own else Sort.Y_DOWN)
    names = list(sizes)
    if sort is Sort.ROWS:
        return names
    down = sort in (Sort.X_DOWN, Sort.Y_DOWN)
    if sort in (Sort.X, Sort.X_DOWN):
        return sorted(names, key=natural, reverse=down)
    by_name = sorted(names, key=natural)
    found = sorted(by_name, key=lambda name: sizes[name], reverse=down)
    return sorted(found, key=lambda name: name == OTHER)


def natural(name: str) -> tuple[int, float, str]:
    """Numbers by their size, before all else."""
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name.casefold()


def horizontal_of(chart: Chart, order: list[str], picks: Picks, design: Design) -> bool:
    if chart.type is not ChartType.BAR:
        return False
    if design.horizontal is not None:
        return design.horizontal
    if picks.x_role is not Role.CATEGORY:
        return False
    return len(order) > MANY_BARS or max(map(len, order), default=0) > LONG_NAME
