"""A circuit breaker: a server that keeps failing is left alone, and then tried with one call."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from services.common.clock import Clock
from services.common.llm.failures import OF_THE_SERVER, DegradedReason, ModelFailure


class Breaker:
    """Opens after `failures` of the server in a row, for `rest`; then one call may try again."""

    def __init__(self, failures: int, rest: timedelta, now: Clock) -> None:
        self._allowed = failures
        self._rest = rest
        self._now = now
        self._failures = 0
        self._opened: datetime | None = None
        self._probing = False

    @property
    def is_open(self) -> bool:
        return self._opened is not None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Around a call. Raises ModelFailure where the server is left alone."""
        probe = self._admit()
        try:
            yield
        except ModelFailure as failure:
            if failure.reason in OF_THE_SERVER:
                self._fail()
            elif probe and failure.reason in (DegradedReason.REFUSED, DegradedReason.NONSENSE):
                self._close()  # it is no good answer, and it is one
            raise
        else:
            self._close()
        finally:
            if probe:
                self._probing = False

    def _admit(self) -> bool:
        """Whether the call is the one that tries again."""
        if self._opened is None:
            return False
        if self._probing or self._now() < self._opened + self._rest:
            raise ModelFailure(DegradedReason.CIRCUIT_OPEN)
        self._probing = True
        return True

    def _fail(self) -> None:
        self._failures += 1
        if self._failures >= self._allowed:
            self._opened = self._now()

    def _close(self) -> None:
        self._failures = 0
        self._opened = None
