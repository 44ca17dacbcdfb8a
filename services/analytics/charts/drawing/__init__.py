"""A chosen chart as a Vega-Lite specification with its data. Pure."""

from services.analytics.charts.drawing.specs import spec_of

__all__ = ["spec_of"]
