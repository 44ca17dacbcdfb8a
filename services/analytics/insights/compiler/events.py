"""The events that a plan is about, each read once, with who did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.analytics.catalogue.domain import Catalogue
from services.analytics.insights.domain import Breakdown, Step
from services.analytics.semantics.compiler.buckets import within
from services.analytics.semantics.compiler.errors import NotCompilable
from services.analytics.semantics.compiler.fields import Typed
from services.analytics.semantics.compiler.periods import Calendar, Period
from services.analytics.semantics.compiler.quoting import MOST_NAME_BYTES, text
from services.analytics.semantics.compiler.rows import Rows, no_json
from services.analytics.semantics.compiler.scans import any_of
from services.analytics.semantics.domain import EVENTS, Definitions, Field

# Ids mean a person: of before anybody knew, or former ones. An id that is both a user's and an
# anonymous one is the same person's, as ingest has it.
PERSON = "coalesce(merged.user_id, t0.user_id, t0.anonymous_id)"
MERGED = (
    'LEFT JOIN "store"."merged_ids" AS merged'
    " ON merged.kind = CASE WHEN t0.user_id IS NULL THEN 'anonymous' ELSE 'alias' END"
    " AND merged.previous_id = coalesce(t0.user_id, t0.anonymous_id)"
)
SOMEBODY = "coalesce(t0.user_id, t0.anonymous_id) IS NOT NULL"
AT = 't0."timestamp"'
NAMED = 't0."event" = '
# What tells the order of events; ids are made when they arrive.
ORDER = 't0."id"'

Conditions = tuple[str, ...]


@dataclass(frozen=True)
class Around:
    """What a plan is compiled with. Events before `counted_until` are all counted beforehand."""

    definitions: Definitions
    catalogue: Catalogue
    calendar: Calendar
    now: datetime
    counted_until: datetime | None = None


class Events:
    """Rows of the event store. `people` joins who they are, as PERSON, and leaves out nobody's."""

    def __init__(self, around: Around, people: bool = True) -> None:
        self._calendar = around.calendar
        self._people = people
        relation = around.catalogue.find(EVENTS.schema, EVENTS.relation)
        if relation is None:
            raise NotCompilable("connection_id", "has no event store, which insights are made of")
        self._rows = Rows(relation, around.definitions, around.catalogue, around.calendar)
        self.time = self._rows.field(Field(EVENTS.time), "time")

    def step(self, step: Step, where: str) -> Conditions:
        """All that holds of an event that is this step."""
        if not step.event:
            raise NotCompilable(f"{where}.event", "must not be empty")
        told = [
            self._rows.condition(one, f"{where}.filters[{n}]") for n, one in enumerate(step.filters)
        ]
        return (f"{NAMED}{text(step.event)}", *told)

    def part(self, breakdown: Breakdown) -> Typed:
        """What tells groups apart."""
        if breakdown.dimension:
            return self._rows.dimension(breakdown.dimension)
        return self.field(breakdown.field, "breakdown")

    def field(self, field: Field | None, where: str) -> Typed:
        if field is None:
            raise NotCompilable(where, "needs a field of the events")
        return no_json(self._rows.field(field, where), where)

    def during(self, period: Period) -> str:
        """That an event is of this time."""
        return within(self.time, period, self._calendar)

    def select(
        self, columns: Sequence[str], steps: Sequence[Conditions], during: str, *, join: str = ""
    ) -> str:
        """A SELECT of the rows that are one of these steps. What uses the rows is called before."""
        merged, somebody = ([MERGED], [SOMEBODY]) if self._people else ([], [])
        source = " ".join([self._rows.sql(), *merged, *([join] if join else [])])
        where = " AND ".join([*wanted(steps), during, *somebody])
        return f"SELECT {', '.join(columns)} FROM {source} WHERE {where}"


def wanted(steps: Sequence[Conditions]) -> list[str]:
    """What one of the steps is. A list of events first, by which an index finds them."""
    if len(steps) == 1:
        return list(steps[0])
    events = list(dict.fromkeys(name for name, *_ in steps))
    names = ", ".join(name.removeprefix(NAMED) for name in events)
    listed = f"{NAMED.removesuffix('= ')}IN ({names})"
    filtered = any(len(conditions) > 1 for conditions in steps)
    return [listed, *(any_of(steps) if filtered else [])]


def all_of(conditions: Conditions) -> str:
    return f"({' AND '.join(conditions)})"


def name_of(breakdown: Breakdown, taken: set[str]) -> str:
    """The name of its column: the dimension's, or the property's as far as a name may go."""
    field = breakdown.field
    if not breakdown.dimension and field is None:
        raise NotCompilable("breakdown", "needs a dimension, or a field of the events")
    name = breakdown.dimension
    if not name and field:
        name = field.path[-1] if field.path else field.column
    name = name.encode()[: MOST_NAME_BYTES - 1].decode(errors="ignore")
    return f"{name}_" if name in taken else name
