"""A measure of a step over time."""

from dataclasses import replace

from services.analytics.insights.compiler.counts import Counts, counts_for
from services.analytics.insights.compiler.events import (
    PERSON,
    Around,
    Events,
    name_of,
)
from services.analytics.insights.compiler.funnel import used
from services.analytics.insights.domain import Measure, Quantity, Trend
from services.analytics.semantics.compiler import Compiled, NotCompilable, OutputColumn, Period
from services.analytics.semantics.compiler.buckets import bucket, series
from services.analytics.semantics.compiler.fields import Kind, Typed
from services.analytics.semantics.compiler.leaves import aggregated
from services.analytics.semantics.compiler.periods import resolved
from services.analytics.semantics.compiler.query import MOST_ROWS, OTHER, TIME
from services.analytics.semantics.compiler.quoting import identifier, text
from services.analytics.semantics.domain import EVENTS, Aggregate, Cast, Simple

ADDITIVE = {Quantity.EVENTS, Quantity.SUM}
ZERO = {*ADDITIVE, Quantity.PEOPLE}


def trend(plan: Trend, around: Around) -> Compiled:
    check(plan)
    period = resolved(plan.time_range, around.calendar, around.now)
    counts = counts_for(plan, period, around)
    return _Trend(plan, around, period, counts).compiled()


def check(plan: Trend) -> None:
    if plan.top is not None and plan.breakdown is None:
        raise NotCompilable("top", "needs a breakdown, of which it keeps values")
    if plan.top is not None and not 1 <= plan.top <= MOST_ROWS:
        raise NotCompilable("top", f"must be from 1 to {MOST_ROWS}")


class _Trend:
    """Its query has columns part, bucket and value, of which there are those that it goes by."""

    def __init__(
        self, plan: Trend, around: Around, period: Period, counts: Counts | None = None
    ) -> None:
        self._plan = plan
        self._around = around
        self._period = period
        self._counts = counts
        self._events = Events(around, people=plan.measure.quantity is Quantity.PEOPLE)
        self._part = self._events.part(plan.breakdown) if plan.breakdown else None
        self._value = measured(plan.measure, self._events)
        self._keys = [*(["part"] if self._part else []), *(["bucket"] if plan.grain else [])]
        self._step = self._events.step(plan.step, "step")
        self._during = self._events.during(period)

    def compiled(self) -> Compiled:
        plan, columns = self._plan, list(self._columns())
        parts = {"part": columns[0], "bucket": OutputColumn(TIME, "time")}
        told = [f"{key} AS {identifier(parts[key].name)}" for key in self._keys]
        value = f"value AS {identifier(columns[-1].name)}"
        sql = f"{self._with()} SELECT {', '.join([*told, value])} FROM found{self._ordered()}"
        definitions = used(plan.breakdown, self._around)
        return Compiled(
            sql, tuple(columns), self._around.calendar, self._period, dimensions=definitions
        )

    def _columns(self) -> list[OutputColumn]:
        plan = self._plan
        name, additive = plan.measure.quantity.value, plan.measure.quantity in ADDITIVE
        columns = [OutputColumn(TIME, "time")] if plan.grain else []
        if plan.breakdown:
            group = name_of(plan.breakdown, {TIME, name})
            columns = [OutputColumn(group, "dimension"), *columns]
        return [*columns, OutputColumn(name, "metric", "", additive, additive)]

    def _with(self) -> str:
        plan = self._plan
        queries = [f"top_values AS ({self._top(plan.top)})"] if plan.top else []
        if plan.grain is None:
            return f"WITH {', '.join([*queries, f'found AS ({self._found()})'])}"
        queries += [f"counted AS ({self._found()})", f"found AS ({self._filled()})"]
        return f"WITH {', '.join(queries)}"

    def _top(self, count: int) -> str:
        """The values with most of the measure in the whole period."""
        assert self._part
        columns = [f"{self._part.sql} AS part", f"{self._value} AS value"]
        known = (*self._step, f"{self._part.sql} IS NOT NULL")
        ranked = f"{self._events.select(columns, [known], self._during)} GROUP BY 1"
        return (
            f"SELECT part FROM ({ranked}) AS ranked"
            f" ORDER BY value DESC NULLS LAST, part LIMIT {count}"
        )

    def _found(self) -> str:
        if self._counts:
            return self._counted(self._counts)
        plan, columns, join = self._plan, [], ""
        if self._part:
            columns.append(f"{self._grouped(self._part)} AS part")
            if plan.top:
                join = f"LEFT JOIN top_values AS top ON top.part = {self._part.sql}"
        if plan.grain:
            columns.append(self._bucket(self._events.time))
        by = ", ".join(str(n + 1) for n in range(len(columns)))
        told = [*columns, f"{self._value} AS value"]
        selected = self._events.select(told, [self._step], self._during, join=join)
        return f"{selected} GROUP BY {by}" if columns else selected

    def _counted(self, counts: Counts) -> str:
        """Counts as far as they go, and one for each event after that."""
        times = [counts.time, self._events.time] if self._plan.grain else []
        buckets = [[self._bucket(time)] for time in times] or [[], []]
        event, after = self._plan.step.event, replace(self._period, start=counts.until)
        rows = [counts.select([*buckets[0], f"{counts.EVENTS} AS value"], event, self._period)]
        if after.start < after.end:
            told = [*buckets[1], "1 AS value"]
            rows.append(self._events.select(told, [self._step], self._events.during(after)))
        found = f"FROM ({' UNION ALL '.join(rows)}) AS rows"
        total = "coalesce(sum(value), 0)::bigint AS value"
        grouped = f"SELECT bucket, {total} {found} GROUP BY 1"
        return grouped if times else f"SELECT {total} {found}"

    def _bucket(self, time: Typed) -> str:
        assert self._plan.grain
        return f"{bucket(time, self._plan.grain, self._around.calendar)} AS bucket"

    def _grouped(self, part: Typed) -> str:
        """Rows without a value stay by themselves."""
        if not self._plan.top:
            return part.sql
        other = f"WHEN top.part IS NULL THEN {text(OTHER)}"
        return f"CASE WHEN {part.sql} IS NULL THEN NULL {other} ELSE ({part.sql})::text END"

    def _filled(self) -> str:
        """Every bucket of each group, until the present one."""
        assert self._plan.grain
        zero = self._plan.measure.quantity in ZERO
        value = "coalesce(max(value), 0)" if zero else "max(value)"
        keys = ", ".join(self._keys)
        parts = "(SELECT DISTINCT part FROM counted) AS groups CROSS JOIN " if self._part else ""
        rows = f"SELECT {keys}, value FROM counted"
        until = Period(self._period.start, min(self._period.end, self._around.now))
        if until.start < until.end:
            times = series(self._plan.grain, until, self._around.calendar)
            rows += f" UNION ALL SELECT {keys}, NULL FROM {parts}{times}"
        return f"SELECT {keys}, {value} AS value FROM ({rows}) AS rows GROUP BY {keys}"

    def _ordered(self) -> str:
        if not self._keys:
            return ""
        places = {key: str(n) for n, key in enumerate(self._keys, start=1)}
        value = f"{len(places) + 1} DESC NULLS LAST"
        by = [places.get("bucket"), value, places.get("part")]
        return f" ORDER BY {', '.join(filter(None, by))}"


def measured(measure: Measure, events: Events) -> str:
    """The aggregate; zero where nothing comes to that."""
    quantity, field = measure.quantity, measure.field
    if quantity in (Quantity.EVENTS, Quantity.PEOPLE):
        return "count(*)" if quantity is Quantity.EVENTS else f"count(DISTINCT {PERSON})"
    if field and field.path and field.cast is None:
        field = replace(field, cast=Cast.NUMERIC)
    value = events.field(field, "measure.field")
    if value.kind not in (Kind.INTEGER, Kind.NUMERIC, Kind.DOUBLE):
        raise NotCompilable("measure.field", "is no number: cast it to numeric")
    call, _ = aggregated(Simple(Aggregate(quantity.value), EVENTS, field), value)
    return f"coalesce({call}, 0)" if quantity is Quantity.SUM else call
