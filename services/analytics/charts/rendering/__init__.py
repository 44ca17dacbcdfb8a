"""Pictures of Vega-Lite specifications, drawn offline by a process of their own."""

from services.analytics.charts.rendering.renderer import Picture, Renderer

__all__ = ["Picture", "Renderer"]
