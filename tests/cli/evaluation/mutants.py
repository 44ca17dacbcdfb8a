"""SQL with one typical mistake: a condition left out, a bound moved, another join or aggregate."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import postgast
from google.protobuf.message import Message

AND = postgast.pg_query_pb2.AND_EXPR
MOVED = {">=": ">", ">": ">=", "<": "<=", "<=": "<"}
OTHER_AGGREGATE = {"sum": "avg", "avg": "max", "max": "min", "percentile_cont": "percentile_disc"}
# Another key of the same rows, by which somebody joins who does not look.
OTHER_KEY = {"doctor_id": "patient_id", "patient_id": "doctor_id", "clinic_id": "id"}
OTHER_KEY |= {"treatment_id": "id", "appointment_id": "id", "invoice_id": "id"}
OTHER_UNIT = {"month": "week", "week": "month", "quarter": "month", "year": "quarter"}

Change = Callable[[], object]


def mutants(sql: str) -> Iterator[tuple[str, str]]:
    """Each with what is wrong in it."""
    count = len(list(changes(postgast.parse(sql))))
    for at in range(count):
        tree = postgast.parse(sql)
        name, change = list(changes(tree))[at]
        change()
        yield name, postgast.deparse(tree)


def changes(tree: Any) -> Iterator[tuple[str, Change]]:
    for node in nodes(tree):
        told = BY_TYPE.get(type(node).__name__)
        if told:
            yield from told(node)


def nodes(message: Message) -> Iterator[Any]:
    """The message and all in it, always in the same order."""
    yield message
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        repeated = not isinstance(value, Message)
        for each in value if repeated else [value]:
            yield from nodes(each)


def conditions(node: Any) -> Iterator[tuple[str, Change]]:
    if node.boolop == AND:
        for at in range(len(node.args)):
            if len(node.args) > 1:
                yield "a condition is missing", partial(node.args.__delitem__, at)


def statement(node: Any) -> Iterator[tuple[str, Change]]:
    if node.HasField("where_clause") and not node.where_clause.HasField("bool_expr"):
        yield "the condition is missing", partial(node.ClearField, "where_clause")
    if node.HasField("having_clause"):
        yield "HAVING is missing", partial(node.ClearField, "having_clause")


def comparison(node: Any) -> Iterator[tuple[str, Change]]:
    if not node.name:
        return
    operator = node.name[0].string
    if operator.sval in MOVED and not is_moment(node.rexpr):
        yield "a bound is moved", partial(setattr, operator, "sval", MOVED[operator.sval])
    if node.kind == postgast.pg_query_pb2.AEXPR_DISTINCT:
        yield "rows without a value are lost", partial(distinct_to_unequal, node)


def is_moment(node: Any) -> bool:
    """Another event of the same person, or now: at both nothing else happens, and so the bound
    means the same on either side.
    """
    called = node.func_call.funcname
    return node.HasField("column_ref") or any(name.string.sval == "now" for name in called)


def distinct_to_unequal(node: Any) -> None:
    node.kind = postgast.pg_query_pb2.AEXPR_OP
    node.name[0].string.sval = "<>"


def join(node: Any) -> Iterator[tuple[str, Change]]:
    if node.jointype == postgast.pg_query_pb2.JOIN_LEFT:
        inner = postgast.pg_query_pb2.JOIN_INNER
        yield "an inner join for a left one", partial(setattr, node, "jointype", inner)
    for each in nodes(node.quals):
        if type(each).__name__ == "ColumnRef" and each.fields[-1].string.sval in OTHER_KEY:
            last = each.fields[-1].string
            yield "joined by another key", partial(setattr, last, "sval", OTHER_KEY[last.sval])


def call(node: Any) -> Iterator[tuple[str, Change]]:
    name = node.funcname[-1].string
    if node.agg_distinct:
        yield "count for count distinct", partial(setattr, node, "agg_distinct", False)
    if name.sval in OTHER_AGGREGATE:
        yield "another aggregate", partial(setattr, name, "sval", OTHER_AGGREGATE[name.sval])
    if node.HasField("agg_filter"):
        yield "a filter is missing", partial(node.ClearField, "agg_filter")
    if name.sval == "date_trunc":
        unit = node.args[0].a_const.sval
        if unit.sval in OTHER_UNIT:
            yield "another unit of time", partial(setattr, unit, "sval", OTHER_UNIT[unit.sval])


BY_TYPE: dict[str, Callable[[Any], Iterator[tuple[str, Change]]]] = {
    "BoolExpr": conditions,
    "SelectStmt": statement,
    "A_Expr": comparison,
    "JoinExpr": join,
    "FuncCall": call,
}
