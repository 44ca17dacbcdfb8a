"""Questions in plain English to typed plans, by a grammar: no model, no I/O, the time passed in."""

from services.analytics.understanding.domain import (
    Knowledge,
    KnownDimension,
    KnownEvent,
    KnownMetric,
    KnownProperty,
    Reading,
    Understood,
    Words,
)
from services.analytics.understanding.understand import understand

__all__ = [
    "Knowledge",
    "KnownDimension",
    "KnownEvent",
    "KnownMetric",
    "KnownProperty",
    "Reading",
    "Understood",
    "Words",
    "understand",
]
