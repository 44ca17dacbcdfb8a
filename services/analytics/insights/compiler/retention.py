"""How many people come back: each person's buckets first, so that little is sorted and joined."""

from services.analytics.insights.compiler.events import AT, PERSON, Around, Events, all_of
from services.analytics.insights.domain import Retention
from services.analytics.semantics.compiler import Compiled, NotCompilable, OutputColumn, Period
from services.analytics.semantics.compiler.buckets import bucket, check_size
from services.analytics.semantics.compiler.fields import Kind, Typed
from services.analytics.semantics.compiler.periods import MONTHS, buckets, floor, plus, resolved
from services.analytics.semantics.compiler.quoting import day, instant
from services.analytics.semantics.domain import Grain

MOST_PERIODS = 366
COLUMNS = (
    OutputColumn("cohort", "time"),
    OutputColumn("period", "dimension"),
    OutputColumn("size", "metric"),
    OutputColumn("people", "metric"),
    OutputColumn("share", "metric"),
)


def retention(plan: Retention, around: Around) -> Compiled:
    if plan.grain is Grain.HOUR:
        raise NotCompilable("grain", "must be a day or longer")
    if not 1 <= plan.periods <= MOST_PERIODS:
        raise NotCompilable("periods", f"must be from 1 to {MOST_PERIODS}")
    calendar = around.calendar
    period = resolved(plan.time_range, calendar, around.now)
    check_size(plan.grain, period)
    since = bucket(Typed("since", Kind.INSTANT), plan.grain, calendar)
    there = f"(cohorts.cohort + periods.period * INTERVAL '{length(plan.grain)}')::date"
    today = day(floor(calendar.local(around.now), plan.grain, calendar).date())
    sql = (
        f"WITH acts AS ({acts(plan, period, around)}), {people(plan, around)}, counts AS ("
        f"SELECT {since} AS cohort, bucket, count(*) AS size,"
        " count(*) FILTER (WHERE again_at > since) AS people FROM people"
        f" WHERE since >= {instant(period.start)} AND since < {instant(period.end)}"
        " AND bucket IS NOT NULL GROUP BY 1, 2)"
        " SELECT cohorts.cohort, periods.period, cohorts.size,"
        " coalesce(counts.people, 0) AS people,"
        " coalesce(counts.people, 0)::double precision / cohorts.size AS share"
        " FROM (SELECT cohort, size FROM counts WHERE bucket = cohort) AS cohorts"
        f" CROSS JOIN generate_series(0, {plan.periods}) AS periods (period)"
        " LEFT JOIN counts ON counts.cohort = cohorts.cohort"
        f" AND counts.bucket = {there} WHERE {there} <= {today} ORDER BY 1, 2"
    )
    return Compiled(sql, COLUMNS, calendar, period)


def acts(plan: Retention, period: Period, around: Around) -> str:
    """All that ever was the first, as only so it is known which was; and who came back when."""
    events = Events(around)
    first, again = events.step(plan.first, "first"), events.step(plan.again, "again")
    _, last = buckets(plan.grain, period, around.calendar)
    over = around.calendar.instant(plus(last, plan.grain, plan.periods + 1))
    since = f"{AT} >= {instant(period.start)}"
    columns = [
        f"{PERSON} AS person",
        f"{AT} AS at",
        f"{all_of(first)} AS is_first",
        f"{all_of((*again, since))} AS is_again",
    ]
    return events.select(columns, [first, (*again, since)], f"{AT} < {instant(over)}")


def people(plan: Retention, around: Around) -> str:
    """A row for each person and bucket, with when the person did the first for the first time."""
    at = bucket(Typed("at", Kind.INSTANT), plan.grain, around.calendar)
    return (
        f"active AS (SELECT person, {at} AS bucket, min(at) FILTER (WHERE is_first) AS first_at,"
        " max(at) FILTER (WHERE is_again) AS again_at FROM acts GROUP BY 1, 2), people AS ("
        "SELECT bucket, again_at, min(first_at) OVER (PARTITION BY person) AS since FROM active)"
    )


def length(grain: Grain) -> str:
    if grain in MONTHS:
        return f"{MONTHS[grain]} months"
    return "7 days" if grain is Grain.WEEK else "1 day"
