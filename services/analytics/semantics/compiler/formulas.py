"""Raw SQL of a metric: an expression that aggregates a relation's rows, or a whole SELECT.

An expression goes by dimensions, filters and time as any metric does; a whole statement is one
number. Either is parsed by PostgreSQL's grammar and written anew, so that no comment, quote or
parenthesis of it reaches further than it should; what it may name and call is the firewall's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import postgast
from google.protobuf.message import Message
from postgast import pg_query_pb2 as pg

from services.analytics.catalogue.domain import Relation
from services.analytics.semantics.compiler.errors import NotCompilable

FIELD = "formula"
MOST_CHARACTERS = 10_000

M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class Formula:
    """`sql` is an expression over alias t0, or where `whole` a statement."""

    sql: str
    whole: bool


def compiled(formula: str, relation: Relation | None) -> Formula:
    """Raises NotCompilable for what is neither, and for columns that the relation does not have."""
    if len(formula) > MOST_CHARACTERS:
        raise NotCompilable(FIELD, f"must have up to {MOST_CHARACTERS} characters")
    whole = formula.lstrip(" \t\r\n(").lower().startswith(("select", "with"))
    tree, select = parsed(formula if whole else f"SELECT {formula}", 0 if whole else 7)
    if whole:
        return Formula(postgast.deparse(tree), True)
    bare = len(select.target_list) == 1 and {name.name for name, _ in select.ListFields()} <= {
        *("target_list", "limit_option", "op")
    }
    if not bare or select.target_list[0].res_target.name:
        raise NotCompilable(FIELD, "must be one expression, such as count(*), or a whole SELECT")
    if relation is None:
        raise NotCompilable("source", "an expression needs the relation that it is over")
    check_expression(select)
    for column in columns(select):
        of_base(column, relation)
    for operation in of_type(select, pg.A_Expr):
        guard_division(operation)
    return Formula(postgast.deparse(tree).removeprefix("SELECT "), False)


def parsed(statement: str, prefix: int) -> tuple[pg.ParseResult, pg.SelectStmt]:
    try:
        tree = postgast.parse(statement)
    except postgast.PgQueryError as err:
        at = max(err.cursorpos - 1 - prefix, 0)
        raise NotCompilable(FIELD, f"is no SQL: {err} (at {at})") from None
    if len(tree.stmts) != 1 or not tree.stmts[0].stmt.HasField("select_stmt"):
        raise NotCompilable(FIELD, "must be one expression, such as count(*), or a whole SELECT")
    return tree, tree.stmts[0].stmt.select_stmt


def check_expression(select: Message) -> None:
    if any(True for _ in of_type(select, pg.SubLink)):
        raise NotCompilable(FIELD, "has a subquery: write it as a whole SELECT")
    if any(call.HasField("over") for call in of_type(select, pg.FuncCall)):
        raise NotCompilable(FIELD, "has a window function: metrics are aggregates")


def columns(select: Message) -> Iterator[pg.ColumnRef]:
    yield from of_type(select, pg.ColumnRef)


def of_base(column: pg.ColumnRef, relation: Relation) -> None:
    """Says whose column it is: others may come into the statement by joins."""
    names = [field.string.sval for field in column.fields]
    if len(names) == 2 and names[0] == relation.name:
        names = names[1:]
    if len(names) != 1 or relation.column(names[0]) is None:
        known = ", ".join(one.name for one in relation.columns)
        told = ".".join(names) or "*"
        raise NotCompilable(FIELD, f"{relation.name} has no column {told!r}; it has {known}")
    del column.fields[:]
    for name in ("t0", names[0]):
        column.fields.add().string.sval = name


def guard_division(operation: pg.A_Expr) -> None:
    """Dividing by zero gives NULL, as everywhere in metrics."""
    if operation.kind != pg.AEXPR_OP or [n.string.sval for n in operation.name] != ["/"]:
        return
    if not operation.HasField("lexpr"):
        return
    guarded = pg.A_Expr(kind=pg.AEXPR_NULLIF, name=[pg.Node(string=pg.String(sval="="))])
    guarded.lexpr.CopyFrom(operation.rexpr)
    guarded.rexpr.a_const.ival.ival = 0
    operation.rexpr.Clear()
    operation.rexpr.a_expr.CopyFrom(guarded)


def of_type(message: Message, kind: type[M]) -> Iterator[M]:
    """Every message of a kind below this one; inner ones first, so that they may be changed."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for one in value if field.is_repeated else (value,):
            yield from of_type(one, kind)
    if isinstance(message, kind):
        yield message
