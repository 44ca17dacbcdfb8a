"""Periods of a calendar: half-open, in an organization's zone, right where clocks change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.analytics.semantics.compiler.errors import NotCompilable
from services.analytics.semantics.domain import Grain

MONTHS = {
    Grain.MONTH: 1,
    Grain.QUARTER: 3,
    Grain.FISCAL_QUARTER: 3,
    Grain.YEAR: 12,
    Grain.FISCAL_YEAR: 12,
}
FISCAL = {Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR}
# Longer relative periods than these are a slip.
MOST_UNITS = 10_000
BEYOND = "must lie within the years 1 to 9999"


@dataclass(frozen=True)
class Calendar:
    """`week_start` is from 1 (Monday) to 7 (Sunday), `fiscal_year_start` a month from 1 to 12."""

    zone: str = "UTC"
    week_start: int = 1
    fiscal_year_start: int = 1

    @property
    def info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def local(self, when: datetime) -> datetime:
        """What clocks of the zone show, without a zone."""
        return when.astimezone(self.info).replace(tzinfo=None)

    def instant(self, local: datetime) -> datetime:
        """When clocks of the zone show it first; one that they skip is when they skip it."""
        return local.replace(tzinfo=self.info).astimezone(UTC)


class Anchor(StrEnum):
    """`last` ends with the unit that is going on, `previous` with the one before it."""

    THIS = "this"
    LAST = "last"
    PREVIOUS = "previous"


@dataclass(frozen=True)
class Relative:
    """Whole units of the calendar: "this month", "last 7 days", "previous quarter"."""

    anchor: Anchor
    unit: Grain
    count: int = 1


@dataclass(frozen=True)
class Absolute:
    """From `start` until before `end`: dates and times without a zone are the organization's."""

    start: date | datetime
    end: date | datetime


TimeRange = Relative | Absolute


@dataclass(frozen=True)
class Period:
    """From `start` until before `end`, both in UTC."""

    start: datetime
    end: datetime


def resolved(asked: TimeRange, calendar: Calendar, now: datetime) -> Period:
    """Raises NotCompilable where it is empty or outside the years that a time can have."""
    try:
        if isinstance(asked, Relative):
            return relative(asked, calendar, now)
        start, end = instant_of(asked.start, calendar), instant_of(asked.end, calendar)
    except (OverflowError, ValueError):
        raise NotCompilable("time_range", BEYOND) from None
    if start >= end:
        raise NotCompilable("time_range", "must end after it starts; the end is not part of it")
    return Period(start, end)


def instant_of(when: date | datetime, calendar: Calendar) -> datetime:
    if not isinstance(when, datetime):
        when = datetime.combine(when, time())
    return calendar.instant(when) if when.tzinfo is None else when.astimezone(UTC)


def relative(asked: Relative, calendar: Calendar, now: datetime) -> Period:
    if not 1 <= asked.count <= MOST_UNITS:
        raise NotCompilable("time_range.count", f"must be from 1 to {MOST_UNITS}")
    if asked.unit is Grain.HOUR:
        return hours(asked, calendar, now)
    unit = floor(calendar.local(now), asked.unit, calendar)
    count = 1 if asked.anchor is Anchor.THIS else asked.count
    end = unit if asked.anchor is Anchor.PREVIOUS else plus(unit, asked.unit, 1)
    start = plus(end, asked.unit, -count)
    return Period(calendar.instant(start), calendar.instant(end))


def hours(asked: Relative, calendar: Calendar, now: datetime) -> Period:
    """Hours pass whatever clocks show, so they are counted in time that went by."""
    hour = floor_hour(now, calendar)
    count = 1 if asked.anchor is Anchor.THIS else asked.count
    end = hour if asked.anchor is Anchor.PREVIOUS else hour + timedelta(hours=1)
    return Period(end - timedelta(hours=count), end)


def floor_hour(when: datetime, calendar: Calendar) -> datetime:
    """The start of the hour that clocks of the zone show, which may be at :30 in UTC."""
    there = when.astimezone(calendar.info)
    into = timedelta(minutes=there.minute, seconds=there.second, microseconds=there.microsecond)
    return when.astimezone(UTC) - into


def floor(local: datetime, grain: Grain, calendar: Calendar) -> datetime:
    """The start of the bucket that a local time lies in; grains of a day and more."""
    midnight = datetime.combine(local.date(), time())
    if grain is Grain.DAY:
        return midnight
    if grain is Grain.WEEK:
        return midnight - timedelta(days=(midnight.isoweekday() - calendar.week_start) % 7)
    first = calendar.fiscal_year_start if grain in FISCAL else 1
    into = (midnight.month - first) % MONTHS[grain]
    return plus_months(midnight.replace(day=1), -into)


def plus(start: datetime, grain: Grain, count: int) -> datetime:
    """The start of the bucket so many further on."""
    if grain in MONTHS:
        return plus_months(start, MONTHS[grain] * count)
    return start + timedelta(days=count * (7 if grain is Grain.WEEK else 1))


def plus_months(first: datetime, months: int) -> datetime:
    """Of a first day of a month. Raises OverflowError."""
    total = first.year * 12 + first.month - 1 + months
    if not MINYEAR <= total // 12 <= MAXYEAR:
        raise OverflowError
    return first.replace(year=total // 12, month=total % 12 + 1)


def before(asked: TimeRange, period: Period, calendar: Calendar) -> Period:
    """The period of the same length that ends where this one starts: as many units of the
    calendar where it is relative, as many months where it is of whole ones, as March and 2025 are,
    and as many days where it starts and ends at midnight.
    """
    start, end = calendar.local(period.start), calendar.local(period.end)
    try:
        if isinstance(asked, Relative) and asked.unit is not Grain.HOUR:
            count = 1 if asked.anchor is Anchor.THIS else asked.count
            earlier = calendar.instant(plus(start, asked.unit, -count))
        elif starts_month(start) and starts_month(end):
            earlier = calendar.instant(plus_months(start, -months_between(start, end)))
        elif start.time() == end.time() == time():
            earlier = calendar.instant(start - (end - start))
        else:
            earlier = period.start - (period.end - period.start)
    except (OverflowError, ValueError):
        raise NotCompilable("compare", "there is no time before this period") from None
    return Period(earlier, period.start)


def starts_month(local: datetime) -> bool:
    return local.day == 1 and local.time() == time()


def months_between(since: datetime, to: datetime) -> int:
    """From the month that the one lies in to the month of the other."""
    return (to.year - since.year) * 12 + to.month - since.month


@dataclass(frozen=True)
class Shift:
    """How far buckets of the period before are moved, to lie on those of this one, and where it
    is cut: what would come after the last of these has none to be compared with.
    """

    months: int = 0
    days: int = 0
    seconds: int = 0
    cut: datetime | None = None


def shift(grain: Grain, period: Period, earlier: Period, calendar: Calendar) -> Shift:
    """Buckets are aligned by their order: the first with the first."""
    if grain is Grain.HOUR:
        moved = floor_hour(period.start, calendar) - floor_hour(earlier.start, calendar)
        last = floor_hour(period.end - timedelta(microseconds=1), calendar) + timedelta(hours=1)
        return Shift(seconds=int(moved.total_seconds()), cut=last - moved)
    to = floor(calendar.local(period.start), grain, calendar)
    since = floor(calendar.local(earlier.start), grain, calendar)
    last_local = calendar.local(period.end - timedelta(microseconds=1))
    after = plus(floor(last_local, grain, calendar), grain, 1)
    if grain in MONTHS:
        months = months_between(since, to)
        return Shift(months=months, cut=calendar.instant(plus_months(after, -months)))
    return Shift(days=(to - since).days, cut=calendar.instant(after - (to - since)))


def begun(period: Period, now: datetime) -> Period:
    """Without what is still to come: zeros there would look like a fall. All of a later period."""
    return Period(period.start, min(period.end, now)) if period.start < now else period


def buckets(grain: Grain, period: Period, calendar: Calendar) -> tuple[datetime, datetime]:
    """The first and the last bucket of a period, as local times; grains of a day and more."""
    last = calendar.local(period.end - timedelta(microseconds=1))
    at: Callable[[datetime], datetime] = lambda local: floor(local, grain, calendar)  # noqa: E731
    return at(calendar.local(period.start)), at(last)
