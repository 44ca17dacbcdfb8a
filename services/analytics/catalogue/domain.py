"""What a connection's database holds, as the firewall, the compiler and completion need it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Column:
    """One column. `type` is PostgreSQL's own spelling, such as "timestamp with time zone".

    `samples` are its values where they are few, sampling is opted in and none is personal.
    """

    name: str
    type: str
    nullable: bool = True
    comment: str = ""
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class ForeignKey:
    """Columns here that name a row there, in the same order."""

    columns: tuple[str, ...]
    schema: str
    relation: str
    referenced: tuple[str, ...]


@dataclass(frozen=True)
class Relation:
    """A table, a view, a materialized view or a foreign table. `rows` is the planner's estimate."""

    schema: str
    name: str
    kind: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexed: tuple[tuple[str, ...], ...] = ()
    comment: str = ""
    rows: int | None = None

    def column(self, name: str) -> Column | None:
        """The column of exactly this name."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Catalogue:
    """A connection's relations, by (schema, name), both exactly as the database spells them.

    `search_path` are the schemas in which a name without one is looked for, in order.
    `functions` are user-defined ones that queries may call: the connection's role may execute them
    and they are IMMUTABLE or STABLE; by (schema, name).
    """

    connection_id: str
    search_path: tuple[str, ...]
    relations: Mapping[tuple[str, str], Relation] = field(default_factory=dict)
    functions: frozenset[tuple[str, str]] = frozenset()
    introspected_at: datetime | None = None
    # The database holds more than is read.
    truncated: bool = False

    def find(self, schema: str | None, name: str) -> Relation | None:
        """The relation that a query means by this name."""
        schemas = (schema,) if schema else self.search_path
        return next((found for s in schemas if (found := self.relations.get((s, name)))), None)
