"""Wall 1: a statement of a user's in, one that may run out.

Pure. It parses with PostgreSQL's grammar and allows by list: node types, relations, functions.
"""

from dataclasses import dataclass

from services.analytics.catalogue.domain import Catalogue
from services.analytics.firewall import grammar, nodes
from services.analytics.firewall.grammar import Node
from services.analytics.firewall.refusing import Refused
from services.analytics.firewall.walking import Walk


@dataclass(frozen=True)
class Approved:
    """What may run: `sql`, rendered from the tree that was looked at, never the caller's text.

    `relations` and `functions` are what it reads and calls: (schema, name), and names. The schema
    is "" where it is not known. `parameters` is the highest number of a $1, $2 …: who runs the
    statement has to hand over as many. `tree_hash` (64 hexadecimal digits) is of the statement as
    it was meant: alike for texts that differ in white space, comments and case of keywords alone.
    """

    sql: str
    tree_hash: str
    relations: frozenset[tuple[str, str]]
    functions: frozenset[str]
    parameters: int = 0


def examine(
    sql: str, catalogue: Catalogue, *, free: bool = False, organization_id: str | None = None
) -> Approved:
    """The one SELECT that the text is, as it may run. Raises Refused.

    With `organization_id` the connection is the event store: each relation is narrowed to the rows
    of the organization, and nothing that tells of the server is allowed. With `free` relations and
    user-defined functions are taken as known.
    """
    tree = grammar.parse(sql)
    statement = _one_select(sql, tree)
    walk = Walk(catalogue, free, organization_id)
    try:
        walk.statement(statement)
    except Refused as refused:
        refused.position = _place(sql, Walk(catalogue, free, organization_id))
        raise
    tree_hash = grammar.tree_hash(tree)
    return Approved(
        sql=grammar.render(tree, walk.narrow()),
        tree_hash=tree_hash,
        relations=frozenset(walk.relations),
        functions=frozenset(walk.functions),
        parameters=walk.parameters,
    )


def _place(sql: str, walk: Walk) -> int | None:
    """Where in the text is what the walk refuses: an offset in characters."""
    tree = grammar.parse(sql, positions=True)
    try:
        walk.statement(tree["stmts"][0])
    except Refused as refused:
        if refused.position is not None:
            return grammar.characters(sql, refused.position)
    return None


def _one_select(sql: str, tree: Node) -> Node:
    statements: list[Node] = tree["stmts"]
    if not statements:
        raise Refused("empty", "There is no statement.")
    if len(statements) > 1:
        second = grammar.parse(sql, positions=True)["stmts"][1]["stmt_location"]
        start = second + grammar.first_token(sql.encode()[second:].decode())
        raise Refused(
            "several_statements", "One statement at a time.", grammar.characters(sql, start)
        )
    kind = next(iter(statements[0]["stmt"]))
    if kind != "SelectStmt":
        raise Refused(
            "statement",
            f"{nodes.title(kind)} is not allowed: only queries are (SELECT, VALUES, TABLE, WITH).",
            grammar.characters(sql, grammar.first_token(sql)),
        )
    return statements[0]
