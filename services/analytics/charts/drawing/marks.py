"""Each type of chart as marks and encodings."""

from datetime import datetime

from services.analytics.charts.choosing import Axis, Chart, Scale
from services.analytics.charts.drawing.numbers import axis_format, format_of
from services.analytics.charts.drawing.theme import COLOURS, INK, SOFT, Spec, colours_of

# More dots on a line are a thick line; more values beside bars are noise.
MOST_DOTS_OF_A_LINE = 31
MOST_LABELLED_BARS = 16
MOST_LABELLED_TIMES = 9
# Where the smallest value is at least this share of the largest, lines from zero would be flat.
FLAT = 0.6
SMALL_SLICE = 0.03


def line(chart: Chart) -> Spec:
    points = max(map(len, lines_of(chart)), default=0) <= MOST_DOTS_OF_A_LINE
    mark = {"type": "line", "point": {"size": 34, "filled": True} if points else False}
    encoding: Spec = {"x": x_axis(chart), "y": y_axis(chart, zero=not is_flat(chart))}
    if chart.series:
        strokes = {"symbolType": "stroke", "symbolStrokeWidth": 2.5, "symbolSize": 180}
        encoding["color"] = {**colour(chart), "legend": strokes}
        if chart.muted:
            dashes = [[4, 4] if name in chart.muted else [1, 0] for name in chart.series]
            scale = {"domain": list(chart.series), "range": dashes}
            encoding["strokeDash"] = {"field": "series", "scale": scale, "legend": strokes}
    return single(chart, mark, encoding)


def area(chart: Chart) -> Spec:
    alone = not chart.series
    opacity = 0.25 if alone else 0.85 if chart.stacked else 0.35
    mark = {"type": "area", "opacity": opacity, "line": True if alone else {"strokeWidth": 1}}
    y = {**y_axis(chart, zero=True), "stack": "zero" if chart.stacked else None}
    encoding: Spec = {"x": x_axis(chart), "y": y}
    if chart.series:
        encoding["color"] = colour(chart)
        encoding["order"] = order_of_series()
    return single(chart, mark, encoding)


def bars(chart: Chart) -> Spec:
    across, along = ("y", "x") if chart.horizontal else ("x", "y")
    places = x_axis(chart)
    if chart.horizontal:
        places |= {"title": None, "axis": {**places["axis"], "labelLimit": 220}}
    values = {**y_axis(chart, zero=True), "stack": "zero" if chart.stacked else None}
    encoding: Spec = {across: places, along: values}
    if chart.series:
        encoding["color"] = colour(chart)
        if chart.stacked:
            encoding["order"] = order_of_series()
        else:
            scale = {"domain": list(chart.series)}
            offset = {"field": "series", "type": "nominal", "sort": None, "scale": scale}
            encoding[f"{across}Offset"] = offset
    mark: Spec = {"type": "bar", "cornerRadiusEnd": 0 if chart.stacked else 2}
    if chart.series or len(chart.points) > MOST_LABELLED_BARS:
        return single(chart, mark, encoding)
    return labelled_bars(chart, mark, encoding)


def labelled_bars(chart: Chart, mark: Spec, encoding: Spec) -> Spec:
    """Few bars have their values at their ends; below zero that is on the other side."""
    sideways = {"align": {"expr": "datum.y < 0 ? 'right' : 'left'"}, "baseline": "middle"}
    upright: Spec = {"baseline": {"expr": "datum.y < 0 ? 'top' : 'bottom'"}, "align": "center"}
    upright["dy"] = {"expr": "datum.y < 0 ? 4 : -4"}
    look = {**sideways, "dx": {"expr": "datum.y < 0 ? -5 : 5"}} if chart.horizontal else upright
    text = {"type": "text", "fontSize": 11, "color": SOFT, **look}
    told = {"field": "y", "type": "quantitative", "format": number_format(chart)}
    drawn = {**mark, "color": COLOURS[0], "tooltip": True}
    tips = {"tooltip": tooltip(chart)}
    return {
        "encoding": encoding,
        "layer": [{"mark": drawn, "encoding": tips}, {"mark": text, "encoding": {"text": told}}],
    }


def pie(chart: Chart) -> Spec:
    order = chart.x.order if chart.x else ()
    muted = tuple(name for name in order if name == "(other)")
    scale = {"domain": list(order), "range": slices(order, muted)}
    encoding: Spec = {
        "theta": {"field": "y", "type": "quantitative", "stack": True},
        "order": {"field": "place", "type": "quantitative"},
        "color": {"field": "x", "type": "nominal", "scale": scale, "legend": legend_of_pie()},
    }
    told = {"condition": {"test": f"datum.share >= {SMALL_SLICE}", **text_of_slice()}, "value": ""}
    arc = {"type": "arc", "outerRadius": 112, "stroke": "white", "strokeWidth": 1.5}
    text = {"type": "text", "radius": 134, "fontSize": 12, "fill": INK}
    return {
        "encoding": encoding,
        "layer": [
            {"mark": {**arc, "tooltip": True}, "encoding": {"tooltip": tooltip(chart)}},
            {"mark": text, "encoding": {"text": told, "color": {"value": INK}}},
        ],
    }


def slices(order: tuple[str, ...], muted: tuple[str, ...]) -> list[str]:
    """Beyond the colours that can be told apart they begin again: neighbours still differ."""
    found: list[str] = []
    for start in range(0, len(order), len(COLOURS)):
        found += colours_of(order[start : start + len(COLOURS)], muted)
    return found


def legend_of_pie() -> Spec:
    return {"orient": "right", "direction": "vertical", "columns": 1, "offset": 24}


def text_of_slice() -> Spec:
    return {"field": "share", "type": "quantitative", "format": ".1~%"}


def scatter(chart: Chart) -> Spec:
    mark = {"type": "point", "filled": True, "size": 46, "opacity": 0.65}
    encoding: Spec = {"x": x_axis(chart), "y": y_axis(chart, zero=False)}
    if chart.series:
        encoding["color"] = colour(chart)
    return single(chart, mark, encoding)


def single(chart: Chart, mark: Spec, encoding: Spec) -> Spec:
    plain = {} if chart.series else {"color": COLOURS[0]}
    return {
        "mark": {**mark, **plain, "tooltip": True},
        "encoding": {**encoding, "tooltip": tooltip(chart)},
    }


def x_axis(chart: Chart) -> Spec:
    axis = chart.x or Axis("", Scale.CATEGORY)
    told: Spec = {"field": "x", "title": axis.title or None}
    if axis.scale is Scale.CATEGORY:
        angle = {} if chart.horizontal else {"labelAngle": angle_of(axis.order)}
        look = {"grid": False, **angle}
        scale: Spec = {"domain": list(axis.order)}
        return {**told, "type": "nominal", "sort": None, "scale": scale, "axis": look}
    if axis.scale is Scale.NUMBER:
        values = [float(point.x) for point in chart.points]
        scale = {"zero": False, "nice": True}
        look = value_axis(values)
        if all(value.is_integer() for value in values):
            look["tickMinStep"] = 1
        return {**told, "type": "quantitative", "scale": scale, "axis": look}
    return {**told, "type": "temporal", "scale": {"type": "utc"}, "axis": time_axis(chart)}


def angle_of(names: tuple[str, ...]) -> int:
    """Level as long as the names have room beside each other."""
    return 0 if sum(len(name) + 2 for name in names) <= 90 else -40


def time_axis(chart: Chart) -> Spec:
    """Labels at the values themselves where they are few, else where Vega-Lite puts them."""
    times = sorted({str(point.x) for point in chart.points})
    axis: Spec = {"grid": False, "labelOverlap": True, "format": time_format(times)}
    if len(times) <= MOST_LABELLED_TIMES:
        axis["values"] = [{"expr": f"toDate('{time}Z')"} for time in times]
    else:
        axis["tickCount"] = 8
    return axis


def time_format(times: list[str]) -> str:
    """As coarse as the times are: https://d3js.org/d3-time-format"""
    moments = [datetime.fromisoformat(time) for time in times]
    if any((moment.hour, moment.minute, moment.second) != (0, 0, 0) for moment in moments):
        one_day = len({moment.date() for moment in moments}) == 1
        return "%H:%M" if one_day else "%b %-d, %H:%M"
    if any(moment.day != 1 for moment in moments):
        one_year = len({moment.year for moment in moments}) == 1
        return "%b %-d" if one_year else "%b %-d, %Y"
    return "%Y" if all(moment.month == 1 for moment in moments) else "%b %Y"


def y_axis(chart: Chart, *, zero: bool) -> Spec:
    title = chart.y.title if chart.y else ""
    look = value_axis(numbers_of(chart))
    if chart.y and chart.y.percent:
        look = {"format": "~%", "tickCount": 5}
    scale = {"zero": zero, "nice": True}
    told = {"field": "y", "type": "quantitative", "title": title or None}
    return {**told, "axis": look, "scale": scale}


def value_axis(values: list[float]) -> Spec:
    form, expression = axis_format(values)
    axis: Spec = {"format": form, "tickCount": 5}
    return {**axis, "labelExpr": expression} if expression else axis


def colour(chart: Chart) -> Spec:
    names = list(chart.series)
    scale = {"domain": names, "range": colours_of(chart.series, chart.muted)}
    return {"field": "series", "type": "nominal", "scale": scale}


def order_of_series() -> Spec:
    """Stacked from the largest at the bottom, as the legend lists them."""
    return {"field": "rank", "type": "quantitative"}


def tooltip(chart: Chart) -> list[Spec]:
    x, y = chart.x or Axis("", Scale.CATEGORY), chart.y or Axis("", Scale.NUMBER)
    place: Spec = {"field": "x", "title": harmless(x.title) or "Time", "type": "nominal"}
    if x.scale is Scale.TIME:
        times = sorted({str(point.x) for point in chart.points})
        form = {"format": time_format(times)}
        place = {**place, "type": "temporal", "timeUnit": "utcyearmonthdatehoursminutes", **form}
    told = {"field": "y", "type": "quantitative", "format": number_format(chart)}
    found = [place, {**told, "title": harmless(y.title) or "Value"}]
    if chart.series:
        title = harmless(chart.series_title) or "Series"
        found.insert(1, {"field": "series", "title": title, "type": "nominal"})
    return found


def numbers_of(chart: Chart) -> list[float]:
    return [point.y for point in chart.points if point.y is not None]


def harmless(title: str) -> str:
    """Vega-Lite writes titles of tooltips into an expression, and escapes no backslash there."""
    return " ".join(title.replace("\\", "/").replace('"', "'").split())


def number_format(chart: Chart) -> str:
    return ".1~%" if chart.y and chart.y.percent else format_of(numbers_of(chart))


def is_flat(chart: Chart) -> bool:
    values = numbers_of(chart)
    return bool(values) and min(values) > FLAT * max(values) > 0


def lines_of(chart: Chart) -> list[list[float]]:
    found: dict[str, list[float]] = {}
    for point in chart.points:
        found.setdefault(point.series, []).append(point.y or 0)
    return list(found.values())
