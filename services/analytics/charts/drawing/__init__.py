"""A chosen chart as a Vega-Lite specification with its data. Pure."""

from services.analytics.charts.drawing.specs import empty_spec, spec_of

__all__ = ["empty_spec", "spec_of"]
