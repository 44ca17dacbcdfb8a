"""Periods of a time zone, and how many people a sample of hashes stands for. No I/O."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

BUCKET = timedelta(minutes=15)
# With so many the standard error is 1 / sqrt(1024 - 2) = 3.1 % (Beyer et al., 2007).
LEAST_KEPT = 1024
MOST_POINTS = 2_000
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
HOUR, DAY, WEEK, MONTH = "hour", "day", "week", "month"
HASHES = 2**64


def people_of(least: Sequence[int]) -> tuple[int, bool]:
    """How many people there are by their least hashes (64 bits, signed), and if that is exact.

    The k-th least of n evenly spread values lies at about k / n of the range: the unbiased
    estimate is (k - 1) / its place (Bar-Yossef et al., 2002; Beyer et al., 2007).
    """
    if len(least) < LEAST_KEPT:
        return len(least), True
    place = (least[LEAST_KEPT - 1] + HASHES // 2 + 1) / HASHES
    return round((LEAST_KEPT - 1) / place), False


def period_of(moment: datetime, granularity: str, zone: ZoneInfo) -> datetime:
    """When the period that holds a moment begins, in UTC."""
    if granularity == HOUR:
        local = moment.astimezone(zone)
        past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return moment.astimezone(UTC) - past
    day = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if granularity == WEEK:
        day -= timedelta(days=day.weekday())
    if granularity == MONTH:
        day = day.replace(day=1)
    return day.astimezone(UTC)


def next_period(start: datetime, granularity: str, zone: ZoneInfo) -> datetime:
    """When the period after the one that begins at `start` begins, in UTC."""
    if granularity == HOUR:
        return start + timedelta(hours=1)
    # Into the middle of the next one, whatever clocks do at its beginning.
    beyond = {DAY: timedelta(hours=36), WEEK: timedelta(days=7, hours=12)}
    return period_of(start + beyond.get(granularity, timedelta(days=35)), granularity, zone)


def periods(start: datetime, end: datetime, granularity: str, zone: ZoneInfo) -> Iterator[datetime]:
    """The beginnings of the periods from the one that holds `start` up to `end`."""
    period = period_of(start, granularity, zone)
    while period < end:
        yield period
        period = next_period(period, granularity, zone)
