"""Single figures: large, with their names below and how they changed."""

from services.analytics.charts.choosing import Chart, Figure
from services.analytics.charts.drawing.numbers import with_unit
from services.analytics.charts.drawing.theme import COLOURS, INK, SOFT, Spec

SIZES = {1: 56, 2: 44, 3: 34, 4: 28}


def figures_spec(chart: Chart) -> Spec:
    figures = chart.figures
    rows = [
        {"place": place, "value": with_unit(f.value, f.unit), "name": f.label, "change": change(f)}
        for place, f in enumerate(figures)
    ]
    x = {
        "field": "place",
        "type": "quantitative",
        "scale": {"domain": [0, max(len(figures), 1)], "zero": True, "nice": False},
        "axis": None,
    }
    size = SIZES.get(len(figures), 28)
    texts = [
        text("value", size, INK, -8, "bold"),
        text("change", 13, COLOURS[0], size // 2 + 10, "normal"),
    ]
    if len(figures) > 1:
        texts.insert(1, text("name", 12, SOFT, -size // 2 - 22, "normal"))
    return {"data": {"values": rows}, "encoding": {"x": x}, "layer": texts}


def text(field: str, size: int, colour: str, dy: int, weight: str) -> Spec:
    mark = {"type": "text", "align": "left", "baseline": "middle", "dy": dy}
    style = {"fontSize": size, "color": colour, "fontWeight": weight}
    return {"mark": {**mark, **style}, "encoding": {"text": {"field": field, "type": "nominal"}}}


def change(figure: Figure) -> str:
    """What it was in the period before, and by how much that grew."""
    if figure.before is None:
        return ""
    told = f"before: {with_unit(figure.before, figure.unit)}"
    if figure.before == 0:
        return told
    grown = (figure.value - figure.before) / abs(figure.before)
    return f"{'▲' if grown > 0 else '▼' if grown < 0 else '='} {abs(grown):,.1%} · {told}"
