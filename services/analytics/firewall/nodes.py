"""Which nodes of the grammar may stand in a query: all that are not listed are refused."""

from google.protobuf.descriptor import FieldDescriptor
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


# Lists of strings, by grammar; there are many. What they name is looked at as a whole.
PARTS_OF_NAMES = {"A_Expr.name", "ColumnRef.fields", "FuncCall.funcname", "TypeName.names"}
# What may be any node.
ANY = "Node"
PLAIN = ""


def type_of(node: str, field: str) -> str:
    """The type of what stands in a field of a node; PLAIN for a number, a word or a text."""
    found: FieldDescriptor = next(f for f in _BY_NAME[node].fields if f.json_name == field)
    return _held(found)


def _held(field: FieldDescriptor) -> str:
    return str(field.message_type.name) if field.message_type else PLAIN


def _fields_of(node: str) -> dict[str, str]:
    """The fields that a node may have and of which type is what has to be looked at in each.

    PLAIN is what holds no other node. What is missing here is not allowed.
    """
    allowed = {}
    for field in _BY_NAME[node].fields:
        holds = _held(field)
        if holds in LEAVES or f"{node}.{field.name}" in PARTS_OF_NAMES:
            holds = PLAIN
        if holds in (PLAIN, ANY) or holds in ALLOWED:
            allowed[field.json_name] = holds
    return allowed


_BY_NAME = pg.DESCRIPTOR.message_types_by_name
LEAVES = {name for name in ALLOWED if not any(f.message_type for f in _BY_NAME[name].fields)}
FIELDS = {name: _fields_of(name) for name in ALLOWED}


def title(node: str) -> str:
    """What a statement or clause is called in SQL: "UPDATE", "ALTER TABLE"."""
    if node in NAMES:
        return NAMES[node]
    words = "".join(f" {c}" if c.isupper() else c for c in node.removesuffix("Stmt"))
    return words.upper().strip()
