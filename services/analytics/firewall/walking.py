"""The walk over a tree: everything in it is looked at, and what is not allowed is refused."""

from collections.abc import Callable
from typing import TypeAlias

from services.analytics.catalogue.domain import Catalogue, Relation
from services.analytics.firewall import calls, grammar, nodes, relations
from services.analytics.firewall.grammar import Node, WithQuery
from services.analytics.firewall.refusing import Refused

# The names of the WITH queries that can be seen from where one is in the tree.
Names: TypeAlias = frozenset[str]
NO_NAMES: Names = frozenset()
MAX_PARAMETERS = 65_535  # of the protocol
# What protobuf reads and writes, in which the deparser takes a tree.
MAX_LEVELS = 100


class Walk:
    """Over one statement, which it changes: relations and functions are named in full."""

    def __init__(self, catalogue: Catalogue, free: bool, organization_id: str | None) -> None:
        self.catalogue = catalogue
        self.free = free
        self.organization_id = organization_id
        self.relations: set[tuple[str, str]] = set()
        self.functions: set[str] = set()
        self.parameters = 0
        self._levels = 0
        self._mentions: list[tuple[Node, Relation]] = []
        self._with_names: set[str] = set()

    def statement(self, statement: Node) -> None:
        """Raises Refused, with a position in bytes where the tree has positions."""
        self._visit("RawStmt", statement, NO_NAMES)

    def narrow(self) -> list[WithQuery]:
        """Let the statement read WITH queries of the organization's rows, which are returned."""
        if self.organization_id is None:
            return []
        return relations.narrow(self._mentions, self._with_names, self.organization_id)

    def _visit(self, kind: str, node: Node, names: Names) -> None:
        """What is in this node."""
        fields = nodes.FIELDS[kind]
        self._levels += 1
        if self._levels > MAX_LEVELS:
            raise grammar.too_deep()
        for field, value in node.items():
            holds = fields.get(field)
            if holds == nodes.ANY:
                self._levels += 1
                for child in value if type(value) is list else (value,):
                    for child_kind, child_node in child.items():
                        self._look(child_kind, child_node, names)
                self._levels -= 1
            elif holds is None:
                raise _refused_field(kind, field, node)
            elif holds:
                self._look(holds, value, names)
        self._levels -= 1

    def _look(self, kind: str, node: Node, names: Names) -> None:
        if (hook := HOOKS.get(kind)) is not None:
            hook(self, node, names)
        elif kind in nodes.FIELDS:
            self._visit(kind, node, names)
        else:
            raise _refused(kind, node)

    def _select(self, select: Node, names: Names) -> None:
        if clause := select.get("withClause"):
            names = self._with(clause, names)
        self._visit("SelectStmt", select, names)

    def _with(self, clause: Node, names: Names) -> Names:
        """Look at the WITH queries; returns the names that the statement they belong to sees.

        Without RECURSIVE a query sees those before it and not itself, with it all of them.
        """
        queries = [node["CommonTableExpr"] for node in clause["ctes"]]
        self._with_names.update(query["ctename"] for query in queries)
        if clause.get("recursive"):
            names = names.union(query["ctename"] for query in queries)
        for query in queries:
            self._visit("CommonTableExpr", query, names)
            names = names | {query["ctename"]}
        return names

    def _with_is_done(self, _: Node, __: Names) -> None:
        """Looked at before the rest of its statement."""

    def _relation(self, found: Node, names: Names) -> None:
        if found.get("schemaname") or found["relname"] not in names:
            relation = relations.resolve(found, self.catalogue, self.free)
            self.relations.add((found.get("schemaname", ""), found["relname"]))
            if relation is not None:
                self._mentions.append((found, relation))
        self._visit("RangeVar", found, names)

    def _cycle(self, clause: Node, names: Names) -> None:
        """TO and DEFAULT take point '(0,0)' and not '(0,0)'::point, which are one tree: only where
        the literal stands behind its type is it rendered as the former.
        """
        self._visit("CTECycleClause", clause, names)
        for mark in ("cycle_mark_value", "cycle_mark_default"):
            literal = clause[mark].get("TypeCast", {}).get("arg", {}).get("A_Const")
            if literal is not None:
                literal["location"] = 1

    def _sample(self, sample: Node, names: Names) -> None:
        if self.organization_id is not None:
            message = "TABLESAMPLE is not possible on the event store: use WHERE random() < 0.01."
            raise Refused("clause", message, sample.get("location", 0))
        self._visit("RangeTableSample", sample, names)

    def _call(self, call: Node, names: Names) -> None:
        shared = self.organization_id is not None
        self.functions.add(calls.check(call, self.catalogue, free=self.free, shared=shared))
        self._visit("FuncCall", call, names)

    def _type(self, found: Node, names: Names) -> None:
        if self.organization_id is not None:
            calls.check_type(found)
        self._visit("TypeName", found, names)

    def _column(self, column: Node, _: Names) -> None:
        first, *more = column["fields"]
        self._attributes(column, more[-1:])
        if self.organization_id is not None and len(more) > 1:
            if len(more) > 2 or not self._is_relation(first, more[0]):
                raise _refused_path(column)
            # The WITH query that stands in for schema.relation has no schema.
            del column["fields"][0]

    def _is_relation(self, schema: Node, name: Node) -> bool:
        return self.catalogue.find(schema["String"]["sval"], name["String"]["sval"]) is not None

    def _indirection(self, found: Node, names: Names) -> None:
        self._attributes(found, found["indirection"])
        self._visit("A_Indirection", found, names)

    def _attributes(self, node: Node, fields: list[Node]) -> None:
        shared = self.organization_id is not None
        for field in fields:
            if "String" in field:
                name = field["String"]["sval"]
                place = {"location": position_of(node) or 0}
                calls.check_attribute(place, name, self.catalogue, shared=shared)

    def _parameter(self, parameter: Node, _: Names) -> None:
        number = parameter.get("number", 0)
        if not 0 < number <= MAX_PARAMETERS:
            raise Refused("parameter", "There is no such parameter.", parameter.get("location", 0))
        self.parameters = max(self.parameters, number)


Hook: TypeAlias = Callable[[Walk, Node, Names], None]

HOOKS: dict[str, Hook] = {
    "SelectStmt": Walk._select,
    "WithClause": Walk._with_is_done,
    "RangeVar": Walk._relation,
    "RangeTableSample": Walk._sample,
    "CTECycleClause": Walk._cycle,
    "FuncCall": Walk._call,
    "TypeName": Walk._type,
    "ColumnRef": Walk._column,
    "A_Indirection": Walk._indirection,
    "ParamRef": Walk._parameter,
}


def _refused_field(kind: str, field: str, node: Node) -> Refused:
    held = node[field]
    name = nodes.type_of(kind, field) or field
    return _refused(name, held if isinstance(held, dict) else node)


def _refused_path(column: Node) -> Refused:
    path = ".".join(field["String"]["sval"] for field in column["fields"][:-1])
    message = f"The relation {path} is not allowed: this connection has no such relation."
    return Refused("relation", message, column.get("location", 0))


def _refused(kind: str, node: Node) -> Refused:
    message = f"{nodes.title(kind)} is not allowed in a query."
    return Refused("clause", message, position_of(node))


def position_of(node: Node) -> int | None:
    """Where the node stands, or the first node in it that knows where it stands: in bytes."""
    own = node.get("location", -1)
    if own > 0:
        return int(own)
    for value in node.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and (found := position_of(child)) is not None:
                return found
    return None
