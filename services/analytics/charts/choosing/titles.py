"""Words of a chart that nobody gave a title."""

from services.analytics.charts.choosing.columns import PREVIOUS, label
from services.analytics.charts.choosing.design import ChartType
from services.analytics.charts.choosing.picks import Picks


def title_of(kind: ChartType, picks: Picks) -> str:
    columns = picks.table.columns
    single = kind is ChartType.FIGURE
    y = (*picks.y, *picks.left_out) if single else picks.y
    shown = [columns[place].label for place in y if columns[place].kind != PREVIOUS]
    measures = listed(shown) or "Value"
    if single:
        row = picks.table.rows[0]
        groups = [label(row[place]) for place in (picks.x, picks.colour) if place is not None]
        return ", ".join([measures, *groups])
    x = columns[picks.x or 0]
    if kind is ChartType.SCATTER:
        return f"{measures} against {lowered(x.label)}"
    by = [] if x.name == "time" else [x.label]
    by += [] if picks.colour is None else [columns[picks.colour].label]
    if not by:
        return f"{measures} over time"
    over = " over time" if x.name == "time" else ""
    return f"{measures} by {listed([lowered(name) for name in by])}{over}"


def value_title(picks: Picks) -> str:
    """What the axis of values shows."""
    columns = [picks.table.columns[y] for y in picks.y]
    if len(columns) == 1 or all(column.kind == PREVIOUS for column in columns[1:]):
        return columns[0].titled
    return columns[0].unit


def listed(names: list[str]) -> str:
    first = names[0] if names else ""
    rest = [lowered(name) for name in names[1:]]
    return " and ".join([", ".join([first, *rest[:-1]]), *rest[-1:]])


def lowered(name: str) -> str:
    """In the midst of a sentence; acronyms stay as they are."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]
