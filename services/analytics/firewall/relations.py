"""Which relations a query may read, and how those of the event store are narrowed."""

from collections.abc import Container, Iterable
from functools import lru_cache

from services.analytics.catalogue.domain import Catalogue, Relation
from services.analytics.firewall.grammar import Node, WithQuery, with_query
from services.analytics.firewall.refusing import Refused
from services.analytics.firewall.server import system_relations

# The column of every view of the event store that says whose row it is; no query sees it.
TENANT = "organization_id"

SYSTEM_SCHEMAS = ("pg_catalog", "information_schema", "pg_toast")
SYSTEM_PREFIX = "pg_"


def resolve(found: Node, catalogue: Catalogue, free: bool) -> Relation | None:
    """The relation that is meant, named in full from now on; None for one taken as known.

    Raises Refused.
    """
    schema, name = found.get("schemaname", ""), found["relname"]
    if schema in SYSTEM_SCHEMAS or schema.startswith(SYSTEM_PREFIX):
        raise _refused(found, "the server's own catalogues may not be read")
    if not found.get("catalogname") and (relation := catalogue.find(schema or None, name)):
        found["schemaname"] = relation.schema
        return relation
    if not schema and name in system_relations():
        raise _refused(found, "the server's own catalogues may not be read")
    if free:
        return None
    raise _refused(found, "this connection has no such relation")


def _refused(found: Node, why: str) -> Refused:
    parts = (found.get("catalogname"), found.get("schemaname"), found["relname"])
    name = ".".join(part for part in parts if part)
    message = f"The relation {name} is not allowed: {why}."
    return Refused("relation", message, found.get("location", 0))


def narrow(
    mentions: Iterable[tuple[Node, Relation]], taken: Container[str], organization_id: str
) -> list[WithQuery]:
    """Let each mention be of a WITH query of the organization's rows; returns those queries:

        events AS NOT MATERIALIZED (SELECT … FROM store.events WHERE organization_id = '…')

    Materialized, as PostgreSQL does with what is read twice, each would be of all that the
    organization has. `taken` are the names of the statement's own WITH queries.
    """
    names: dict[tuple[str, str], str] = {}
    queries = []
    for found, relation in mentions:
        name = names.get((relation.schema, relation.name))
        if name is None:
            name = _free_name(relation.name, {*names.values()}, taken)
            names[relation.schema, relation.name] = name
            columns = tuple(column.name for column in relation.columns)
            queries.append(
                _own_rows(name, relation.schema, relation.name, columns, organization_id)
            )
        del found["schemaname"]
        if name != found["relname"]:
            found.setdefault("alias", {"aliasname": found["relname"]})
            found["relname"] = name
    return queries


def _free_name(name: str, *taken: Container[str]) -> str:
    while any(name in names for names in taken):
        name += "_"
    return name


@lru_cache(maxsize=1024)
def _own_rows(
    query: str, schema: str, name: str, columns: tuple[str, ...], organization_id: str
) -> WithQuery:
    own = {
        "kind": "AEXPR_OP",
        "name": [{"String": {"sval": "="}}],
        "lexpr": _column(TENANT),
        "rexpr": {"A_Const": {"sval": {"sval": organization_id}}},
    }
    source = {"schemaname": schema, "relname": name, "inh": True, "relpersistence": "p"}
    select = {
        "targetList": [{"ResTarget": {"val": _column(c)}} for c in columns if c != TENANT],
        "fromClause": [{"RangeVar": source}],
        "whereClause": {"A_Expr": own},
        "limitOption": "LIMIT_OPTION_DEFAULT",
        "op": "SETOP_NONE",
    }
    found = {"ctename": query, "ctematerialized": "CTEMaterializeNever"}
    return with_query({"CommonTableExpr": {**found, "ctequery": {"SelectStmt": select}}})


def _column(name: str) -> Node:
    return {"ColumnRef": {"fields": [{"String": {"sval": name}}]}}
