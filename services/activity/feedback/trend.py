"""How scores went by day or week, and whether their level shifted. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from services.activity.feedback.domain import SCORES, average

NEUTRAL = 3.0  # the middle of the scale: what is thought of an organization without votes
# With so many votes of its own a period counts half: fewer would let a few votes look like news,
# more would hide a bad day of a small organization.
PRIOR_WEIGHT = 10.0
# The greatest distance of a Brownian bridge from 0 is above this once in a hundred times
# (Kolmogorov, 1933: the 99 % point of sup |B|).
THRESHOLD = 1.63
# Below this the distribution of the statistic is not yet that of its limit.
LEAST_PERIODS = 8
LEAST_VOTES = 30

Counts = Sequence[int]
"""Votes from score 1 to 5."""


@dataclass(frozen=True)
class Period:
    """A day or week with votes."""

    start: date
    counts: Counts

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Shift:
    """Where the level of the scores changed, if it did; None where there is too little to say."""

    statistic: float | None
    start: date | None = None
    avg_before: float | None = None
    avg_after: float | None = None

    @property
    def detected(self) -> bool:
        return self.statistic is not None and self.statistic > THRESHOLD


def periods_of(days: Mapping[date, Counts], week_start: int | None) -> list[Period]:
    """The days, or the weeks that begin on this day (1 is Monday), in order."""
    found: dict[date, list[int]] = {}
    for day, counts in sorted(days.items()):
        start = day if week_start is None else week_of(day, week_start)
        sums = found.setdefault(start, [0] * len(SCORES))
        for place, count in enumerate(counts):
            sums[place] += count
    return [Period(start, counts) for start, counts in found.items()]


def week_of(day: date, week_start: int) -> date:
    """The first day of the day's week."""
    return day - timedelta(days=(day.isoweekday() - week_start) % 7)


def prior_mean(periods: Sequence[Period]) -> float:
    return average(totals(periods)) or NEUTRAL


def bayesian_average(counts: Counts, mean: float) -> float:
    """The average as if PRIOR_WEIGHT votes of the score `mean` had been given as well."""
    votes = sum(counts)
    return (PRIOR_WEIGHT * mean + (average(counts) or 0.0) * votes) / (PRIOR_WEIGHT + votes)


def shift_of(periods: Sequence[Period]) -> Shift:
    """One shift of the level, by the cumulated sum of what votes differ from the average.

    S_t = sum of (score - mean) over the votes of the periods up to t, divided by s * sqrt(N). Where
    nothing shifts it goes like a Brownian bridge, whatever the votes of a period are (CUSUM of
    Page, 1954, with the known limit of its range for a mean that is estimated: Ploberger and
    Kraemer, 1992). Where it is farthest from 0 the new level began after that period.
    """
    counts = totals(periods)
    votes, mean = sum(counts), average(counts)
    if mean is None or votes < LEAST_VOTES or len(periods) < LEAST_PERIODS:
        return Shift(None)
    spread = sqrt(sum(n * (s - mean) ** 2 for s, n in zip(SCORES, counts, strict=True)) / votes)
    if spread == 0:
        return Shift(None)
    farthest, place, cumulated = 0.0, 0, 0.0
    for index, period in enumerate(periods[:-1], start=1):
        cumulated += sum(n * (s - mean) for s, n in zip(SCORES, period.counts, strict=True))
        if abs(cumulated) > farthest:
            farthest, place = abs(cumulated), index
    statistic = farthest / (spread * sqrt(votes))
    if statistic <= THRESHOLD:
        return Shift(statistic)
    before, after = average(totals(periods[:place])), average(totals(periods[place:]))
    return Shift(statistic, periods[place].start, before, after)


def totals(periods: Sequence[Period]) -> Counts:
    return [sum(period.counts[place] for period in periods) for place in range(len(SCORES))]
