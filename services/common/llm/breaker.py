"""A circuit breaker: what keeps failing is left alone, and then tried with one call."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from services.common.clock import Clock
from services.common.llm.failures import (
    OF_THE_QUESTION,
    OF_THE_SERVER,
    DegradedReason,
    ModelFailure,
)


class Breaker:
    """Opens after `failures` in a row, for `rest`; then one call may try again.

    Failures are for the reasons of `failing`; a failure for one of `answering` is an answer too.
    """

    def __init__(
        self,
        failures: int,
        rest: timedelta,
        now: Clock,
        *,
        failing: frozenset[DegradedReason] = OF_THE_SERVER,
        answering: frozenset[DegradedReason] = OF_THE_QUESTION,
    ) -> None:
        self._allowed = failures
        self._rest = rest
        self._now = now
        self._failing = failing
        self._answering = answering
        self._failures = 0
        self._opened: tuple[datetime, DegradedReason] | None = None
        self._probing = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Around a call. Raises ModelFailure where none may be made, with the reason before."""
        probe = self._admit()
        try:
            yield
        except ModelFailure as failure:
            if failure.reason in self._failing:
                self._fail(failure.reason)
            elif probe and failure.reason in self._answering:
                self._close()  # it is no good answer, and it is one
            raise
        else:
            self._close()
        finally:
            if probe:
                self._probing = False

    @property
    def refusal(self) -> DegradedReason | None:
        """What opened it, as long as no call may be made."""
        if self._opened is None:
            return None
        since, reason = self._opened
        return reason if self._probing or self._now() < since + self._rest else None

    def _admit(self) -> bool:
        """Whether the call is the one that tries again."""
        if reason := self.refusal:
            raise ModelFailure(reason, "left alone", left_alone=True)
        self._probing = self._opened is not None
        return self._probing

    def _fail(self, reason: DegradedReason) -> None:
        self._failures += 1
        if self._failures >= self._allowed:
            self._opened = self._now(), reason

    def _close(self) -> None:
        self._failures = 0
        self._opened = None
