"""One deadline over everything that a statement does."""

import asyncio
import time
from collections.abc import Callable

from services.analytics.execution.failures import TookTooLong


class Deadline:
    """Runs from the moment that it is made, whatever is done meanwhile and however often."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Seconds. Raises TookTooLong where there are none."""
        left = self._end - self._monotonic()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> TookTooLong:
        return TookTooLong(f"the query took more than {self._seconds:g} s and was cancelled")

    def timeout(self) -> asyncio.Timeout:
        """What is awaited within it is cancelled at the deadline."""
        return asyncio.timeout(self.left())

    def millis(self) -> int:
        """What PostgreSQL may take for its next step: it ends by itself where we are gone."""
        return max(1, int(self.left() * 1000))
