"""Buckets of time, as SQL: of a row, all of a period, and of the period before, moved."""

from datetime import date, datetime, time, timedelta

from services.analytics.semantics.compiler.errors import NotCompilable
from services.analytics.semantics.compiler.fields import Kind, Typed
from services.analytics.semantics.compiler.periods import (
    FISCAL,
    MONTHS,
    Calendar,
    Period,
    Shift,
    buckets,
    floor_hour,
)
from services.analytics.semantics.compiler.quoting import day, instant, text, utc_timestamp
from services.analytics.semantics.domain import Grain

MOST_BUCKETS = 10_000
TRUNCATED = {Grain.FISCAL_QUARTER: "quarter", Grain.FISCAL_YEAR: "year"}
SHORTEST_DAYS = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 28, Grain.QUARTER: 90}


def within(value: Typed, period: Period, calendar: Calendar) -> str:
    """The rows of a period: on the bare column, so that an index serves it."""
    if value.kind is Kind.DATE:
        start, end = first_day(period.start, calendar), first_day(period.end, calendar)
        return f"{value.sql} >= {day(start)} AND {value.sql} < {day(end)}"
    literal = instant if value.kind is Kind.INSTANT else utc_timestamp
    return f"{value.sql} >= {literal(period.start)} AND {value.sql} < {literal(period.end)}"


def first_day(when: datetime, calendar: Calendar) -> date:
    """The first day that starts then or later, for columns that know days alone."""
    local = calendar.local(when)
    return local.date() + timedelta(days=local.time() != time())


def bucket(value: Typed, grain: Grain, calendar: Calendar) -> str:
    """The bucket that a row is in: a time for hours, the organization's date for all others."""
    if grain is Grain.HOUR:
        if value.kind is Kind.DATE:
            raise NotCompilable("grain", f"{value.sql} is a date, which has no hours")
        return f"date_trunc('hour', {as_instant(value)}, {text(calendar.zone)})"
    local = value.sql
    if value.kind is not Kind.DATE:
        local = f"({as_instant(value)} AT TIME ZONE {text(calendar.zone)})"
    elif grain is Grain.DAY:
        return local
    if grain is Grain.DAY:
        return f"{local}::date"
    offset = offset_of(grain, calendar)
    unit = text(TRUNCATED.get(grain, grain.value))
    whole = f"{local}::timestamp" if value.kind is Kind.DATE else local
    if offset is None:
        return f"date_trunc({unit}, {whole})::date"
    return f"(date_trunc({unit}, {whole} - {offset}) + {offset})::date"


def as_instant(value: Typed) -> str:
    """A column without a zone holds UTC."""
    return value.sql if value.kind is Kind.INSTANT else f"({value.sql} AT TIME ZONE 'UTC')"


def offset_of(grain: Grain, calendar: Calendar) -> str | None:
    """How far after PostgreSQL's own weeks and years those of the organization start."""
    if grain is Grain.WEEK and calendar.week_start > 1:
        return f"INTERVAL '{calendar.week_start - 1} days'"
    if grain in FISCAL and calendar.fiscal_year_start > 1:
        return f"INTERVAL '{calendar.fiscal_year_start - 1} months'"
    return None


def series(grain: Grain, period: Period, calendar: Calendar) -> str:
    """A FROM item with every bucket of a period, in column `bucket`."""
    check_size(grain, period)
    if grain is Grain.HOUR:
        start, end = instant(floor_hour(period.start, calendar)), instant(period.end)
        # Quarters of an hour, as clocks of some zones are set by half an hour.
        steps = f"generate_series({start}, {end} - INTERVAL '1 microsecond', INTERVAL '15 minutes')"
        whole = f"date_trunc('hour', step, {text(calendar.zone)})"
        return f"(SELECT DISTINCT {whole} AS bucket FROM {steps} AS steps (step)) AS buckets"
    first, last = (day(when.date()) for when in buckets(grain, period, calendar))
    step = f"{MONTHS[grain]} months" if grain in MONTHS else length(grain)
    steps = f"generate_series({first}::timestamp, {last}::timestamp, INTERVAL '{step}')"
    return f"(SELECT step::date AS bucket FROM {steps} AS steps (step)) AS buckets"


def length(grain: Grain) -> str:
    return "7 days" if grain is Grain.WEEK else "1 day"


def check_size(grain: Grain, period: Period) -> None:
    shortest = timedelta(days=SHORTEST_DAYS.get(grain, 90))
    if grain is Grain.HOUR:
        shortest = timedelta(hours=1)
    if (period.end - period.start) / shortest > MOST_BUCKETS:
        problem = f"has more than {MOST_BUCKETS} buckets: take a longer grain or a shorter period"
        raise NotCompilable("time_range", problem)


def moved(bucket_sql: str, shift: Shift) -> str:
    """A bucket of the period before, where it lies beside one of this."""
    if shift.seconds:
        return f"({bucket_sql} + INTERVAL '{shift.seconds} seconds')"
    if shift.months:
        return f"({bucket_sql} + INTERVAL '{shift.months} months')::date"
    return f"({bucket_sql} + {shift.days})"
