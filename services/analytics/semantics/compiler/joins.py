"""The way from a metric's relation to a dimension's, along foreign keys.

Only from many to one: a row then meets at most one row of each relation on its way, and is counted
once. The other way round it would be counted once for each of many.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.analytics.catalogue.domain import Catalogue, ForeignKey, Relation
from services.analytics.semantics.compiler.errors import NotCompilable
from services.analytics.semantics.compiler.quoting import identifier
from services.analytics.semantics.domain import Dimension

# Longer ways mean something else than who asks has in mind, and are slow.
MOST_JOINS = 5

Way = tuple[ForeignKey, ...]


@dataclass
class Joins:
    """What a relation's rows are joined with; each way once, however many dimensions take it."""

    base: Relation
    catalogue: Catalogue
    aliases: dict[Way, str] = field(default_factory=lambda: {(): "t0"})
    clauses: list[str] = field(default_factory=list)

    def reach(self, dimension: Dimension) -> tuple[Relation, str]:
        """The dimension's relation, and the alias that it goes by here."""
        relation = self.catalogue.find(dimension.schema, dimension.relation)
        if relation is None:
            problem = f"there is no relation {dimension.schema}.{dimension.relation}"
            raise NotCompilable(f"dimensions.{dimension.name}", problem)
        way = self._way(dimension, relation)
        return relation, self._joined(way)

    def sql(self) -> str:
        """What follows FROM."""
        return " ".join([f"{qualified(self.base)} AS t0", *self.clauses])

    def _way(self, dimension: Dimension, relation: Relation) -> Way:
        found = list(ways(self.base, relation, self.catalogue, dimension.via))
        if len(found) == 1:
            return found[0]
        where = f"dimensions.{dimension.name}"
        if found:
            told = " or ".join(", ".join(key.columns[0] for key in way) for way in found)
            problem = f"{self.base.name} leads to {relation.name} by {told}: say which by `via`"
            raise NotCompilable(where, problem)
        if next(ways(relation, self.base, self.catalogue, ()), None):
            problem = (
                f"a row of {self.base.name} has many of {relation.name}, and would be counted once"
                f" for each: measure {relation.name}, or group by a column of {self.base.name}"
            )
            raise NotCompilable(where, problem)
        problem = f"no foreign keys lead from {self.base.name} to {relation.name}"
        raise NotCompilable(where, problem)

    def _joined(self, way: Way) -> str:
        if way in self.aliases:
            return self.aliases[way]
        before, key = self._joined(way[:-1]), way[-1]
        alias = self.aliases[way] = f"t{len(self.aliases)}"
        pairs = zip(key.columns, key.referenced, strict=True)
        on = " AND ".join(
            f"{alias}.{identifier(there)} = {before}.{identifier(here)}" for here, there in pairs
        )
        table = f"{identifier(key.schema)}.{identifier(key.relation)}"
        self.clauses.append(f"LEFT JOIN {table} AS {alias} ON {on}")
        return alias


def ways(
    base: Relation, target: Relation, catalogue: Catalogue, via: tuple[str, ...]
) -> Iterator[Way]:
    """The shortest ways; with `via`, those whose keys have these columns."""
    if via:
        yield from (way for way in longer([()], base, catalogue, via) if ends(way, target))
        return
    if (base.schema, base.name) == (target.schema, target.name):
        yield ()
        return
    reached: list[Way] = [()]
    for _ in range(MOST_JOINS):
        reached = list(longer(reached, base, catalogue))
        found = [way for way in reached if ends(way, target)]
        if found:
            yield from found
            return


def longer(
    reached: list[Way], base: Relation, catalogue: Catalogue, via: tuple[str, ...] = ("",)
) -> Iterator[Way]:
    """These ways, each longer by as many keys as `via` names; "" is any."""
    for column in via:
        reached = [
            (*way, key)
            for way in reached
            for key in keys(way, base, catalogue)
            if column in ("", *key.columns)
        ]
    yield from reached


def keys(way: Way, base: Relation, catalogue: Catalogue) -> Iterator[ForeignKey]:
    """Those of the relation where a way ends which lead to one that it has not passed."""
    passed = {(base.schema, base.name), *((key.schema, key.relation) for key in way)}
    end = catalogue.find(way[-1].schema, way[-1].relation) if way else base
    for key in end.foreign_keys if end else ():
        if (key.schema, key.relation) not in passed:
            yield key


def ends(way: Way, target: Relation) -> bool:
    return bool(way) and (way[-1].schema, way[-1].relation) == (target.schema, target.name)


def qualified(relation: Relation) -> str:
    return f"{identifier(relation.schema)}.{identifier(relation.name)}"
