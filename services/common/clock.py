"""Time as a dependency: code that needs "now" takes a Clock, and tests drive it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
