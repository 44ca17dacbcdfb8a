"""A relation's rows, joined with what their dimensions need."""

from services.analytics.catalogue.domain import Catalogue, Relation
from services.analytics.semantics.compiler.errors import NotCompilable
from services.analytics.semantics.compiler.fields import Kind, Typed, read
from services.analytics.semantics.compiler.filters import condition
from services.analytics.semantics.compiler.joins import Joins
from services.analytics.semantics.compiler.periods import Calendar
from services.analytics.semantics.domain import Definitions, Field, Filter


class Rows:
    """They go by t0. `sql` is last, as dimensions and filters are what joins."""

    def __init__(
        self, relation: Relation, definitions: Definitions, catalogue: Catalogue, calendar: Calendar
    ) -> None:
        self._relation = relation
        self._definitions = definitions
        self._calendar = calendar
        self._joins = Joins(relation, catalogue)

    def sql(self) -> str:
        """What follows FROM."""
        return self._joins.sql()

    def dimension(self, name: str) -> Typed:
        """Raises NotCompilable where there is none, or no way to it."""
        dimension = self._definitions.dimensions.get(name)
        if dimension is None:
            raise NotCompilable("dimensions", f"there is no dimension {name!r}")
        relation, alias = self._joins.reach(dimension)
        where = f"dimensions.{name}"
        return no_json(read(dimension.field, relation, alias, where), where)

    def field(self, field: Field, where: str) -> Typed:
        """A column or property of these rows."""
        return read(field, self._relation, "t0", where)

    def condition(self, one: Filter, where: str) -> str:
        value = self.field(one.field, where) if one.field else self.dimension(one.dimension)
        return condition(value, one.operator, one.values, self._calendar, where)


def no_json(value: Typed, where: str) -> Typed:
    if value.kind is Kind.JSON:
        raise NotCompilable(where, "is a JSON value as a whole: name a property by its path")
    return value
