"""Plans of insights in, SQL out. Pure: no I/O, the time is passed in."""

from services.analytics.insights.compiler.plans import compile_plan

__all__ = ["compile_plan"]
