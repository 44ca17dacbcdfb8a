"""How far people get: one pass over their events in order.

A row knows the latest try before it that got as far as each step: the time of the try's first
event. For the next step the latest is the best, as it leaves the most time. So each step but the
last is a window over rows that are sorted once.
"""

from datetime import timedelta

from services.analytics.insights.compiler.events import (
    AT,
    ORDER,
    PERSON,
    Around,
    Events,
    all_of,
    name_of,
)
from services.analytics.insights.domain import Breakdown, Funnel
from services.analytics.semantics.compiler import Compiled, NotCompilable, OutputColumn, Period
from services.analytics.semantics.compiler.periods import resolved
from services.analytics.semantics.compiler.quoting import identifier, instant, text

FEWEST_STEPS, MOST_STEPS = 2, 10
LONGEST = timedelta(days=3660)
COLUMNS: tuple[OutputColumn, ...] = (
    OutputColumn("step", "dimension"),
    OutputColumn("event", "dimension"),
    OutputColumn("people", "metric"),
    OutputColumn("of_first", "metric"),
    OutputColumn("of_previous", "metric"),
)
SHARES = (
    "people::double precision / nullif(first, 0) AS of_first,"
    " people::double precision / nullif(previous, 0) AS of_previous"
)
BEFORE = "(PARTITION BY person ORDER BY at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"


def funnel(plan: Funnel, around: Around) -> Compiled:
    check(plan)
    period = resolved(plan.time_range, around.calendar, around.now)
    told, columns = "", COLUMNS
    if plan.breakdown:
        name = name_of(plan.breakdown, {column.name for column in COLUMNS})
        told, columns = f"part AS {identifier(name)}, ", (OutputColumn(name, "dimension"), *COLUMNS)
    queries = [f"acts AS ({acts(plan, period, around)})", *tries(plan), people(plan), totals(plan)]
    order = "max(people) OVER (PARTITION BY part) DESC, part, step" if told else "step"
    sql = (
        f"WITH {', '.join(queries)} SELECT {told}step, event, people, {SHARES} FROM totals"
        f" CROSS JOIN LATERAL (VALUES {rows(plan)}) AS steps (step, event, people, first, previous)"
        f" ORDER BY {order}"
    )
    return Compiled(sql, columns, around.calendar, period, dimensions=used(plan.breakdown, around))


def check(plan: Funnel) -> None:
    if not FEWEST_STEPS <= len(plan.steps) <= MOST_STEPS:
        raise NotCompilable("steps", f"must be from {FEWEST_STEPS} to {MOST_STEPS}")
    if not timedelta() < plan.within <= LONGEST:
        raise NotCompilable("within", f"must be more than nothing and up to {LONGEST.days} days")


def acts(plan: Funnel, period: Period, around: Around) -> str:
    """Events that may be steps: the first in the period, the others until the last try is over."""
    events = Events(around)
    steps = [events.step(step, f"steps[{n}]") for n, step in enumerate(plan.steps)]
    begun = (*steps[0], f"{AT} < {instant(period.end)}")
    flags = enumerate([begun, *steps[1:]], start=1)
    columns = [f"{PERSON} AS person", f"{AT} AS at", f"{ORDER} AS id"]
    columns += [f"{all_of(conditions)} AS s{n}" for n, conditions in flags]
    if plan.breakdown:
        columns.append(f"{events.part(plan.breakdown).sql} AS part")
    over = period.end + plan.within
    return events.select(columns, steps, events.during(Period(period.start, over)))


def tries(plan: Funnel) -> list[str]:
    """A query for each step but the last: b2 is when the latest try began that got to step 2.

    From step 2 on, `s2` becomes: this event takes a try to step 2.
    """
    count, part = len(plan.steps), "part, " if plan.breakdown else ""
    queries = []
    for n in range(1, count):
        begun = "at" if n == 1 else f"b{n - 1}"
        done = "".join(f"s{k}, " for k in range(1, n))
        due = "".join(f", s{k}" for k in range(n + 2, count + 1))
        onward = f"s{n + 1} AND at <= b{n} + INTERVAL '{seconds(plan.within)} seconds' AS s{n + 1}"
        source = "acts" if n == 1 else f"step{n - 1}"
        queries.append(
            f"step{n} AS (SELECT person, at, id, {part}{done}s{n}, {onward}{due}, b{n} FROM"
            f" (SELECT *, max(CASE WHEN s{n} THEN {begun} END) OVER {BEFORE} AS b{n} FROM {source})"
            " AS told)"
        )
    return queries


def seconds(within: timedelta) -> str:
    return f"{within.days * 86_400 + within.seconds}.{within.microseconds:06}"


def people(plan: Funnel) -> str:
    """How far each gets."""
    count = len(plan.steps)
    cases = " ".join(f"WHEN s{n} THEN {n}" for n in range(count, 0, -1))
    part = ""
    if plan.breakdown:
        part = ", (array_agg(part ORDER BY at, id) FILTER (WHERE s1))[1] AS part"
    return (
        f"people AS (SELECT max(CASE {cases} END) AS reached{part} FROM step{count - 1}"
        " GROUP BY person)"
    )


def totals(plan: Funnel) -> str:
    counts = ", ".join(
        f"count(*) FILTER (WHERE reached >= {n}) AS p{n}" for n in range(1, len(plan.steps) + 1)
    )
    if not plan.breakdown:
        return f"totals AS (SELECT {counts} FROM people)"
    return f"totals AS (SELECT part, {counts} FROM people WHERE reached >= 1 GROUP BY part)"


def rows(plan: Funnel) -> str:
    first = f"(1, {text(plan.steps[0].event)}, p1, p1, NULL)"
    rest = [
        f"({n}, {text(step.event)}, p{n}, p1, p{n - 1})"
        for n, step in enumerate(plan.steps[1:], start=2)
    ]
    return ", ".join([first, *rest])


def used(breakdown: Breakdown | None, around: Around) -> dict[str, int]:
    """The definition that groups rest on, with its version."""
    if breakdown is None or not breakdown.dimension:
        return {}
    return {breakdown.dimension: around.definitions.dimensions[breakdown.dimension].version}
