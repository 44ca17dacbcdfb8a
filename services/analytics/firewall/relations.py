"""Which relations a query may read, and how those of the event store are narrowed."""

from functools import lru_cache

from postgast import pg_query_pb2 as pg

from services.analytics.catalogue.domain import Catalogue, Relation
from services.analytics.firewall.refusing import Refused
from services.analytics.firewall.server import system_relations

# The column of every view of the event store that says whose row it is; no query sees it.
TENANT = "organization_id"

SYSTEM_SCHEMAS = ("pg_catalog", "information_schema", "pg_toast")
SYSTEM_PREFIX = "pg_"


def resolve(found: pg.RangeVar, catalogue: Catalogue, free: bool) -> Relation | None:
    """The relation that is meant, named in full from now on; None for one taken as known.

    Raises Refused.
    """
    if found.schemaname in SYSTEM_SCHEMAS or found.schemaname.startswith(SYSTEM_PREFIX):
        raise _refused(found, "the server's own catalogues may not be read")
    if not found.catalogname and (
        relation := catalogue.find(found.schemaname or None, found.relname)
    ):
        found.schemaname = relation.schema
        return relation
    if not found.schemaname and found.relname in system_relations():
        raise _refused(found, "the server's own catalogues may not be read")
    if free:
        return None
    raise _refused(found, "this connection has no such relation")


def _refused(found: pg.RangeVar, why: str) -> Refused:
    parts = (found.catalogname, found.schemaname, found.relname)
    name = ".".join(part for part in parts if part)
    return Refused("relation", f"The relation {name} is not allowed: {why}.", found.location)


def narrow(node: pg.Node, relation: Relation, organization_id: str) -> None:
    """Put a subselect of the organization's rows in a relation's place, under the name by which the
    query knows it.
    """
    alias = pg.Alias(aliasname=node.range_var.relname)
    if node.range_var.HasField("alias"):
        alias.CopyFrom(node.range_var.alias)
    columns = tuple(column.name for column in relation.columns)
    node.CopyFrom(_template(relation.schema, relation.name, columns))
    subselect = node.range_subselect
    where = subselect.subquery.select_stmt.where_clause.a_expr
    where.rexpr.a_const.sval.sval = organization_id
    subselect.alias.CopyFrom(alias)


@lru_cache(maxsize=256)
def _template(schema: str, name: str, columns: tuple[str, ...]) -> pg.Node:
    """(SELECT <columns> FROM schema.name WHERE organization_id = '')."""
    select = pg.SelectStmt(limit_option=pg.LIMIT_OPTION_DEFAULT, op=pg.SETOP_NONE)
    for column in columns:
        if column != TENANT:
            select.target_list.add().res_target.val.CopyFrom(_column(column))
    source = select.from_clause.add().range_var
    source.schemaname, source.relname = schema, name
    source.inh, source.relpersistence = True, "p"
    equals = select.where_clause.a_expr
    equals.kind = pg.AEXPR_OP
    equals.name.add().string.sval = "="
    equals.lexpr.CopyFrom(_column(TENANT))
    equals.rexpr.a_const.sval.sval = ""
    node = pg.Node()
    node.range_subselect.subquery.select_stmt.CopyFrom(select)
    return node


def _column(name: str) -> pg.Node:
    node = pg.Node()
    node.column_ref.fields.add().string.sval = name
    return node
