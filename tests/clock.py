"""A present moment that a test moves."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Stands still at the moment it was made until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)
