"""The look of charts: calm, and told apart by those who see colours otherwise too."""

from typing import Any

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
# The colours of Okabe and Ito (2008, Color Universal Design), without black and the yellow that
# white paper swallows, in the order in which neighbours differ most; the last is ours.
COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#4D4D4D",
    "#7A4B12",
)
MUTED = "#BCC2C9"
INK, SOFT, RULE = "#1F2933", "#616E7C", "#E4E7EB"
# vl-convert has Liberation Sans within, so that a picture is the same on each machine.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
WIDTH, HEIGHT = 640, 360
# Room for the title and the axis around horizontal bars, and for each of them.
AROUND, PER_BAR = 96, 24

Spec = dict[str, Any]


# https://vega.github.io/vega-lite/docs/config.html
CONFIG: Spec = {
    "font": FONT,
    "background": "white",
    "padding": 16,
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "offset": 14,
        "limit": WIDTH - 32,
        "fontSize": 15,
        "fontWeight": 600,
        "color": INK,
        "subtitleColor": SOFT,
        "subtitleFontSize": 11,
        "subtitlePadding": 5,
    },
    "axis": {
        "domain": False,
        "ticks": False,
        "gridColor": RULE,
        "labelColor": SOFT,
        "labelFontSize": 11,
        "labelLimit": 180,
        "labelPadding": 6,
        "titleColor": SOFT,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "titlePadding": 10,
    },
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "title": None,
        "columns": 4,
        "columnPadding": 14,
        "offset": 8,
        "symbolType": "circle",
        "symbolSize": 70,
        "labelColor": SOFT,
        "labelFontSize": 11,
        "labelLimit": 150,
    },
    "line": {"strokeWidth": 2.25, "strokeCap": "round", "strokeJoin": "round"},
    "bar": {"discreteBandSize": {"band": 0.78}},
}


def colours_of(series: tuple[str, ...], muted: tuple[str, ...]) -> list[str]:
    """A colour for each; those in the background take none from the others."""
    free = iter(COLOURS)
    return [MUTED if name in muted else next(free) for name in series]
