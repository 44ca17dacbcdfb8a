"""Questions of a known shape about what people do, as the compiler takes them.

A person is a user id, or an anonymous id that no user id is known of. Events have an order: by
their time, and at the same time by when they arrived.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.analytics.semantics.compiler import TimeRange
from services.analytics.semantics.domain import Field, Filter, Grain


class Quantity(StrEnum):
    """What of the events is told; all from SUM on need a numeric property."""

    EVENTS = "events"
    PEOPLE = "people"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    MEDIAN = "median"


@dataclass(frozen=True)
class Step:
    """Something that people do: an event by its name, of which all filters hold."""

    event: str
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True)
class Measure:
    """A quantity; with the field it is of, where it is neither of events nor of people."""

    quantity: Quantity = Quantity.EVENTS
    field: Field | None = None


@dataclass(frozen=True)
class Breakdown:
    """By what results are told apart: a dimension by its name, or a field of the events."""

    dimension: str = ""
    field: Field | None = None


@dataclass(frozen=True)
class Trend:
    """A measure of a step over time, as one figure where there is no grain.

    `top` keeps so many values of the breakdown, those with most of the measure; the rest is one
    group, "(other)". Buckets in which nothing happened are there too, up to the present one.
    """

    step: Step
    time_range: TimeRange
    measure: Measure = Measure()
    grain: Grain | None = None
    breakdown: Breakdown | None = None
    top: int | None = None


@dataclass(frozen=True)
class Funnel:
    """How many people get how far: they do the steps in this order, each another event.

    The first is in the time range; the others follow within `within` of it, be it after the range.
    Of several tries the one that gets furthest counts. Who falls into which group of the breakdown
    is told by their first event of the first step.
    """

    steps: tuple[Step, ...]
    within: timedelta
    time_range: TimeRange
    breakdown: Breakdown | None = None


@dataclass(frozen=True)
class Retention:
    """How many people come back: cohorts by when people did `first` for the first time ever, if
    that is in the time range, and how many of each did `again` so many buckets later.

    Bucket 0 is the cohort's own: there, who did `again` later than `first` came back. `periods` is
    how many buckets follow it; those that have not begun are not told. Where `again` is None, who
    did anything came back.
    """

    first: Step
    again: Step | None
    grain: Grain
    periods: int
    time_range: TimeRange


@dataclass(frozen=True)
class DidNotDo:
    """Who did the one and not the other in the time range: how many, and a page of them.

    `after` is the last person of the page before.
    """

    did: Step
    did_not: Step
    time_range: TimeRange
    limit: int = 100
    after: str = ""


Plan = Trend | Funnel | Retention | DidNotDo
