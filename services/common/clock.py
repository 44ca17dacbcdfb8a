"""Time as a dependency: code that needs "now" takes a Clock, and tests drive it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def rfc3339(when: datetime) -> str:
    """A time as REST writes it: in UTC, without zeros at the end."""
    text = when.astimezone(UTC).isoformat().removesuffix("+00:00")
    return f"{text.rstrip('0') if when.microsecond else text}Z"
