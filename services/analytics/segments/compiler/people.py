"""The people of a definition: each counted event is a column of one pass over the events.

A statement may be of some people `only`: then it reads what these ids did, by index. The ids have
to be all those of each person, former and anonymous ones as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.analytics.catalogue.domain import Relation
from services.analytics.insights.compiler.events import PERSON, Around, Conditions, Events, all_of
from services.analytics.segments.compiler.reasoning import base_of
from services.analytics.segments.compiler.sources import (
    during,
    everybody,
    hull,
    ids_of,
    members_of,
    one_of,
    uploaded_to,
)
from services.analytics.segments.domain import (
    AllOf,
    AnyOf,
    Definition,
    Did,
    HasTrait,
    InBucket,
    InSegment,
    NoneOf,
    Periods,
    Rule,
    Uploaded,
    Written,
    leaves,
)
from services.analytics.semantics.compiler import NotCompilable, Period
from services.analytics.semantics.compiler.fields import read
from services.analytics.semantics.compiler.filters import condition
from services.analytics.semantics.compiler.periods import resolved
from services.analytics.semantics.compiler.quoting import text
from services.analytics.semantics.domain import Operator

MOST_LEAVES = 50
HASHES = 2**32
COMPARED = {
    *(Operator.EQUAL, Operator.NOT_EQUAL, Operator.LESS),
    *(Operator.AT_MOST, Operator.GREATER, Operator.AT_LEAST),
}
# The relations whose columns are traits, with what they go by; the first that has one counts.
TRAITS = (("users", "u"), ("user_profiles", "f"))


@dataclass(frozen=True)
class People:
    """WITH queries, of which the last, `found`, has the column `person`.

    `periods` are the windows of the events, in the order of the tree.
    """

    queries: tuple[str, ...]
    periods: Periods = ()

    @property
    def sql(self) -> str:
        return self.select("SELECT person FROM found")

    def select(self, select: str) -> str:
        return f"WITH {', '.join(self.queries)} {select}"


def compile_people(
    definition: Definition, around: Around, only: Sequence[str] | None = None, where: str = ""
) -> People:
    """Raises NotCompilable, with the place in the tree. The SQL still has to pass the firewall."""
    try:
        if isinstance(definition, Written):
            return People((f"found AS ({written(definition)})",))
        return _Rules(definition, around, only, where or "criteria").people()
    except ValueError as err:  # a name or a text that PostgreSQL cannot have
        raise NotCompilable(where or "criteria", str(err)) from None


def written(definition: Written) -> str:
    """Former ids are the person's of now; a comment at the end ends before the parenthesis."""
    sql = definition.sql.strip().rstrip(";")
    return (
        "SELECT DISTINCT coalesce(merged.user_id, told.id) AS person"
        f" FROM (SELECT id::text AS id FROM ({sql}\n) AS answer (id)) AS told"
        ' LEFT JOIN "store"."merged_ids" AS merged'
        " ON merged.kind = 'alias' AND merged.previous_id = told.id WHERE told.id IS NOT NULL"
    )


class _Rules:
    def __init__(self, rule: Rule, around: Around, only: Sequence[str] | None, where: str) -> None:
        self._rule = rule
        self._around = around
        self._only = only
        self._events = Events(around)
        self._acts: list[Conditions] = []
        self._periods: Periods = ()
        self._joins: dict[str, str] = {}
        if sum(1 for _ in leaves(rule)) > MOST_LEAVES:
            raise NotCompilable(where, f"has more than {MOST_LEAVES} conditions")
        self._holds = self._held(rule, where)

    def people(self) -> People:
        queries = [f"acts AS ({self._counted()})"] if self._acts else []
        base = base_of(self._rule)
        if isinstance(base, Did):
            source = "SELECT person FROM acts"
        elif base is not None:
            source = self._of_segment(base)
        else:
            segments = [one for one in leaves(self._rule) if isinstance(one, InSegment | Uploaded)]
            source = everybody([self._of_segment(one) for one in segments], self._only)
        joins = dict(self._joins)
        if self._acts:
            joins = {"acts": "LEFT JOIN acts ON acts.person = people.person"} | joins
        held = [self._holds, *one_of("people.person", self._only)]
        found = " ".join([f"SELECT people.person FROM ({source}) AS people", *joins.values()])
        queries.append(f"found AS ({found} WHERE {' AND '.join(held)})")
        return People(tuple(queries), self._periods)

    def _counted(self) -> str:
        """How often each did what, in one pass."""
        counts = [
            f"count(*) FILTER (WHERE {all_of(one)}) AS n{n}" for n, one in enumerate(self._acts)
        ]
        within = " AND ".join([hull(self._periods), *ids_of(self._only)])
        acts = self._events.select([f"{PERSON} AS person", *counts], self._acts, within)
        return f"{acts} GROUP BY 1"

    def _of_segment(self, leaf: InSegment | Uploaded) -> str:
        found = members_of if isinstance(leaf, InSegment) else uploaded_to
        return found(leaf.segment_id, self._only)

    def _held(self, rule: Rule, where: str) -> str:
        """That it holds of a person: true or false, never NULL."""
        match rule:
            case AllOf(rules):
                return self._joined(" AND ", rules, f"{where}.all")
            case AnyOf(rules):
                return self._joined(" OR ", rules, f"{where}.any")
            case NoneOf(rules):
                return f"(NOT {self._joined(' OR ', rules, f'{where}.none')})"
            case Did():
                return self._did(rule, f"{where}.event")
            case HasTrait():
                return self._has_trait(rule, f"{where}.trait")
            case InSegment() | Uploaded():
                return self._in_segment(rule)
            case InBucket():
                return in_bucket(rule, f"{where}.bucket")

    def _joined(self, how: str, rules: tuple[Rule, ...], where: str) -> str:
        if not rules:
            raise NotCompilable(where, "must not be empty")
        held = [self._held(one, f"{where}[{n}]") for n, one in enumerate(rules)]
        return f"({how.join(held)})"

    def _did(self, did: Did, where: str) -> str:
        if did.operator not in COMPARED:
            raise NotCompilable(f"{where}.operator", "compares no counts")
        for n, one in enumerate(did.step.filters):
            if one.dimension or one.field is None:  # of other rows, whose changes nobody tells of
                raise NotCompilable(f"{where}.filters[{n}]", "needs a field of the event")
        period = self._period(did, where)
        step = self._events.step(did.step, where)
        self._acts.append((*step, *during(period)))
        self._periods = (*self._periods, period)
        column = f"coalesce(acts.n{len(self._acts) - 1}, 0)"
        compared = "<>" if did.operator is Operator.NOT_EQUAL else did.operator.value
        return f"{column} {compared} {did.count}"

    def _period(self, did: Did, where: str) -> Period | None:
        if did.time_range is None:
            return None
        try:
            return resolved(did.time_range, self._around.calendar, self._around.now)
        except NotCompilable as err:
            raise NotCompilable(f"{where}.{err.field}", err.message) from None

    def _has_trait(self, trait: HasTrait, where: str) -> str:
        told = trait.filter
        if told.field is None:
            raise NotCompilable(f"{where}.field", "is needed: a column of users or user_profiles")
        relation, alias = self._relation_of(told.field.column, where)
        self._joins[alias] = (
            f'LEFT JOIN "store"."{relation.name}" AS {alias} ON {alias}.user_id = people.person'
        )
        value = read(told.field, relation, alias, f"{where}.field")
        held = condition(value, told.operator, told.values, self._around.calendar, where)
        return f"coalesce({held}, false)"

    def _relation_of(self, column: str, where: str) -> tuple[Relation, str]:
        """Where a trait is, and what that goes by."""
        for name, alias in TRAITS:
            relation = self._around.catalogue.find("store", name)
            if relation and relation.column(column):
                return relation, alias
        problem = f"there is no trait {column!r} in users or user_profiles"
        raise NotCompilable(f"{where}.field.column", problem)

    def _in_segment(self, leaf: InSegment | Uploaded) -> str:
        alias = f"s{len(self._joins)}"
        source = self._of_segment(leaf)
        self._joins[alias] = f"LEFT JOIN ({source}) AS {alias} ON {alias}.person = people.person"
        return f"({alias}.person IS NOT NULL)"


def in_bucket(bucket: InBucket, where: str) -> str:
    """By the first 32 bits of an MD5, so that anybody can compute who is in it."""
    if not 0 <= bucket.start < bucket.end <= 1:
        raise NotCompilable(where, "needs 0 <= start < end <= 1")
    place = f"('x' || left(md5({text(bucket.salt + ':')} || people.person), 8))::bit(32)::bigint"
    low, high = (round(share * HASHES) for share in (bucket.start, bucket.end))
    return f"({place} >= {low} AND {place} < {high})"
