"""Who did the one and not the other."""

from services.analytics.insights.compiler.events import AT, PERSON, Around, Events, all_of
from services.analytics.insights.domain import DidNotDo
from services.analytics.semantics.compiler import Compiled, NotCompilable, OutputColumn
from services.analytics.semantics.compiler.periods import resolved
from services.analytics.semantics.compiler.query import MOST_ROWS
from services.analytics.semantics.compiler.quoting import text

COLUMNS = (
    OutputColumn("people", "metric"),
    OutputColumn("person", "dimension"),
    OutputColumn("times", "metric"),
    OutputColumn("last_at", "time"),
)

PAGE = " SELECT total.people, page.person, page.times, page.last_at"


def did_not_do(plan: DidNotDo, around: Around) -> Compiled:
    """How many there are stands in each row, also in the one row where there is no person."""
    if not 1 <= plan.limit <= MOST_ROWS + 1:  # one more tells that there are more
        raise NotCompilable("limit", f"must be from 1 to {MOST_ROWS}")
    period = resolved(plan.time_range, around.calendar, around.now)
    events = Events(around)
    did, did_not = events.step(plan.did, "did"), events.step(plan.did_not, "did_not")
    during = events.during(period)
    flags = [f"{all_of(did)} AS did", f"{all_of(did_not)} AS did_not"]
    acts = events.select([f"{PERSON} AS person", f"{AT} AS at", *flags], [did, did_not], during)
    after = f" WHERE person > {text(plan.after)}" if plan.after else ""
    sql = (
        f"WITH acts AS ({acts}), found AS ("
        "SELECT person, count(*) FILTER (WHERE did) AS times,"
        " max(at) FILTER (WHERE did) AS last_at FROM acts GROUP BY person"
        " HAVING count(*) FILTER (WHERE did) > 0 AND count(*) FILTER (WHERE did_not) = 0)"
        f"{PAGE} FROM (SELECT count(*) AS people FROM found) AS total LEFT JOIN"
        f" (SELECT person, times, last_at FROM found{after} ORDER BY person LIMIT {plan.limit})"
        " AS page ON true ORDER BY page.person"
    )
    return Compiled(sql, COLUMNS, around.calendar, period)


def everybody_of(sql: str) -> str:
    """The statement of all those people, of one that shows a page of them; "" of any other."""
    found, page, _ = sql.partition(PAGE)
    return f"{found} SELECT person FROM found" if page and found.startswith("WITH acts") else ""
