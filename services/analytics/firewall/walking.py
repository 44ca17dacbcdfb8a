"""The walk over a tree: everything in it is looked at, and what is not allowed is refused."""

from collections.abc import Callable
from typing import TypeAlias

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from postgast import pg_query_pb2 as pg

from services.analytics.catalogue.domain import Catalogue, Relation
from services.analytics.firewall import calls, grammar, nodes, relations
from services.analytics.firewall.refusing import Refused

# The names of the WITH queries that can be seen from where one is in the tree.
Names: TypeAlias = frozenset[str]
NO_NAMES: Names = frozenset()
MAX_PARAMETERS = 65_535  # of the protocol


class Walk:
    """Over one statement, which it changes: relations and functions are named in full, and where
    things stand in the text is forgotten.
    """

    def __init__(self, catalogue: Catalogue, free: bool, organization_id: str | None) -> None:
        self.catalogue = catalogue
        self.free = free
        self.organization_id = organization_id
        self.relations: set[tuple[str, str]] = set()
        self.functions: set[str] = set()
        self.parameters = 0
        # Whether positions were left in the tree, which is rare, and whether they are just now.
        self.kept_positions = self._keeping = False
        self._to_narrow: list[tuple[pg.Node, Relation]] = []

    def statement(self, statement: pg.RawStmt) -> None:
        """Raises Refused, with a position in bytes."""
        self._visit(statement, NO_NAMES)

    def narrow(self) -> None:
        """Put subselects of the organization's rows in the place of the event store's relations."""
        if self.organization_id is not None:
            for node, relation in self._to_narrow:
                relations.narrow(node, relation, self.organization_id)

    def _visit(self, message: Message, names: Names, parent: Message | None = None) -> None:
        """What is in this node. `parent` is unused: the signature is that of all hooks."""
        for field, value in message.ListFields():
            if field in SCALARS:
                continue
            if field in POSITIONS:
                if not self._keeping:
                    message.ClearField(field.name)
                continue
            hook = HOOKS.get(field)
            if hook is None:
                raise _refused_node(field, message)
            if isinstance(value, Message):
                hook(self, value, names, message)
            else:
                for child in value:
                    hook(self, child, names, message)

    def _select(self, select: pg.SelectStmt, names: Names, _: Message) -> None:
        if select.HasField("with_clause"):
            names = self._with(select.with_clause, names)
        self._visit(select, names)

    def _with(self, clause: pg.WithClause, names: Names) -> Names:
        """Look at the WITH queries; returns the names that the statement they belong to sees.

        Without RECURSIVE a query sees those before it and not itself, with it all of them.
        """
        clause.ClearField("location")
        queries = [node.common_table_expr for node in clause.ctes]
        if clause.recursive:
            names = names.union(query.ctename for query in queries)
        for query in queries:
            self._visit(query, names)
            names = names | {query.ctename}
        return names

    def _with_is_done(self, _: Message, __: Names, ___: Message) -> None:
        """Looked at before the rest of its statement."""

    def _names(self, _: Message, __: Names, ___: Message) -> None:
        """Parts of a name, which the hook of what they name has looked at."""

    def _relation(self, found: pg.RangeVar, names: Names, parent: Message) -> None:
        if found.schemaname or found.relname not in names:
            relation = relations.resolve(found, self.catalogue, self.free)
            self.relations.add((found.schemaname, found.relname))
            if relation is not None:
                self._to_narrow.append((parent, relation))
        self._visit(found, names)

    def _cycle(self, clause: pg.CTECycleClause, names: Names, _: Message) -> None:
        """TO and DEFAULT take point '(0,0)' and not '(0,0)'::point, which are one tree: only by
        positions are they told apart when it is rendered.
        """
        self.kept_positions = self._keeping = True
        self._visit(clause, names)
        self._keeping = False

    def _sample(self, sample: pg.RangeTableSample, names: Names, _: Message) -> None:
        if self.organization_id is not None:
            message = "TABLESAMPLE is not possible on the event store: use WHERE random() < 0.01."
            raise Refused("clause", message, sample.location)
        self._visit(sample, names)

    def _call(self, call: pg.FuncCall, names: Names, _: Message) -> None:
        shared = self.organization_id is not None
        self.functions.add(calls.check(call, self.catalogue, free=self.free, shared=shared))
        self._visit(call, names)

    def _type(self, found: pg.TypeName, names: Names, _: Message) -> None:
        if self.organization_id is not None:
            calls.check_type(found)
        self._visit(found, names)

    def _column(self, column: pg.ColumnRef, names: Names, _: Message) -> None:
        if self.organization_id is not None and len(column.fields) > 2:
            # The subselect that stands in for schema.relation has no schema.
            del column.fields[:-2]
        self._visit(column, names)

    def _parameter(self, parameter: pg.ParamRef, names: Names, _: Message) -> None:
        if not 0 < parameter.number <= MAX_PARAMETERS:
            raise Refused("parameter", "There is no such parameter.", parameter.location)
        self.parameters = max(self.parameters, parameter.number)
        self._visit(parameter, names)


Hook: TypeAlias = Callable[[Walk, Message, Names, Message], None]

SPECIAL: dict[str, Hook] = {
    "SelectStmt": Walk._select,
    "WithClause": Walk._with_is_done,
    "RangeVar": Walk._relation,
    "RangeTableSample": Walk._sample,
    "CTECycleClause": Walk._cycle,
    "FuncCall": Walk._call,
    "TypeName": Walk._type,
    "ColumnRef": Walk._column,
    "ParamRef": Walk._parameter,
}


def _hooks() -> dict[FieldDescriptor, Hook]:
    """What to do with each field of a node that holds another; one that is missing is refused."""
    fields = (found for name in (*nodes.ALLOWED, "Node") for found in nodes.fields_of(name))
    hooks = {field: SPECIAL.get(type_name, Walk._visit) for field, type_name in fields}
    return hooks | dict.fromkeys(map(nodes.field_of, NAMES), Walk._names)


# Lists of strings, by grammar; there are many.
NAMES = ("A_Expr.name", "ColumnRef.fields", "FuncCall.funcname", "TypeName.names")
HOOKS = _hooks()
_ALL_SCALARS = frozenset(f for name in (*nodes.ALLOWED, "Node") for f in nodes.scalars_of(name))
POSITIONS = frozenset(f for f in _ALL_SCALARS if f.name in grammar.POSITIONS)
SCALARS = _ALL_SCALARS - POSITIONS


def _refused_node(field: FieldDescriptor, parent: Message) -> Refused:
    child = getattr(parent, field.name)
    name = field.message_type.name if field.message_type else field.name
    position = position_of(child if isinstance(child, Message) else parent)
    return Refused("clause", f"{nodes.title(name)} is not allowed in a query.", position)


def position_of(message: Message) -> int | None:
    """Where the node stands, or the first node in it that knows where it stands: in bytes."""
    own = getattr(message, "location", -1)
    if own > 0:
        return int(own)
    for field, value in message.ListFields():
        if field.message_type is not None:
            for child in [value] if isinstance(value, Message) else value:
                if (found := position_of(child)) is not None:
                    return found
    return None
