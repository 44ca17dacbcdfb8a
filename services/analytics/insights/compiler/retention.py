"""How many people come back: who is in which cohort first, as most that happens is others'."""

from services.analytics.insights.compiler.events import AT, PERSON, Around, Events
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
    there = f"(sizes.cohort + periods.period * INTERVAL '{length(plan.grain)}')::date"
    present = day(floor(calendar.local(around.now), plan.grain, calendar).date())
    sql = (
        f"WITH firsts AS ({firsts(plan, period, around)}),"
        f" cohorts AS (SELECT person, since, {bucketed('since', plan, around)} AS cohort"
        " FROM firsts),"
        " sizes AS (SELECT cohort, count(*) AS size FROM cohorts GROUP BY cohort),"
        f" returns AS ({returns(plan, period, around)})"
        " SELECT sizes.cohort, periods.period, sizes.size,"
        " coalesce(returns.people, 0) AS people,"
        " coalesce(returns.people, 0)::double precision / sizes.size AS share"
        f" FROM sizes CROSS JOIN generate_series(0, {plan.periods}) AS periods (period)"
        f" LEFT JOIN returns ON returns.cohort = sizes.cohort AND returns.bucket = {there}"
        f" WHERE {there} <= {present} ORDER BY 1, 2"
    )
    return Compiled(sql, COLUMNS, calendar, period)


def firsts(plan: Retention, period: Period, around: Around) -> str:
    """Who did it for the first time ever in the period: all times before are looked at."""
    events = Events(around)
    first = events.step(plan.first, "first")
    columns = [f"{PERSON} AS person", f"min({AT}) AS since"]
    before = events.select(columns, [first], f"{AT} < {instant(period.end)}")
    return f"{before} GROUP BY 1 HAVING min({AT}) >= {instant(period.start)}"


def returns(plan: Retention, period: Period, around: Around) -> str:
    """How many of each cohort did it again in each bucket."""
    events = Events(around)
    again = events.step(plan.again, "again") if plan.again else ()
    _, last = buckets(plan.grain, period, around.calendar)
    over = around.calendar.instant(plus(last, plan.grain, plan.periods + 1))
    columns = [f"{PERSON} AS person", f"{AT} AS at"]
    acts = events.select(columns, [again], events.during(Period(period.start, over)))
    return (
        f"SELECT cohort, {bucketed('at', plan, around)} AS bucket,"
        f" count(DISTINCT acts.person) AS people FROM ({acts}) AS acts"
        " JOIN cohorts ON cohorts.person = acts.person AND acts.at > cohorts.since GROUP BY 1, 2"
    )


def bucketed(column: str, plan: Retention, around: Around) -> str:
    return bucket(Typed(column, Kind.INSTANT), plan.grain, around.calendar)


def length(grain: Grain) -> str:
    if grain in MONTHS:
        return f"{MONTHS[grain]} months"
    return "7 days" if grain is Grain.WEEK else "1 day"
