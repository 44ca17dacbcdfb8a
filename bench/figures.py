"""What a measurement says: percentiles, ratios and whether they are good enough. No I/O."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal

RATIO = "ratio"
Verdict = Literal["aim", "ok", "miss"]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed (nearest rank); 0.0 of none.

    `values` need not be sorted; `share` is in (0, 1].
    """
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass(frozen=True)
class Goal:
    """What a figure must reach and should reach; `rising` where more is better."""

    at_least: float
    aim: float
    rising: bool = True

    def verdict(self, value: float) -> Verdict:
        if self._reaches(value, self.aim):
            return "aim"
        return "ok" if self._reaches(value, self.at_least) else "miss"

    def _reaches(self, value: float, bound: float) -> bool:
        return value >= bound if self.rising else value <= bound


@dataclass(frozen=True)
class Result:
    """One row: its figure in `unit` (RATIO for a ratio), how it was come by, and its goal.

    `holds` is false where something else that the row promises was not kept.
    """

    name: str
    title: str
    value: float
    unit: str
    goal: Goal
    measured: str
    baseline: str = "-"
    notes: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    holds: bool = True

    @property
    def verdict(self) -> Verdict:
        return self.goal.verdict(self.value) if self.holds else "miss"


@dataclass(frozen=True)
class Rounds:
    """Interleaved measurements of a baseline and a candidate, in the order taken."""

    baseline: tuple[float, ...]
    candidate: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Candidate to baseline: the median over the pairs, since what disturbs one round of a pair

        mostly disturbs the other too.
        """
        pairs = zip(self.candidate, self.baseline, strict=True)
        return median(candidate / baseline for candidate, baseline in pairs)


def spread(values: Sequence[float]) -> str:
    """The median with the extremes, such as "2,310 (2,100-2,400)"."""
    low, middle, high = min(values), median(values), max(values)
    form = "{:,.0f}" if middle >= 100 else "{:,.2f}"
    text = form.format(middle)
    return f"{text} ({form.format(low)}-{form.format(high)})" if len(values) > 1 else text
