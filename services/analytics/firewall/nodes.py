"""Which nodes of the grammar may stand in a query: all that are not listed are refused."""

from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from postgast import pg_query_pb2 as pg


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STATEMENTS = _words(
    "RawStmt SelectStmt WithClause CommonTableExpr CTESearchClause CTECycleClause ResTarget SortBy"
    " WindowDef GroupingSet"
)
SOURCES = _words(
    "RangeVar RangeSubselect RangeFunction RangeTableFunc RangeTableFuncCol RangeTableSample"
    " JoinExpr Alias ColumnDef"
)
EXPRESSIONS = _words(
    "A_ArrayExpr A_Const A_Expr A_Indices A_Indirection A_Star BoolExpr BooleanTest CaseExpr"
    " CaseWhen CoalesceExpr CollateClause ColumnRef FuncCall GroupingFunc MinMaxExpr NamedArgExpr"
    " NullTest ParamRef RowExpr SQLValueFunction SubLink TypeCast TypeName XmlExpr XmlSerialize"
)
JSON = _words(
    "JsonAggConstructor JsonArgument JsonArrayAgg JsonArrayConstructor JsonArrayQueryConstructor"
    " JsonBehavior JsonFormat JsonFuncExpr JsonIsPredicate JsonKeyValue JsonObjectAgg"
    " JsonObjectConstructor JsonOutput JsonParseExpr JsonReturning JsonScalarExpr"
    " JsonSerializeExpr JsonTable JsonTableColumn JsonTablePathSpec JsonValueExpr"
)
VALUES = _words("BitString Boolean Float Integer List String")
ALLOWED = STATEMENTS | SOURCES | EXPRESSIONS | JSON | VALUES

# What people call the nodes that they are told of.
NAMES = {
    "LockingClause": "FOR UPDATE or FOR SHARE, which locks rows,",
    "IntoClause": "SELECT INTO, which makes a table,",
    "SetToDefault": "DEFAULT",
    "MultiAssignRef": "an assignment",
    "MergeSupportFunc": "merge_action()",
}


def of_type(name: str) -> Descriptor:
    found: Descriptor = pg.DESCRIPTOR.message_types_by_name[name]
    return found


def fields_of(name: str) -> Iterator[tuple[FieldDescriptor, str]]:
    """The fields of an allowed node that hold an allowed one or a `Node`, which is any; of which
    type each is.
    """
    for field in of_type(name).fields:
        if field.message_type and field.message_type.name in ALLOWED | {"Node"}:
            yield field, field.message_type.name


def scalars_of(name: str) -> list[FieldDescriptor]:
    return [field for field in of_type(name).fields if field.message_type is None]


def field_of(name: str) -> FieldDescriptor:
    """The field of a node, as in "FuncCall.funcname"."""
    node, _, field = name.partition(".")
    return of_type(node).fields_by_name[field]


def title(node: str) -> str:
    """What a statement or clause is called in SQL: "UPDATE", "ALTER TABLE"."""
    if node in NAMES:
        return NAMES[node]
    words = "".join(f" {c}" if c.isupper() else c for c in node.removesuffix("Stmt"))
    return words.upper().strip()
