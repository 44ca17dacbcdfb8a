"""Counts of events that are kept by quarter of an hour, in place of the events themselves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from services.analytics.catalogue.domain import Relation
from services.analytics.insights.compiler.events import NAMED, Around
from services.analytics.insights.domain import Quantity, Trend
from services.analytics.rollups.domain import BUCKET
from services.analytics.semantics.compiler.buckets import within
from services.analytics.semantics.compiler.periods import Period
from services.analytics.semantics.compiler.quoting import text
from services.analytics.semantics.compiler.rows import Rows
from services.analytics.semantics.domain import EVENTS, Field

RELATION = "event_counts"
# Since 1980 clocks everywhere are off UTC by whole quarters of an hour; Kiritimati was the last.
QUARTERS_SINCE = datetime(1980, 1, 1, tzinfo=UTC)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Counts:
    """How many events there were of a name, counted for each quarter of an hour before `until`."""

    EVENTS = 't0."events"'

    def __init__(self, relation: Relation, around: Around, until: datetime) -> None:
        self.until = until
        self._calendar = around.calendar
        self._rows = Rows(relation, around.definitions, around.catalogue, around.calendar)
        self.time = self._rows.field(Field("bucket"), "time")

    def select(self, columns: Sequence[str], event: str, period: Period) -> str:
        """A SELECT of the rows of a period, of which those are told that are counted."""
        counted = replace(period, end=min(period.end, self.until))
        where = f"{NAMED}{text(event)} AND {within(self.time, counted, self._calendar)}"
        return f"SELECT {', '.join(columns)} FROM {self._rows.sql()} WHERE {where}"


def counts_for(plan: Trend, period: Period, around: Around) -> Counts | None:
    """None where counts do not tell it, or nothing of the period is counted."""
    relation, until = around.catalogue.find(EVENTS.schema, RELATION), around.counted_until
    if relation is None or until is None or until <= period.start or not tells(plan, period):
        return None
    return Counts(relation, around, until)


def tells(plan: Trend, period: Period) -> bool:
    """Whether counts of quarters of an hour come to the same as the events do."""
    plain = not plan.step.filters and plan.breakdown is None
    edges = (period.start - BEGINNING, period.end - BEGINNING)
    whole = not any(edge % BUCKET for edge in edges) and period.start >= QUARTERS_SINCE
    return plain and whole and plan.measure.quantity is Quantity.EVENTS
