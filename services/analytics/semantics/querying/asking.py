"""Metric queries as callers write them, as the compiler takes them."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attune.analytics.v1 import metrics_pb2 as pb

from services.analytics.semantics.compiler import (
    Absolute,
    Anchor,
    Calendar,
    MetricQuery,
    Order,
    Relative,
    TimeRange,
    Top,
)
from services.analytics.semantics.domain import Grain
from services.analytics.semantics.wire import filters_of
from services.common.errors import InvalidFields, Violation

ROWS = 1000
DAYS = {"today": Anchor.THIS, "yesterday": Anchor.PREVIOUS}
PERIOD = re.compile(
    r"(this|last|previous)(?: (\d{1,5}))? (hour|day|week|month|(?:fiscal )?(?:quarter|year))s?"
)


Asked = pb.QueryMetricsRequest | pb.CompileMetricsRequest


def query_of(request: Asked) -> MetricQuery:
    """Raises InvalidFields."""
    return MetricQuery(
        metrics=tuple(request.metrics),
        dimensions=tuple(request.dimensions),
        filters=filters_of(request.filters),
        time_range=range_of(request.time_range) if request.HasField("time_range") else None,
        grain=Grain(request.grain) if request.grain else None,
        order=tuple(Order(one.by, one.descending) for one in request.order),
        limit=rows_of(request) + 1,
        fill=request.fill,
        compare=request.compare,
        top=top_of(request.top) if request.HasField("top") else None,
    )


def rows_of(request: Asked) -> int:
    """How many rows are shown; the statement gives one more, which tells that there are more."""
    return request.limit if request.HasField("limit") else ROWS


def top_of(told: pb.MetricTop) -> Top:
    return Top(told.dimension, told.count, not told.drop_other)


def range_of(told: pb.TimeRange) -> TimeRange:
    if told.period:
        if told.start or told.end:
            raise InvalidFields(Violation("time_range", "has a period, or start and end; not both"))
        return period_of(told.period)
    if not told.start or not told.end:
        raise InvalidFields(Violation("time_range", "needs a period, or start and end"))
    return Absolute(moment_of(told.start, "start"), moment_of(told.end, "end"))


def period_of(text: str) -> Relative:
    """ "last 7 days" and the like; one unit where no number is given.

    "last month" is the one before this one, as people say it, and "last 1 month" this one.
    """
    words = " ".join(text.lower().split())
    if words in DAYS:
        return Relative(DAYS[words], Grain.DAY)
    match = PERIOD.fullmatch(words)
    if match is None or (match[1] == "this" and match[2]):
        problem = 'is no period such as "this month", "last 7 days" or "previous fiscal quarter"'
        raise InvalidFields(Violation("time_range.period", problem))
    unit = Grain(match[3].replace(" ", "_"))
    whole = match[1] == Anchor.LAST and not match[2]
    anchor = Anchor.PREVIOUS if whole else Anchor(match[1])
    return Relative(anchor, unit, int(match[2] or 1))


def moment_of(text: str, field: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError:
        problem = 'must be a date such as "2026-01-31", or a time such as "2026-01-31T12:00:00Z"'
        raise InvalidFields(Violation(f"time_range.{field}", problem)) from None


def in_zone(calendar: Calendar, zone: str) -> Calendar:
    """The calendar in another zone, where one is named. Raises InvalidFields."""
    if not zone:
        return calendar
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = "must be an IANA zone such as Europe/Berlin"
        raise InvalidFields(Violation("time_zone", problem)) from None
    return Calendar(zone, calendar.week_start, calendar.fiscal_year_start)
